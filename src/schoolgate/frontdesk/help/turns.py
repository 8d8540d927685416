"""Whose turn it is when a desk needs help: pure, from the list of responders and the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Nobody has said in this time that she is coming: the next is told too (frontdesk.md 4.1, C8).
PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Helper:
    """One who comes when asked."""

    user_id: int
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Who knows of a call by now, who is next, and whether all have had their time."""

    told: tuple[Helper, ...]
    next: Helper | None
    next_in: timedelta
    nobody_came: bool


def turn_at(asked_at: datetime, helpers: Sequence[Helper], *, now: datetime) -> Turn:
    """Say whose turn it is `now`. The first is told at once, each further one after a minute more.

    Who was told stays told: two who come are better than none.
    """
    waited = max(now - asked_at, timedelta(0))
    passed = waited // PATIENCE
    told = tuple(helpers[: passed + 1])
    rest = helpers[passed + 1 :]
    return Turn(
        told=told,
        next=rest[0] if rest else None,
        next_in=PATIENCE - waited % PATIENCE,
        nobody_came=passed >= len(helpers),
    )
