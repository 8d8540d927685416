"""What the review pages show, read for a page of holds at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from schoolgate.districts.models import District
from schoolgate.registrations.models import SourceSchool
from schoolgate.roster.folding import fold
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Relationship,
    RelationshipState,
    Student,
)
from schoolgate.sync import review_plan
from schoolgate.sync.decide import NOTES
from schoolgate.sync.models import (
    ChangeState,
    Hold,
    PlannedChange,
    RunKind,
    RunState,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.records import Kind, Reason
from schoolgate.sync.review_causes import NEARLY_ALL, Seen
from schoolgate.sync.review_effects import Effect, contact_ends, student_leaves

# A grade this small is nobody's cohort.
GRADE_AT_LEAST = 5
# Below this, the same name under another id is chance.
AGAIN_AT_LEAST = 5

Name = tuple[str, str]
Someone = TypeVar("Someone", Student, Guardian)


@dataclass(frozen=True)
class Grades:
    names: tuple[str, ...] = ()
    gone: int = 0


def find_holds(district: District, run_id: int, ids: Iterable[int]) -> dict[int, Hold]:
    """The holds of one run of this district, by their ids."""
    found = Hold.objects.filter(district=district, run_id=run_id, id__in=ids)
    return {hold.id: hold for hold in found.select_related("run__registration", "school")}


def checksum_of(hold: Hold) -> str:
    """As it was written down when the sync ended; for a hold without, worked out now."""
    return hold.checksum or review_plan.checksum(hold)


def seen_in(run: SyncRun, holds: Sequence[Hold], *, today: date) -> dict[int, Seen]:
    """What the data shows about each of these holds of one run."""
    schools = [hold.school_id for hold in holds]
    gone_as = _gone_as(run, schools)
    adults = _adults_gone(run, schools)
    grades = _grades_gone(run, schools)
    alike = dict(Hold.objects.filter(run=run).values_list("kind").annotate(n=Count("id")))
    taken = _schools_taken(run)
    before = _rows_before(run)
    return {
        hold.id: Seen(
            kind=Kind(hold.kind),
            reason=Reason(hold.reason),
            gone=hold.count,
            before=hold.of,
            today=today,
            schools_alike=alike.get(hold.kind, 1),
            schools_taken=taken,
            rows=run.rows_read,
            rows_before=before if run.kind == RunKind.FULL else 0,
            **(
                {"adults_gone": adults.get(hold.school_id, 0)}
                if hold.kind == Kind.RELATIONSHIP
                else {
                    "marked": gone_as.get((hold.school_id, "tobedeleted"), 0),
                    "moved_out": gone_as.get((hold.school_id, "no_enabled_school"), 0),
                    "come_again": len(_come_again(hold)),
                    "grades": grades.get(hold.school_id, Grades()).names,
                    "gone_in_grades": grades.get(hold.school_id, Grades()).gone,
                }
            ),
        )
        for hold in holds
    }


def in_already(run: SyncRun, schools: Iterable[int]) -> dict[int, dict[str, int]]:
    """What of the same sync went on without waiting, by school: `{"student.added": 3}`."""
    applied = (
        PlannedChange.objects.filter(
            run=run, school_id__in=list(schools), state=ChangeState.APPLIED
        )
        .exclude(action__in=NOTES)
        .values_list("school_id", "kind", "action")
        .annotate(n=Count("id"))
    )
    counts: dict[int, dict[str, int]] = {}
    for school_id, kind, action, n in applied:
        counts.setdefault(school_id or 0, {})[f"{kind}.{action}"] = n
    return counts


def schools_left(run: SyncRun, approved: Iterable[Hold]) -> int:
    """How many schools of an approval are still to be written."""
    held = PlannedChange.objects.filter(
        run=run,
        state=ChangeState.HELD,
        school__in=[hold.school_id for hold in approved],
    )
    return held.values("school").distinct().count()


# --- the names ----------------------------------------------------------------------------------


def held_changes(hold: Hold, *, search: str = "") -> QuerySet[PlannedChange]:
    """The removals of a hold in the order of the students' names; with `search`, those that fit."""
    people = {
        "district_id": hold.district_id,
        "registration_id": hold.run.registration_id,
    }
    her = Student.objects.filter(sourced_id=OuterRef("student_sourced_id"), **people)
    changes = review_plan.removals_of(hold)
    for word in search.split():
        changes = changes.filter(_fits(word, people))
    return changes.annotate(
        family=Subquery(her.values("family_name")[:1]), given=Subquery(her.values("given_name")[:1])
    ).order_by(F("family").asc(nulls_last=True), "given", "student_sourced_id", "id")


