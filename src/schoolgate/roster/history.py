"""What our list said, and when: every change of a person, and the list as it was at any moment.

Rebuilt from the history that is written with every change. Somebody without any (loaded before
there was a history) is taken to have been as she is since she was first seen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from schoolgate.districts.models import District, School
from schoolgate.roster.folding import fold
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    HistoryEntry,
    Relationship,
    State,
    Student,
)
from schoolgate.roster.timeline import NOTES, Moment, moment_at, moments

ADDED = "student.added"
LINKED = "relationship.added"
ENDED = "relationship.removed"
# What a guardian's own entry adds to the lines about her relationships.
OF_LINKED_GUARDIANS = frozenset({"guardian.updated"})


@dataclass(frozen=True)
class Change:
    """One line of a history. `adult` and `child` are the records as they were just then."""

    id: int
    at: datetime
    run_id: int | None
    action: str
    school_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    student_id: int | None = None
    guardian_id: int | None = None
    adult: Mapping[str, str] = field(default_factory=dict)
    child: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ContactThen:
    """An adult as the list named her, and how the relationship stood. `since` may be unknown."""

    guardian_id: int
    fields: Mapping[str, str]
    current: bool
    since: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class StudentThen:
    """What the list said of one student at one moment.

    `rests_on` is the last run that had changed anything of it.
    """

    student_id: int
    at: datetime
    known: bool
    fields: Mapping[str, str]
    schools: tuple[School, ...]
    contacts: tuple[ContactThen, ...]
    gone: str
    rests_on: int | None

    @property
    def listed(self) -> bool:
        return bool(self.schools)

    @property
    def current_contacts(self) -> tuple[ContactThen, ...]:
        return tuple(one for one in self.contacts if one.current)

    @property
    def former_contacts(self) -> tuple[ContactThen, ...]:
        return tuple(one for one in self.contacts if not one.current)


def history_of_student(student: Student) -> list[Change]:
    """List every change of a student, of her relationships, and of her guardians while linked.

    Newest first.
    """
    own = [entry for entry in _entries(student=student) if entry.action not in NOTES]
    links = _links_of(student)
    adults = _adults_of(student.district_id, links)
    linked = [
        entry
        for link in links.values()
        for entry in adults[link.guardian.id].entries
        if entry.action in OF_LINKED_GUARDIANS and link.stands_at(entry.at)
    ]
    changes = [
        _change(entry, adult=adults[entry.guardian_id].as_at(entry.at))
        if entry.guardian_id in adults
        else _change(entry)
        for entry in (*own, *linked)
    ]
    return sorted(changes, key=lambda change: (change.at, change.id), reverse=True)


def history_of_guardian(guardian: Guardian) -> list[Change]:
    """List every change of a guardian and of her relationships, newest first."""
    entries = list(_entries(guardian=guardian))
    adult = _Adult(guardian, [entry for entry in entries if entry.student_id is None])
    children = Student.objects.filter(district_id=guardian.district_id).in_bulk(
        {entry.student_id for entry in entries if entry.student_id}
    )
    names = {
        key: {name: str(getattr(child, name)) for name in STUDENT_FIELDS}
        for key, child in children.items()
    }
    return [
        _change(entry, adult=adult.as_at(entry.at), child=names.get(entry.student_id or 0, {}))
        for entry in reversed(entries)
    ]


def list_as_of(student: Student, at: datetime) -> StudentThen:
    """Say what the list said of a student at `at`: fields, schools, contacts."""
    moment = moment_at(timeline_of(student), at)
    links = [link for link in _links_of(student).values() if link.began_by(at)]
    adults = _adults_of(student.district_id, {link.guardian.id: link for link in links})
    contacts = [_contact_then(link, adults[link.guardian.id], at) for link in links]
    return StudentThen(
        student_id=student.id,
        at=at,
        known=moment.known,
        fields=moment.fields,
        schools=tuple(
            School.objects.filter(district_id=student.district_id, id__in=moment.schools).order_by(
                "name", "id"
            )
        ),
        contacts=tuple(sorted(contacts, key=_order)) if moment.known else (),
        gone=moment.gone,
        rests_on=_last_run(moment, links, adults, at),
    )


def timeline_of(student: Student) -> list[Moment]:
    """List the moments of a student's record, from the first time she was seen."""
    entries = list(_entries(student=student, guardian=None))
    return list(moments(_first_moment(student, entries), entries))


