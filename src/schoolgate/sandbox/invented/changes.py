"""What a day changed, as a reader sees it who keeps all schools and all contacts.

A guardian exists for such a reader only while an active student is linked to her; a relationship
only while both of its ends are active.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from schoolgate.sandbox.invented.people import ADULT_ROLES, STUDENT, Family, Person

_SCHOOLS = ("schools",)
_STUDENT_FACTS = ("given", "middle", "family", "grade", "identifier")
_GUARDIAN_FACTS = ("given", "middle", "family", "email", "phone", "sms")


@dataclass(frozen=True)
class _View:
    students: dict[str, Person]
    guardians: dict[str, Person]
    relationships: frozenset[tuple[str, str]]


def count_changes(before: Family, after: Family, *, departed: set[str]) -> Counter[str]:
    """Count what a reader of both states of a family has to change.

    Links never leave a family, so one family at a time is enough. `departed` holds the ids that
    this reader has known and seen go; it is brought up to date.
    """
    then, now = _view_of(before), _view_of(after)
    counts = Counter(
        {
            "student.updated": _updated(then.students, now.students, _STUDENT_FACTS),
            "student.transferred": _updated(then.students, now.students, _SCHOOLS),
            "guardian.updated": _updated(then.guardians, now.guardians, _GUARDIAN_FACTS),
            "relationship.added": len(now.relationships - then.relationships),
            "relationship.removed": len(then.relationships - now.relationships),
        }
    )
    counts += _arrivals("student", then.students.keys(), now.students.keys(), departed)
    counts += _arrivals("guardian", then.guardians.keys(), now.guardians.keys(), departed)
    return +counts


def _view_of(family: Family) -> _View:
    students = {p.id: p for p in family if p.role == STUDENT and not p.gone}
    adults = {p.id: p for p in family if p.role in ADULT_ROLES and not p.gone}
    said = {(p.id, other) for p in students.values() for other in p.linked}
    said |= {(other, p.id) for p in adults.values() for other in p.linked}
    relationships = frozenset(pair for pair in said if pair[0] in students and pair[1] in adults)
    linked = {adult for _, adult in relationships}
    return _View(students, {i: p for i, p in adults.items() if i in linked}, relationships)


def _arrivals(
    word: str, before: Iterable[str], after: Iterable[str], departed: set[str]
) -> Counter[str]:
    then, now = set(before), set(after)
    returned = (now - then) & departed
    added = now - then - returned
    gone = then - now
    departed -= returned
    departed |= gone
    return Counter(
        {
            f"{word}.added": len(added),
            f"{word}.returned": len(returned),
            f"{word}.departed": len(gone),
        }
    )


def _updated(then: dict[str, Person], now: dict[str, Person], facts: tuple[str, ...]) -> int:
    return sum(
        any(getattr(then[i], fact) != getattr(now[i], fact) for fact in facts)
        for i in then.keys() & now.keys()
    )
