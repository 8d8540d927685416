"""Load a school's own list from a file: shown first, then all of it or nothing.

The file is kept as a draft while its person looks at the preview. What is on a list already is left
as it is; a line that may mean somebody who is there is not guessed at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.districts.models import District, School
from schoolgate.roster.folding import fold
from schoolgate.roster.list_file import BadLine, CannotRead, Line, ListFile, decode, read_list
from schoolgate.roster.local_adults import NewContact
from schoolgate.roster.matching import Person, match
from schoolgate.roster.models import ListDraft, State, Student
from schoolgate.roster.preloaded import Cause, NewStudent, add_students

BATCH = 1_000
DRAFT_LASTS = timedelta(days=1)


@dataclass(frozen=True)
class NewLine:
    """A student of the file who is on no list: where she stands in it, and how she would be."""

    number: int
    school: School
    student: NewStudent


@dataclass(frozen=True)
class Preview:
    """What loading the file would do. Nothing is done."""

    new: tuple[NewLine, ...]
    there: tuple[NewLine, ...]
    bad: tuple[BadLine, ...]
    # By school: how many are new and how many are there.
    schools: tuple[tuple[School, int, int], ...]
    without_role: int
    has_contacts: bool

    @property
    def contacts(self) -> int:
        return sum(len(line.student.contacts) for line in self.new)


@dataclass
class _Student:
    """One student of the file, gathered from her lines."""

    number: int
    school: School
    cells: Mapping[str, str]
    contacts: list[NewContact] = field(default_factory=list)

    def line(self) -> NewLine:
        words = {
            name: self.cells.get(name, "")
            for name in ("given_name", "middle_name", "family_name", "identifier", "grade")
        }
        contacts = tuple(dict.fromkeys(self.contacts))
        return NewLine(self.number, self.school, NewStudent(**words, contacts=contacts))


def keep_draft(
    district: District, *, file_name: str, content: bytes, by: User, at: datetime
) -> ListDraft:
    """Keep a file for its preview, in the place of the one before.

    Raises:
        CannotRead: it is no list; nothing was kept.
    """
    read = decode(content)
    read_list(read.text)
    ListDraft.objects.filter(district=district, at__lt=at - DRAFT_LASTS).delete()
    draft, _ = ListDraft.objects.update_or_create(
        district=district,
        by=by,
        defaults={
            "file_name": file_name[-200:],
            "text": read.text,
            "guessed": read.guessed,
            "at": at,
        },
    )
    return draft


def draft_of(district: District, by: User) -> ListDraft | None:
    return ListDraft.objects.filter(district=district, by=by).first()


def preview(draft: ListDraft) -> Preview:
    """Say what loading the draft would do, as the lists are now."""
    read = read_list(draft.text)
    bad = list(read.bad)
    students = _gather(read, _schools_by_name(draft.district), bad)
    new: list[NewLine] = []
    there: list[NewLine] = []
    counts = []
    for school, of_school in _by_school(students):
        added, known = _compare(school, of_school, bad)
        new += added
        there += known
        counts.append((school, len(added), len(known)))
    return Preview(
        tuple(new),
        tuple(there),
        tuple(sorted(bad, key=lambda line: line.number)),
        tuple(counts),
        read.without_role,
        read.has_contacts,
    )


@transaction.atomic
def load(draft: ListDraft, *, expected: int, by: User, at: datetime) -> int:
    """Put the new students of a draft on their lists: all of them or none. Gives how many.

    Raises:
        CannotRead: when they are not as many as the person has read: a list changed meanwhile.
    """
    found = preview(ListDraft.objects.select_for_update().get(pk=draft.pk))
    if len(found.new) != expected:
        raise CannotRead(
            "A list has changed since you looked at the preview. Nothing was added: look at it "
            "again, then add."
        )
    cause = Cause(draft.district, at, by=by.pk)
    add_students([(line.school, line.student) for line in found.new], cause=cause)
    log.record(
        "own_list.loaded",
        at=at,
        district_id=draft.district_id,
        actor_id=by.pk,
        added=len(found.new),
        there=len(found.there),
        left_out=len(found.bad),
    )
    draft.delete()
    return len(found.new)


def _schools_by_name(district: District) -> dict[str, School | None]:
    """Schools by their folded code and name; None for a name that several have."""
    found: dict[str, School | None] = {}
    for school in School.objects.filter(district=district).order_by("id"):
        found[fold(school.name)] = None if fold(school.name) in found else school
    for school in School.objects.filter(district=district).order_by("id"):
        found[fold(school.code)] = school
    return found


def _gather(
    read: ListFile, schools: Mapping[str, School | None], bad: list[BadLine]
) -> list[_Student]:
    """The students of the file. Several lines of one student are her contacts."""
    known = [school.name for school in dict.fromkeys(schools.values()) if school]
    students: dict[tuple[str, ...], _Student] = {}
    for line in read.lines:
        school = schools.get(fold(line.cells["school"]))
        if school is None:
            bad.append(_unknown_school(line, known))
            continue
        student = students.setdefault(_key(school, line), _Student(line.number, school, line.cells))
        if line.cells.get("contact_given"):
            student.contacts.append(_contact(line))
    return list(students.values())


def _key(school: School, line: Line) -> tuple[str, ...]:
    names = ("given_name", "middle_name", "family_name", "identifier", "grade")
    return (school.code, *(fold(line.cells.get(name, "")) for name in names))


def _contact(line: Line) -> NewContact:
    cells = line.cells
    return NewContact(
        given_name=cells["contact_given"],
        family_name=cells["contact_family"],
        role=cells["role"],
        phone=cells.get("phone", ""),
        email=cells.get("email", ""),
    )


def _unknown_school(line: Line, known: list[str]) -> BadLine:
    some = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")  # noqa: PLR2004  # a taste
    return BadLine(
        line.number,
        "No school of the district has this name or code.",
        f"Write it as Schoolgate does: {some}." if known else "The district has no school yet.",
    )


def _by_school(students: Iterable[_Student]) -> Iterator[tuple[School, list[_Student]]]:
    by_school: dict[School, list[_Student]] = defaultdict(list)
    for student in students:
        by_school[student.school].append(student)
    yield from sorted(by_school.items(), key=lambda item: item[0].name)


def _compare(
    school: School, students: list[_Student], bad: list[BadLine]
) -> tuple[list[NewLine], list[NewLine]]:
    """Who of these is new, and who is on the list already. Who may be is told as a bad line."""
    by_number = {str(student.number): student for student in students}
    there = Student.objects.filter(
        district_id=school.district_id, state=State.ACTIVE, listings__school=school
    )
    matching = match(
        (_person(row, school) for row in there.iterator(chunk_size=BATCH)),
        (_person_of_file(key, student) for key, student in by_number.items()),
    )
    new, twice = _told_apart([by_number[key] for key in matching.new])
    doubtful = [by_number[doubt.theirs] for doubt in matching.doubts]
    bad += [
        BadLine(
            student.number,
            "A student of this name or number is on the list already, and may be this one.",
            "If this is another child, add her at the school's own list by hand.",
        )
        for student in doubtful
    ]
    bad += [
        BadLine(
            student.number,
            "Another line of this file has the same student number.",
            "Correct one of them. Lines of one student must agree in name, number and grade.",
        )
        for student in twice
    ]
    known = [by_number[pair.theirs] for pair in matching.pairs]
    return (
        [student.line() for student in sorted(new, key=lambda one: one.number)],
        [student.line() for student in sorted(known, key=lambda one: one.number)],
    )


def _told_apart(students: list[_Student]) -> tuple[list[_Student], list[_Student]]:
    """Those whose number only they have (or who have none), and the others."""
    numbers: dict[str, int] = defaultdict(int)
    for student in students:
        numbers[student.cells.get("identifier", "")] += 1
    numbers[""] = 1
    alone = [s for s in students if numbers[s.cells.get("identifier", "")] == 1]
    return alone, [s for s in students if numbers[s.cells.get("identifier", "")] > 1]


def _person(row: Student, school: School) -> Person[int]:
    return Person(
        row.pk,
        row.given_name,
        row.middle_name,
        row.family_name,
        row.identifier,
        row.grade,
        frozenset({school.pk}),
    )


def _person_of_file(key: str, student: _Student) -> Person[str]:
    cells = student.cells
    return Person(
        key,
        cells["given_name"],
        cells.get("middle_name", ""),
        cells["family_name"],
        cells.get("identifier", ""),
        cells.get("grade", ""),
        frozenset({student.school.pk}),
    )