def periods_at(
    student: Student, school_ids: Iterable[int]
) -> list[tuple[datetime, datetime | None]]:
    """Tell from when to when any of these schools listed the student. An open end is None."""
    wanted = frozenset(school_ids)
    periods: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for moment in timeline_of(student):
        if moment.at is None:
            continue
        listed = bool(moment.schools & wanted)
        if listed and since is None:
            since = moment.at
        elif not listed and since is not None:
            periods.append((since, moment.at))
            since = None
    return [*periods, (since, None)] if since is not None else periods


def find_people(district: District, typed: str) -> QuerySet[Student]:
    """Find students by the beginnings of their names or number, whether listed now or gone.

    A source id is found when it is written exactly.
    """
    words = fold(typed).split()
    found = Q(sourced_id=typed.strip())
    if words:
        by_name = Q()
        for word in words:
            by_name &= Q(folded__contains=f" {word}")
        found |= by_name
    return (
        Student.objects.filter(found, district=district)
        .prefetch_related("listings__school")
        .order_by("folded", "id")
    )


def other_records(student: Student) -> QuerySet[Student]:
    """Find records of the same student number: the source, or the child's source, has changed."""
    same = Student.objects.filter(district_id=student.district_id, identifier=student.identifier)
    others = same.exclude(pk=student.pk) if student.identifier else same.none()
    return others.prefetch_related("listings__school").order_by("-changed_at", "id")


# --- students -------------------------------------------------------------------------------------


def _entries(**whose: Any) -> QuerySet[HistoryEntry]:
    """Give the entries of a student or guardian, oldest first, in her own district."""
    person = whose.get("student") or whose["guardian"]
    rows = HistoryEntry.objects.filter(district_id=person.district_id, **whose)
    return rows.order_by("at", "id")


def _first_moment(student: Student, entries: list[HistoryEntry]) -> Moment:
    """Tell how she was before her first entry: as that one found her, else as she is now."""
    told = next((entry.before for entry in entries if "schools" in (entry.before or {})), None)
    if entries and entries[0].action == ADDED:
        return Moment(None, known=False)
    if told is not None:
        schools = told["schools"]
    else:
        active = student.state == State.ACTIVE
        schools = student.listings.values_list("school_id", flat=True) if active else ()
    fields = {name: str(getattr(student, name)) for name in STUDENT_FIELDS}
    return Moment(
        student.first_seen_at,
        run_id=None if entries else student.run_id,
        fields={name: (told or fields).get(name, fields[name]) for name in STUDENT_FIELDS},
        schools=frozenset(schools),
    )


def _change(
    entry: HistoryEntry,
    *,
    adult: Mapping[str, str] | None = None,
    child: Mapping[str, str] | None = None,
) -> Change:
    return Change(
        id=entry.id,
        at=entry.at,
        run_id=entry.run_id,
        action=entry.action,
        school_id=entry.school_id,
        before=entry.before or {},
        after=entry.after or {},
        student_id=entry.student_id,
        guardian_id=entry.guardian_id,
        adult=adult or {},
        child=child or {},
    )


