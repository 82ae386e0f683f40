"""Commands of blipee benchmarks; run each as ``python -m scripts.NAME``."""