def effects_of(hold: Hold, changes: Sequence[PlannedChange]) -> list[Effect]:
    """What each of these changes would do at the desk."""
    students = _people(Student.objects.all(), hold, {c.student_sourced_id for c in changes})
    if hold.kind == Kind.STUDENT:
        return _leaving(hold, changes, students)
    return _ending(hold, changes, students)


def _leaving(
    hold: Hold, changes: Sequence[PlannedChange], students: dict[str, Student]
) -> list[Effect]:
    contacts = _contacts(hold, students.values())
    again = _come_again(hold)
    return [
        student_leaves(
            name=student.name if student else change.student_sourced_id,
            grade=student.grade if student else "",
            school=hold.school.name,
            gone=(change.after or {}).get("gone", ""),
            contacts=contacts.get(student.id, 0) if student else 0,
            comes_again=student is not None
            and _folded(student.given_name, student.family_name) in again,
        )
        for change in changes
        for student in [students.get(change.student_sourced_id)]
    ]


def _ending(
    hold: Hold, changes: Sequence[PlannedChange], students: dict[str, Student]
) -> list[Effect]:
    adults = _people(Guardian.objects.all(), hold, {c.adult_sourced_id for c in changes})
    contacts = _contacts(hold, students.values())
    ending = dict(
        PlannedChange.objects.filter(
            run=hold.run,
            kind=Kind.RELATIONSHIP.value,
            action="removed",
            state=ChangeState.HELD,
            student_sourced_id__in=list(students),
        )
        .values_list("student_sourced_id")
        .annotate(n=Count("id"))
    )
    return [
        contact_ends(
            name=student.name if student else change.student_sourced_id,
            grade=student.grade if student else "",
            adult=adult.name if adult else change.adult_sourced_id,
            role=adult.role if adult else "contact",
            left=(
                contacts.get(student.id, 0) - ending.get(change.student_sourced_id, 0)
                if student
                else 1
            ),
        )
        for change in changes
        for student in [students.get(change.student_sourced_id)]
        for adult in [adults.get(change.adult_sourced_id)]
    ]


def _people(people: QuerySet[Someone], hold: Hold, ids: set[str]) -> dict[str, Someone]:
    found = people.filter(
        district_id=hold.district_id,
        registration_id=hold.run.registration_id,
        sourced_id__in=ids,
    )
    return {person.sourced_id or "": person for person in found}


def _contacts(hold: Hold, students: Iterable[Student]) -> dict[int, int]:
    current = Relationship.objects.filter(
        district_id=hold.district_id,
        student_id__in=[student.id for student in students],
        state=RelationshipState.CURRENT,
    )
    return dict(current.values_list("student_id").annotate(n=Count("id")))


def _fits(word: str, people: dict[str, int]) -> Q:
    """Whether a word begins a name or an identifier of the student, or is in the adult's name."""
    folded = fold(word)
    students = Student.objects.filter(folded__contains=f" {folded}", **people)
    adults = Guardian.objects.filter(
        Q(given_name__icontains=word) | Q(family_name__icontains=word), **people
    )
    return Q(student_sourced_id__in=students.values("sourced_id")) | Q(
        adult_sourced_id__in=adults.values("sourced_id")
    )


# --- the numbers --------------------------------------------------------------------------------


