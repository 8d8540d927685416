"""Live a student's changes again, one by one: what her record said after each. Pure.

A child who moves is on the new school's list from that school's transaction on, and leaves the old
one with the later of the two (decision 0011): so do the moments here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from schoolgate.roster.models import STUDENT_FIELDS

# Beside a change, at the other schools whose lists it touches: they tell nothing new of the person.
NOTES = frozenset({"student.listed", "student.moved_away"})
LEAVING = frozenset({"student.departed", "student.moved_away"})


class Entry(Protocol):
    """What is read of a history entry."""

    at: datetime
    action: str
    before: Any
    after: Any

    @property
    def run_id(self) -> int | None: ...

    @property
    def school_id(self) -> int | None: ...


@dataclass(frozen=True)
class Moment:
    """A student's record from one change on. `known` is false before anybody had heard of her."""

    at: datetime | None
    known: bool = True
    run_id: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    schools: frozenset[int] = frozenset()
    # Why she is on no list: a word of the departure.
    gone: str = ""


def moments(first: Moment, entries: Iterable[Entry]) -> Iterator[Moment]:
    """Give `first`, then the record after each entry, in their order."""
    now = first
    run: int | None = None
    leaving: frozenset[int] = frozenset()
    yield now
    for entry in entries:
        if entry.run_id != run:
            run, leaving = entry.run_id, frozenset()
            # A run looks at all her lists as they are: whatever came between is in its `before`.
            # Without a run it is a school's own list, which knows of no other.
            if run is not None:
                now = replace(now, schools=_schools(entry.before, now.schools))
        now, leaving = _after(now, entry, leaving)
        yield now


def moment_at(lived: Iterable[Moment], at: datetime) -> Moment:
    """Which of the moments, in their order, was the last at `at`."""
    found = Moment(None, known=False)
    for moment in lived:
        if moment.at is not None and moment.at > at:
            break
        found = moment
    return found


def _after(now: Moment, entry: Entry, leaving: frozenset[int]) -> tuple[Moment, frozenset[int]]:
    after = entry.after or {}
    changed = replace(now, at=entry.at, known=True, run_id=entry.run_id)
    if "schools" in after or entry.action in LEAVING:
        to = _schools(after, frozenset())
        on, leaving = _lists(now.schools, entry.school_id, to, leaving)
        changed = replace(changed, schools=on)
    if entry.action in NOTES:
        return changed, leaving
    fields = {name: after[name] for name in STUDENT_FIELDS if name in after}
    return (
        replace(changed, fields={**now.fields, **fields}, gone=after.get("gone", "")),
        leaving,
    )


def _lists(
    on: frozenset[int], school: int | None, to: frozenset[int], leaving: frozenset[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """Which lists she is on, and which she is still to leave, after one school's part is in."""
    if school is None:
        return to, frozenset()
    if school in to:
        on |= {school}
    else:
        leaving |= {school}
    if not to or on & to:
        on, leaving = on - leaving, frozenset()
    return on, leaving


def _schools(of: Mapping[str, Any] | None, otherwise: frozenset[int]) -> frozenset[int]:
    if of is None or "schools" not in of:
        return otherwise
    return frozenset(of["schools"])
