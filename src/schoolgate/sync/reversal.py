"""What takes back one run's work at one school: planned changes like any, the other way round.

Made from the history that the run wrote there, and from how its people are now. A child who moved
to the school or away from it is taken back whole, with her relationships, whichever school's
transaction wrote them. Changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from schoolgate.districts.models import School
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    HistoryEntry,
    Listing,
    Relationship,
    RelationshipState,
    State,
    Student,
)
from schoolgate.roster.timeline import NOTES
from schoolgate.sync.models import PlannedChange, SyncRun

# The word that a departure keeps when it takes an arrival back (roster/history_words.py).
UNDONE = "undone"

Pair = tuple[int, int]
Values = dict[str, Any]


@dataclass
class Work:
    """What a run did at one school, and how those people are now, all by our own ids.

    `back` is what a student's record was before the run; None when she was on no list.
    """

    run: SyncRun
    school: School
    students: dict[int, Student] = field(default_factory=dict)
    lists: dict[int, list[int]] = field(default_factory=dict)
    back: dict[int, Values | None] = field(default_factory=dict)
    # Each pair that the run added (False: it ends) or removed (True: it stands again).
    pairs: dict[Pair, bool] = field(default_factory=dict)
    standing: set[Pair] = field(default_factory=set)
    guardians: dict[int, Guardian] = field(default_factory=dict)
    guardians_before: dict[int, Values] = field(default_factory=dict)
    # Current relationships of each adult of a pair, here or anywhere.
    children_now: dict[int, set[int]] = field(default_factory=dict)


def entries_of(run: SyncRun) -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(district_id=run.district_id, run_id=run.id)


def look_up(run: SyncRun, school: School) -> Work:
    """Find what the run did at this school, and who is concerned."""
    work = Work(run, school)
    _students(work)
    _pairs(work)
    _guardians(work)
    return work


def reverse(work: Work) -> list[PlannedChange]:
    """Plan the way back. Who is as she was before already, is left alone."""
    students = [change for key in sorted(work.back) for change in _student(work, key)]
    ending = sorted(pair for pair, stands in work.pairs.items() if not stands)
    again = sorted(pair for pair, stands in work.pairs.items() if stands)
    relationships = [
        *(_relationship(work, "removed", pair) for pair in ending if pair in work.standing),
        *(
            _relationship(work, "added", pair)
            for pair in again
            if pair not in work.standing and _home(work, pair[0]) is not None
        ),
    ]
    return [*students, *_guardian_changes(work, relationships), *relationships]


# --- who is concerned -----------------------------------------------------------------------------


def _students(work: Work) -> None:
    of_students = entries_of(work.run).filter(action__startswith="student.")
    here = of_students.filter(school=work.school).values("student_id")
    told = of_students.filter(student_id__in=here).exclude(action__in=NOTES).order_by("-id")
    for student_id, before in told.values_list("student_id", "before"):
        work.back[student_id or 0] = before if before and before.get("schools") else None
    people = Student.objects.filter(district_id=work.run.district_id, id__in=here)
    work.students.update({student.id: student for student in people})
    _note_lists(work, Listing.objects.filter(student_id__in=here))


def _pairs(work: Work) -> None:
    of_run = entries_of(work.run)
    here = of_run.filter(school=work.school, action__startswith="student.").values("student_id")
    told = of_run.filter(
        Q(school=work.school) | Q(student_id__in=here), action__startswith="relationship."
    ).order_by("-id")
    for student_id, guardian_id, action in told.values_list("student_id", "guardian_id", "action"):
        work.pairs[student_id or 0, guardian_id or 0] = action == "relationship.removed"
    concerned = Relationship.objects.filter(
        Q(student_id__in=here) | Q(student_id__in=told.values("student_id")),
        district_id=work.run.district_id,
        state=RelationshipState.CURRENT,
    )
    work.standing = set(concerned.values_list("student_id", "guardian_id"))
    # Who is on no list has no contacts: all of hers end with her departure.
    leaving = {key for key, before in work.back.items() if before is None}
    work.pairs.update({pair: False for pair in work.standing if pair[0] in leaving})
    others = Student.objects.filter(
        district_id=work.run.district_id, id__in=told.values("student_id")
    )
    for student in others:
        work.students.setdefault(student.id, student)
    _note_lists(work, Listing.objects.filter(student_id__in=told.values("student_id")))


def _guardians(work: Work) -> None:
    """Find the adults of the pairs, and those whose record the run changed and this school sees."""
    run = work.run
    adults = sorted({adult for _, adult in work.pairs})
    of_adults = entries_of(run).filter(student=None, guardian__isnull=False)
    seen_here = Relationship.objects.filter(
        district_id=run.district_id,
        student__listings__school=work.school,
        state=RelationshipState.CURRENT,
    )
    told = of_adults.filter(
        Q(guardian_id__in=adults)
        | Q(school=work.school)
        | Q(guardian_id__in=seen_here.values("guardian_id")),
        action__in=("guardian.updated", "guardian.departed"),
    ).order_by("-id")
    for guardian_id, before in told.values_list("guardian_id", "before"):
        work.guardians_before[guardian_id or 0] = before or {}
    concerned = {*adults, *work.guardians_before}
    rows = Guardian.objects.filter(district_id=run.district_id, id__in=concerned)
    work.guardians.update({guardian.id: guardian for guardian in rows})
    current = Relationship.objects.filter(
        district_id=run.district_id, guardian_id__in=adults, state=RelationshipState.CURRENT
    )
    for guardian_id, student_id in current.values_list("guardian_id", "student_id"):
        work.children_now.setdefault(guardian_id, set()).add(student_id)


def _note_lists(work: Work, listings: QuerySet[Listing]) -> None:
    of_district = listings.filter(district_id=work.run.district_id).order_by("school_id")
    for student_id, school_id in of_district.values_list("student_id", "school_id"):
        lists = work.lists.setdefault(student_id, [])
        if school_id not in lists:
            lists.append(school_id)


# --- the way back ---------------------------------------------------------------------------------


def _student(work: Work, key: int) -> Iterator[PlannedChange]:
    """Plan one student's way back as a sync would: a change, and a note for each other school."""
    student, lists = work.students[key], work.lists.get(key, [])
    now = {**_fields(student, STUDENT_FIELDS), "schools": lists}
    before = work.back[key]
    target = None if before is None else _as_before(before, now)
    action = _way_back(now, target)
    if not action:
        return
    to = target["schools"] if target else []
    arrives = [school for school in to if school not in lists]
    leaves = [school for school in lists if school not in to]
    home = (arrives or to or leaves)[0]
    end = target or {"gone": UNDONE}
    steps = [(home, action)]
    steps += [(school, "listed") for school in arrives if school != home]
    steps += [(school, "moved_away") for school in leaves if school != home]
    for school, step in steps:
        yield PlannedChange(
            school_id=school,
            kind="student",
            action=step,
            student_sourced_id=student.sourced_id or "",
            before=now,
            after=end,
        )


def _way_back(now: Values, target: Values | None) -> str:
    listed = bool(now["schools"])
    if target is None:
        return "departed" if listed else ""
    if not listed:
        return "returned"
    if now["schools"] != target["schools"]:
        return "transferred"
    return "updated" if now != target else ""


def _as_before(before: Values, now: Values) -> Values:
    fields = {name: before.get(name, now[name]) for name in STUDENT_FIELDS}
    return {**fields, "schools": sorted(before["schools"])}


def _relationship(work: Work, action: str, pair: Pair) -> PlannedChange:
    student_id, guardian_id = pair
    return PlannedChange(
        school_id=_home(work, student_id),
        kind="relationship",
        action=action,
        student_sourced_id=work.students[student_id].sourced_id or "",
        adult_sourced_id=work.guardians[guardian_id].sourced_id or "",
    )


def _home(work: Work, student_id: int) -> int | None:
    """The school whose transaction takes a student's relationships. None: she is on no list."""
    before = work.back.get(student_id)
    schools = before["schools"] if before else work.lists.get(student_id, [])
    return min(schools, default=None)


def _guardian_changes(
    work: Work, relationships: Iterable[PlannedChange]
) -> Iterator[PlannedChange]:
    """Bring back the adults of pairs that stand again, let go those of whom none is left.

    Before all schools and after all: an adult may be of several.
    """
    ids = {guardian.sourced_id: key for key, guardian in work.guardians.items()}
    children = {key: set(work.children_now.get(key, ())) for key in work.guardians}
    students = {student.sourced_id: key for key, student in work.students.items()}
    touched = set()
    for change in relationships:
        key, child = ids[change.adult_sourced_id], students[change.student_sourced_id]
        touched.add(key)
        if change.action == "added":
            children[key].add(child)
        else:
            children[key].discard(child)
    for key, guardian in sorted(work.guardians.items()):
        now = _fields(guardian, GUARDIAN_FIELDS)
        told = work.guardians_before.get(key, {})
        before = {name: told.get(name, now[name]) for name in GUARDIAN_FIELDS}
        here = guardian.state == State.ACTIVE
        if key in touched and here and not children[key]:
            yield _guardian(guardian, "departed", now, None)
        elif key in touched and not here and children[key]:
            yield _guardian(guardian, "returned", now, before)
        elif here and before != now:
            yield _guardian(guardian, "updated", now, before)


def _guardian(
    guardian: Guardian, action: str, before: Values, after: Values | None
) -> PlannedChange:
    return PlannedChange(
        kind="guardian",
        action=action,
        adult_sourced_id=guardian.sourced_id or "",
        before=before,
        after=after,
    )


def _fields(row: Student | Guardian, names: Iterable[str]) -> Values:
    return {name: getattr(row, name) for name in names}


def by_kind(changes: Iterable[PlannedChange]) -> Mapping[str, int]:
    """Count changes as a run does. Notes are no changes of their own."""
    counts: dict[str, int] = {}
    for change in changes:
        if change.action not in {"listed", "moved_away"}:
            key = f"{change.kind}.{change.action}"
            counts[key] = counts.get(key, 0) + 1
    return counts