def _departing(run: SyncRun, schools: Sequence[int]) -> QuerySet[PlannedChange]:
    return PlannedChange.objects.filter(
        run=run,
        school_id__in=schools,
        kind=Kind.STUDENT.value,
        action="departed",
        state__in=(ChangeState.HELD, ChangeState.APPLIED),
    )


def _gone_as(run: SyncRun, schools: Sequence[int]) -> dict[tuple[int, str], int]:
    rows = _departing(run, schools).annotate(gone=KT("after__gone"))
    return {
        (school_id or 0, gone): n
        for school_id, gone, n in rows.values_list("school_id", "gone").annotate(n=Count("id"))
    }


def _adults_gone(run: SyncRun, schools: Sequence[int]) -> dict[int, int]:
    gone = StagedRow.objects.filter(run=run, kind=Kind.GUARDIAN.value).exclude(gone="")
    ending = PlannedChange.objects.filter(
        run=run,
        school_id__in=schools,
        kind=Kind.RELATIONSHIP.value,
        action="removed",
        state=ChangeState.HELD,
        adult_sourced_id__in=gone.values("sourced_id"),
    )
    counts = ending.values_list("school_id").annotate(n=Count("id"))
    return {school_id or 0: n for school_id, n in counts}


def _grades_gone(run: SyncRun, schools: Sequence[int]) -> dict[int, Grades]:
    """By school, the grades of which nearly nobody would be left. Not where everybody goes."""
    listed: dict[int, dict[str, int]] = {}
    listings = Listing.objects.filter(
        district_id=run.district_id,
        school_id__in=schools,
        student__registration_id=run.registration_id,
    )
    for school_id, grade, n in listings.values_list("school_id", "student__grade").annotate(
        n=Count("id")
    ):
        listed.setdefault(school_id, {})[grade] = n
    gone: dict[int, dict[str, int]] = {}
    rows = (
        _departing(run, schools).filter(state=ChangeState.HELD).annotate(grade=KT("before__grade"))
    )
    for school, grade, n in rows.values_list("school_id", "grade").annotate(n=Count("id")):
        gone.setdefault(school or 0, {})[grade] = n
    return {
        school_id: _whole_grades(listed.get(school_id, {}), of_school)
        for school_id, of_school in gone.items()
    }


def _whole_grades(listed: dict[str, int], gone: dict[str, int]) -> Grades:
    whole = {
        grade: n
        for grade, n in gone.items()
        if grade and n >= GRADE_AT_LEAST and n * 100 >= listed.get(grade, n) * NEARLY_ALL
    }
    if len(whole) == len(listed):
        return Grades()
    return Grades(tuple(sorted(whole)), sum(whole.values()))


def _come_again(hold: Hold) -> set[Name]:
    """The names of those who would go and come under another id: none, or many enough to tell."""
    if hold.kind != Kind.STUDENT:
        return set()
    arriving = PlannedChange.objects.filter(
        run=hold.run, school_id=hold.school_id, kind=Kind.STUDENT.value, action="added"
    )
    if arriving.count() < AGAIN_AT_LEAST:
        return set()
    names = ("given_name", "family_name")
    come = {_folded(*row) for row in arriving.values_list(*(KT(f"after__{n}") for n in names))}
    gone = {
        _folded(*row)
        for row in review_plan.removals_of(hold).values_list(*(KT(f"before__{n}") for n in names))
    }
    both = come & gone
    return both if len(both) >= AGAIN_AT_LEAST else set()


def _folded(given: str, family: str) -> Name:
    return fold(given or ""), fold(family or "")


def _schools_taken(run: SyncRun) -> int:
    enabled = SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True)
    return enabled.values("school").distinct().count()


def _rows_before(run: SyncRun) -> int:
    """What the whole sync before read; 0 when there was none."""
    earlier = SyncRun.objects.filter(
        registration_id=run.registration_id, id__lt=run.id, complete=True, kind=RunKind.FULL
    ).exclude(state__in=(RunState.FAILED, RunState.CANCELLED))
    return earlier.order_by("-id").values_list("rows_read", flat=True).first() or 0
