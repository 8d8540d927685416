"""What the syncs know of adults whom the source connected with a student, listed or not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from schoolgate.districts.models import School
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.roster.models import Guardian, RelationshipClaim, Student
from schoolgate.sync.freshness import IN, WAITING
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import ChangeState, PlannedChange, RowProblem, SyncRun


@dataclass(frozen=True, kw_only=True)
class Connected:
    """An adult id that a row connected with the student, and what came of that person.

    `person` is None where the source sent no row of her that could be read. `waits_in` is the run
    in which a change about the two is read and not in the roster.
    """

    sourced_id: str
    person: Guardian | None
    unreadable: RowProblem | None
    waits_in: int | None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What is known. `takes_contacts` is False where the district chose students only."""

    has_source: bool
    source: str
    takes_contacts: bool
    connected: tuple[Connected, ...]
    last_run_id: int | None
    unreadable_rows: int


def trace_contacts(student: Student, school: School) -> Trace:
    """Look up everybody whom the student's own source ever connected with her, as it stands now."""
    own = Registration.objects.filter(district_id=student.district_id)
    registration = own.filter(pk=student.registration_id or 0).first()
    if registration is None or student.sourced_id is None:
        return Trace(
            has_source=False,
            source="",
            takes_contacts=True,
            connected=(),
            last_run_id=None,
            unreadable_rows=0,
        )
    last = (
        SyncRun.objects.filter(registration=registration, ended_at__isnull=False, kind__in=SYNCS)
        .order_by("-id")
        .first()
    )
    return Trace(
        has_source=True,
        source=registration.name,
        takes_contacts=_takes_contacts(registration, school),
        connected=tuple(_connected(registration, student.sourced_id)),
        last_run_id=last.pk if last else None,
        unreadable_rows=_unreadable(last),
    )


def _takes_contacts(registration: Registration, school: School) -> bool:
    taken = SourceSchool.objects.filter(
        registration=registration,
        school=school,
        enabled=True,
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
    )
    return registration.data_choice == DataChoice.STUDENTS_AND_CONTACTS and taken.exists()


def _connected(registration: Registration, sourced_id: str) -> Iterable[Connected]:
    claimed = RelationshipClaim.objects.filter(
        registration_id=registration.pk, student_sourced_id=sourced_id
    ).values_list("adult_sourced_id", flat=True)
    waiting = _waiting(registration, sourced_id)
    ids = sorted({*claimed, *waiting})
    people = {
        one.sourced_id: one
        for one in Guardian.objects.filter(
            district_id=registration.district_id,
            registration_id=registration.pk,
            sourced_id__in=ids,
        )
    }
    unreadable = {
        one.sourced_id: one
        for one in RowProblem.objects.filter(
            run__registration=registration, severity="error", sourced_id__in=ids
        ).order_by("id")
    }
    names = _names_planned(registration, [one for one in ids if one not in people])
    for one in ids:
        yield Connected(
            sourced_id=one,
            person=people.get(one),
            unreadable=unreadable.get(one),
            waits_in=waiting.get(one),
            name=people[one].name if one in people else names.get(one, ""),
        )


def _waiting(registration: Registration, sourced_id: str) -> dict[str, int]:
    """The runs in which a change about the student and an adult waits, by the adult's id."""
    not_in = Q(state=ChangeState.PLANNED) & ~Q(run__state__in=IN)
    return dict(
        PlannedChange.objects.filter(
            not_in | Q(state__in=WAITING),
            run__registration=registration,
            student_sourced_id=sourced_id,
        )
        .exclude(adult_sourced_id="")
        .order_by("run_id")
        .values_list("adult_sourced_id", "run_id")
    )


def _names_planned(registration: Registration, ids: list[str]) -> dict[str, str]:
    """Name adults who are read and not in the roster, from what was planned for them."""
    planned = PlannedChange.objects.filter(
        run__registration=registration, kind="guardian", adult_sourced_id__in=ids
    ).order_by("run_id")
    return {
        one.adult_sourced_id: f"{one.after['given_name']} {one.after['family_name']}"
        for one in planned
        if one.after
    }


def _unreadable(run: SyncRun | None) -> int:
    if run is None:
        return 0
    return RowProblem.objects.filter(run=run, severity="error").count()