# --- contacts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Link:
    """One student with one guardian: the row as it is, and its entries, oldest first.

    Without a row the guardian turned out to be another one, who has the relationship now.
    """

    guardian: Guardian
    row: Relationship | None
    entries: tuple[HistoryEntry, ...]

    def spans(self) -> Iterator[tuple[datetime | None, datetime | None]]:
        """Give each time the relationship stood: from when (None: not known) to when."""
        since: datetime | None = None
        open_span = False
        if self.row is not None and not self.entries:
            yield (self.row.began_at, self.row.ended_at)
        for entry in self.entries:
            if entry.action == LINKED and not open_span:
                since, open_span = entry.at, True
            elif entry.action == ENDED and (open_span or entry is self.entries[0]):
                yield (since if open_span else None, entry.at)
                open_span = False
        if open_span:
            yield (since, None if self.row else self.guardian.changed_at)

    def stands_at(self, at: datetime) -> bool:
        return any(
            (since is None or since <= at) and (until is None or at < until)
            for since, until in self.spans()
        )

    def began_by(self, at: datetime) -> bool:
        return any(since is None or since <= at for since, _ in self.spans())

    def last_span(self, at: datetime) -> tuple[datetime | None, datetime | None]:
        """Give the last time it had begun to stand by then. Its end may be later than `at`."""
        begun = [span for span in self.spans() if span[0] is None or span[0] <= at]
        return begun[-1]


@dataclass(frozen=True)
class _Adult:
    row: Guardian
    entries: list[HistoryEntry]

    def as_at(self, at: datetime) -> dict[str, str]:
        """Give the guardian's fields then. Of a time before the first entry, what it found."""
        told: Mapping[str, Any] = {name: getattr(self.row, name) for name in GUARDIAN_FIELDS}
        for entry in reversed(self.entries):
            told = {**told, **(entry.before or {})}
        for entry in self.entries:
            if entry.at > at:
                break
            told = {**told, **(entry.after or {})}
        return {name: str(told[name]) for name in GUARDIAN_FIELDS}


def _links_of(student: Student) -> dict[int, _Link]:
    """Give the student's relationships, current and ended, by the guardian."""
    pairs = Relationship.objects.filter(district_id=student.district_id, student=student)
    rows = {pair.guardian_id: pair for pair in pairs}
    entries: dict[int, list[HistoryEntry]] = {}
    for entry in _entries(student=student, guardian__isnull=False):
        entries.setdefault(entry.guardian_id or 0, []).append(entry)
    guardians = Guardian.objects.filter(district_id=student.district_id).in_bulk(
        rows.keys() | entries.keys()
    )
    return {
        key: _Link(guardian, rows.get(key), tuple(entries.get(key, ())))
        for key, guardian in guardians.items()
    }


def _adults_of(district_id: int, links: Mapping[int, _Link]) -> dict[int | None, _Adult]:
    """Give the guardians of some relationships, with their own entries."""
    rows = HistoryEntry.objects.filter(
        district_id=district_id, guardian__in=list(links), student=None
    )
    entries: dict[int | None, list[HistoryEntry]] = {}
    for entry in rows.order_by("at", "id"):
        entries.setdefault(entry.guardian_id, []).append(entry)
    return {key: _Adult(link.guardian, entries.get(key, [])) for key, link in links.items()}


def _contact_then(link: _Link, adult: _Adult, at: datetime) -> ContactThen:
    since, until = link.last_span(at)
    ended = until is not None and until <= at
    return ContactThen(
        guardian_id=link.guardian.id,
        fields=adult.as_at(at),
        current=not ended,
        since=since,
        ended_at=until if ended else None,
    )


def _order(contact: ContactThen) -> tuple[bool, str, str, int]:
    fields = contact.fields
    return (
        not contact.current,
        fields["family_name"],
        fields["given_name"],
        contact.guardian_id,
    )


def _last_run(
    moment: Moment, links: Iterable[_Link], adults: Mapping[int | None, _Adult], at: datetime
) -> int | None:
    """Name the run of the newest entry that anything then said rests on."""
    told = [
        (entry.at, entry.id, entry.run_id)
        for link in links
        for entry in (*link.entries, *adults[link.guardian.id].entries)
        if entry.at <= at and entry.run_id is not None
    ]
    if moment.at is not None and moment.run_id is not None:
        told.append((moment.at, 0, moment.run_id))
    return max(told)[2] if told else None
