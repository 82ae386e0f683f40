"""Repeatable chance: the little that the demo needs beyond random()."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from math import exp
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of random draws, the same for the same seed and theme on every machine."""

    def __init__(self, *theme: object) -> None:
        self.draw = random.Random("/".join(map(str, theme))).random

    def happens(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.draw() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self.draw() * len(options))]

    def between(self, low: float, high: float) -> float:
        """Return a number between low and high, to 2 decimals."""
        return round(low + (high - low) * self.draw(), 2)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.draw() * (high - low + 1))

    def skewed(self, median: float, sigma: float) -> float:
        """Return a lognormal number: half lie below the median, a few far above."""
        return median * exp(sigma * NormalDist().inv_cdf(max(self.draw(), 1e-9)))

    def day(self, first: date, last: date) -> date:
        """Return a day from first to last, both included."""
        return first + timedelta(days=self.whole(0, (last - first).days))

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Return `count` different options (all of them if there are fewer), in their order."""
        ranked = sorted(range(len(options)), key=lambda _: self.draw())
        return [options[index] for index in sorted(ranked[:count])]
