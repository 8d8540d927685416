"""Work through any length in bounded memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Max, Min, Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """`itertools.batched`, which Python 3.11 does not have."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def in_slices(rows: QuerySet[M], size: int = 10_000) -> Iterator[QuerySet[M]]:
    """The same rows in slices by their key, each small enough for one short transaction."""
    ends = rows.order_by().aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for start in range(ends["first"], ends["last"] + 1, size):
        yield rows.filter(pk__gte=start, pk__lt=start + size)
