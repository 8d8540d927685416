"""Find a student while her name is typed: any words of it in any order, or the student number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from schoolgate.districts.models import School
from schoolgate.frontdesk.queries import enrolled_at, enrolled_elsewhere, with_words
from schoolgate.roster.folding import fold
from schoolgate.roster.models import Listing, Student

SHOWN_AT_MOST = 10
# More words than anybody's name has cost a search each and find nothing.
WORDS_AT_MOST = 8
ID_DIGITS_SHOWN = 4
COUNTS_IN_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One line of the list: LAST, First M., with what tells it from the line beside it."""

    student: Student
    same_name: bool

    @property
    def name(self) -> str:
        return family_first(self.student)

    @property
    def grade(self) -> str:
        return grade_in_words(self.student.grade)

    @property
    def last_four(self) -> str:
        return last_four(self.student.identifier)


@dataclass(frozen=True, kw_only=True)
class Results:
    asked: str
    found: tuple[Found, ...]
    more: bool

    @property
    def the_one(self) -> Student | None:
        """The student whom Enter selects: the only one found, or whose whole number was typed.

        With several nobody is picked: the first of two Marisol Riveras is the wrong one half
        of the time.
        """
        exact = [one.student for one in self.found if fold(one.student.identifier) == self.asked]
        if len(exact) == 1:
            return exact[0]
        return self.found[0].student if len(self.found) == 1 else None

    @property
    def in_words(self) -> str:
        if not self.asked:
            return ""
        if not self.found:
            return "No student found."
        if self.more:
            count = f"The first {len(self.found)} students. Type more of the name."
        else:
            count = f"{len(self.found)} student{'s' if len(self.found) > 1 else ''}."
        return " ".join(filter(None, (count, self._same_names_in_words)))

    @property
    def _same_names_in_words(self) -> str:
        alike = sum(one.same_name for one in self.found)
        if alike == 0:
            return ""
        if alike == 1:
            return "Another student here has the same name."
        return f"{(*COUNTS_IN_WORDS, 'Ten')[alike]} have the same name."


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A student of another school: the name and the school, and nothing else."""

    name: str
    school: str


def find_students(school: School, typed: str) -> Results:
    """List the students of this school whom the typed words fit, ten at most."""
    words = fold(typed).split()[:WORDS_AT_MOST]
    if not words:
        return Results(asked="", found=(), more=False)
    matches = list(with_words(enrolled_at(school), words)[: SHOWN_AT_MOST + 1])
    shown = matches[:SHOWN_AT_MOST]
    return Results(
        asked=" ".join(words),
        found=described(school, shown),
        more=len(matches) > SHOWN_AT_MOST,
    )


def described(
    school: School, students: Sequence[Student], *, same_names: bool = True
) -> tuple[Found, ...]:
    """Say of students of this school what tells them apart, and who of them has a namesake."""
    doubled = _names_borne_twice(school, students) if same_names else set()
    return tuple(Found(student=one, same_name=_name(one) in doubled) for one in students)


def find_elsewhere(school: School, typed: str) -> tuple[Elsewhere, ...]:
    """List students of the district's other schools whom the typed words fit."""
    words = fold(typed).split()[:WORDS_AT_MOST]
    if not words:
        return ()
    students = list(with_words(enrolled_elsewhere(school), words)[:SHOWN_AT_MOST])
    listings = Listing.objects.filter(district_id=school.district_id, student__in=students)
    where = dict(listings.order_by("-id").values_list("student_id", "school__name"))
    return tuple(
        Elsewhere(name=family_first(one), school=where.get(one.pk, "")) for one in students
    )


def family_first(student: Student) -> str:
    """RIVERA, Marisol J."""
    middle = f" {student.middle_name[0]}." if student.middle_name else ""
    return f"{student.family_name.upper()}, {student.given_name}{middle}"


def grade_in_words(grade: str) -> str:
    """Write the OneRoster grade code (CEDS: 02, KG, PK) as a clerk says it."""
    if not grade:
        return "Grade not known"
    named = {"KG": "Kindergarten", "PK": "Pre-kindergarten", "PR": "Preschool"}
    return named.get(grade.upper(), f"Grade {grade.lstrip('0') or '0'}")


def last_four(identifier: str) -> str:
    return identifier[-ID_DIGITS_SHOWN:]


def _names_borne_twice(school: School, students: Iterable[Student]) -> set[str]:
    """Find the names, among these, that more than one student of the school bears."""
    names = {_name(one) for one in students}
    starts = Q()
    for name in names:
        starts |= Q(folded__startswith=f" {name} ") | Q(folded=f" {name}")
    if not names:
        return set()
    bearers = enrolled_at(school).filter(starts).only("id", "given_name", "family_name")
    borne = [_name(one) for one in bearers]
    return {name for name in names if borne.count(name) > 1}


def _name(student: Student) -> str:
    """Write the name as the beginning of `Student.folded`: family name, first given name."""
    return " ".join(filter(None, (fold(student.family_name), _first(student))))


def _first(student: Student) -> str:
    return fold(student.given_name).partition(" ")[0]
