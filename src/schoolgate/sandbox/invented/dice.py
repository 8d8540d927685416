"""Chance that falls the same way on every machine."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
_WORD = 1 << 64


class Dice:
    """Draws that depend only on the key, e.g. (seed, purpose, number of the family).

    Everything is derived from `Random.random()`: the one method whose sequence Python promises not
    to change from version to version.
    """

    __slots__ = ("roll",)

    def __init__(self, *key: int) -> None:
        mixed = 0
        for part in key:
            mixed = mixed * _WORD + part % _WORD
        self.roll = Random(mixed).random  # noqa: S311 - invented people, not secrets

    def below(self, limit: int) -> int:
        return int(self.roll() * limit)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.roll() * len(choices))]

    def chance(self, share: float) -> bool:
        return self.roll() < share
