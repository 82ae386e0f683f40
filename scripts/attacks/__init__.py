"""What somebody could work out from all that was ever released; one attack per file, each
``attack(evidence)``.

The attacker is the worst one: knows who stands in which cell, how many they are, and whose value changed
when.
"""
