"""A made-up network of some 600 organisations, as a bundle that scripts.load reads.

Every name and figure is invented. What there is to see in it, and which constant makes it so:

| what                                                        | where                                      |
|-------------------------------------------------------------|--------------------------------------------|
| industries with under 5, 5-9, 10-19, 20-49 and 50 members up | members.INDUSTRIES                         |
| an industry that one member dominates (rule D2)             | members.GIANT                              |
| groups, nested groups, a cycle, a holding outside, a venture | members.SUBSIDIARIES and its neighbours    |
| every combination of consent                                | members.EXCEPTIONS                         |
| overlapping peer groups (rule D7)                           | members.PEER_GROUPS                        |
| a metric that nearly everybody answers with 0 (rule D3)     | observations.FATALITY_CHANCE               |
| totals with their parts (rule D8)                           | observations.figures_of                    |
| units and periods in many spellings, restatements, sites    | observations, the constants                |
| every kind of line that is rejected                         | observations.DIRT, observations.BROKEN     |
| suppliers in tiers with a cycle, assessments, a marketplace | network                                    |
| models, predictions, agents, regulations                    | streams                                    |

One seed gives the same bytes on every machine: only random() is drawn from, whose sequence Python guarantees,
each theme draws from a stream of its own, and no date is today's.
"""
