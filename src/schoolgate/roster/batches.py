"""Work through any length in bounded memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """`itertools.batched`, which Python 3.11 does not have."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch
