"""What an undo would do, by name and in words, for the page on which it is looked at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from schoolgate.districts.models import School
from schoolgate.roster.history_words import FIELDS, listed, name_of
from schoolgate.roster.models import Guardian, Student
from schoolgate.sync.list_dates import whole_runs
from schoolgate.sync.models import PlannedChange, SyncRun
from schoolgate.sync.run_words import counted
from schoolgate.sync.undo import Preview

NAMES_AT_MOST = 50


@dataclass(frozen=True)
class Group:
    """One kind of change: how many, what the desk makes of it, and who. `more` are not named."""

    title: str
    desk: str
    names: list[str]
    more: int


@dataclass(frozen=True)
class Waiting:
    """What of an undo would wait for a person once more."""

    school: str
    what: str


@dataclass(frozen=True)
class _Names:
    schools: Mapping[int, str]
    students: Mapping[str, str]
    adults: Mapping[str, str]


# Kind and action; how it is counted; what the desk makes of it. In the order of the page.
GROUPS = (
    (
        ("student", "departed"),
        ("student leaves the list again", "students leave the list again"),
        "The desk does not find them any more and cannot release them.",
    ),
    (
        ("student", "returned"),
        ("student is back on the list", "students are back on the list"),
        "The desk finds them again, with the contacts named below.",
    ),
    (
        ("student", "transferred"),
        ("student goes back to the earlier school", "students go back to the earlier schools"),
        "The desks of both schools change: one lists them again, the other does not any more.",
    ),
    (
        ("student", "updated"),
        ("student's record is as before", "students' records are as before"),
        "Names, numbers and grades that the desk shows and searches go back.",
    ),
    (
        ("relationship", "removed"),
        ("contact ends again", "contacts end again"),
        "The desk does not release the child to them as listed contacts any more.",
    ),
    (
        ("relationship", "added"),
        ("contact is listed again", "contacts are listed again"),
        "The desk counts them as listed contacts again. Orders and other restrictions still bind.",
    ),
    (
        ("guardian", "updated"),
        ("contact's record is as before", "contacts' records are as before"),
        "Names and phone numbers go back, also for other schools with a child of theirs.",
    ),
)


def groups(looked_at: Preview) -> list[Group]:
    """Group what would be done, with the first names of each kind."""
    names = _names(looked_at)
    by_kind: dict[tuple[str, str], list[PlannedChange]] = {}
    for change in looked_at.changes:
        by_kind.setdefault((change.kind, change.action), []).append(change)
    return [
        Group(
            title=counted(len(changes), *title),
            desk=desk,
            names=sorted(_LINES[kind[0]](change, names) for change in changes[:NAMES_AT_MOST]),
            more=max(len(changes) - NAMES_AT_MOST, 0),
        )
        for kind, title, desk in GROUPS
        if (changes := by_kind.get(kind))
    ]


def waiting(looked_at: Preview) -> list[Waiting]:
    """Say what of it would wait: the removals that are too many for safety."""
    schools = School.objects.filter(district_id=looked_at.run.district_id).in_bulk(
        {reason.school_id for reason in looked_at.waits}
    )
    kinds = {"student": ("student", "students"), "relationship": ("contact", "contacts")}
    return [
        Waiting(
            schools[reason.school_id].name,
            f"{counted(reason.count, *kinds[reason.kind.value])} of {reason.of:,}",
        )
        for reason in looked_at.waits
    ]


def other_schools(looked_at: Preview) -> str:
    """Name the other schools whose lists change with it."""
    touched = {change.school_id for change in looked_at.changes if change.school_id}
    touched.discard(looked_at.school.id)
    schools = School.objects.filter(district_id=looked_at.run.district_id, id__in=touched)
    return listed(schools.order_by("name", "id").values_list("name", flat=True))


def dated_back_to(looked_at: Preview) -> SyncRun | None:
    """Say as of which sync the list counts afterwards. None: as of none."""
    earlier = whole_runs(looked_at.run.registration_id, looked_at.school)
    return earlier.filter(id__lt=looked_at.run.id).order_by("-id").first()


# --- one line for each ----------------------------------------------------------------------------


def _student_line(change: PlannedChange, names: _Names) -> str:
    before, after = change.before or {}, change.after or {}
    if change.action == "departed":
        return name_of(before)
    if change.action == "updated":
        return f"{name_of(before)}: {_what_changes(change)}"
    there = listed(sorted(names.schools.get(one, "") for one in after["schools"]))
    return f"{name_of(after)}: {there}"


def _relationship_line(change: PlannedChange, names: _Names) -> str:
    adult = names.adults.get(change.adult_sourced_id, "")
    return f"{names.students.get(change.student_sourced_id, '')}: {adult}"


def _guardian_line(change: PlannedChange, _names: _Names) -> str:
    return f"{name_of(change.before or {})}: {_what_changes(change)}"


def _what_changes(change: PlannedChange) -> str:
    before, after = change.before or {}, change.after or {}
    return listed(FIELDS[name] for name in FIELDS if before.get(name) != after.get(name))


_LINES: dict[str, Callable[[PlannedChange, _Names], str]] = {
    "student": _student_line,
    "relationship": _relationship_line,
    "guardian": _guardian_line,
}


def _names(looked_at: Preview) -> _Names:
    pairs = [change for change in looked_at.changes if change.kind == "relationship"]
    shown = [
        change
        for action in ("added", "removed")
        for change in [pair for pair in pairs if pair.action == action][:NAMES_AT_MOST]
    ]
    return _Names(
        schools=dict(
            School.objects.filter(district_id=looked_at.run.district_id).values_list("id", "name")
        ),
        students=_by_id(Student, looked_at, (one.student_sourced_id for one in shown)),
        adults=_by_id(Guardian, looked_at, (one.adult_sourced_id for one in shown)),
    )


def _by_id(
    model: type[Student] | type[Guardian], looked_at: Preview, ids: Iterable[str]
) -> dict[str, str]:
    people = model.objects.filter(
        district_id=looked_at.run.district_id,
        registration_id=looked_at.run.registration_id,
        sourced_id__in=set(ids),
    )
    return {str(person.sourced_id): person.name for person in people}
