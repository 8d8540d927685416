"""Which other students a child could be taken for: the wrong child is a failure as real as any."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from schoolgate.roster.folding import fold


@dataclass(frozen=True, kw_only=True)
class StudentName:
    """What tells students apart. `contact_ids` are the adults listed for the student."""

    id: str
    given: str
    family: str
    grade: str = ""
    birth_on: date | None = None
    contact_ids: frozenset[str] = frozenset()


class Nearness(StrEnum):
    """Why two students could be mixed up, the most dangerous first."""

    SAME_NAME = "same name"
    TWIN = "twin or sibling"
    ONE_EDIT = "name one letter apart"
    SAME_FIRST_NAME_AND_GRADE = "same first name and grade"


@dataclass(frozen=True, kw_only=True)
class Namesake:
    student_id: str
    nearness: Nearness


def near_names(student: StudentName, others: Iterable[StudentName]) -> tuple[Namesake, ...]:
    """List the students who could be taken for this one, the most dangerous first.

    Give it the active students of the same school; the student's own record is passed over.
    """
    found = [
        Namesake(student_id=other.id, nearness=nearness)
        for other in others
        if other.id != student.id and (nearness := _nearness(student, other))
    ]
    order = list(Nearness)
    return tuple(sorted(found, key=lambda one: (order.index(one.nearness), one.student_id)))


def _nearness(student: StudentName, other: StudentName) -> Nearness | None:
    first, family = first_and_family(student.given, student.family)
    other_first, other_family = first_and_family(other.given, other.family)
    if (first, family) == (other_first, other_family):
        return Nearness.SAME_NAME
    if family == other_family and _could_be_twins(student, other):
        return Nearness.TWIN
    if OSA.distance(f"{first} {family}", f"{other_first} {other_family}", score_cutoff=1) <= 1:
        return Nearness.ONE_EDIT
    if first == other_first and student.grade == other.grade != "":
        return Nearness.SAME_FIRST_NAME_AND_GRADE
    return None


@lru_cache(maxsize=65536)
def first_and_family(given: str, family: str) -> tuple[str, str]:
    """Fold the first given name, and the family name into one word."""
    return fold(given).partition(" ")[0], fold(family).replace(" ", "")


def _could_be_twins(student: StudentName, other: StudentName) -> bool:
    if student.birth_on and other.birth_on:
        return student.birth_on == other.birth_on
    return not student.contact_ids.isdisjoint(other.contact_ids)
