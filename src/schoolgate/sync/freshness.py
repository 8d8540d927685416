"""How old is what the desk sees."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Student
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import ChangeState, PlannedChange, RunState, SyncRun

SOURCE = ("list_as_of", "registration_id", "registration__additions_only_until")

# Runs whose planned changes are in the roster; and changes that wait whatever their run came to.
IN = (RunState.APPLIED, RunState.UNCHANGED, RunState.HELD)
WAITING = (ChangeState.HELD, ChangeState.HANGING, ChangeState.WITHHELD)


class Source(NamedTuple):
    """When its list was last whole, its registration, and until when nobody is removed."""

    as_of: datetime | None
    registration_id: int
    additions_only_until: date | None


@dataclass(frozen=True)
class Freshness:
    """The age of one school's list, and whether anything stands in its way.

    `as_of` is None when no complete sync was ever applied, or the school has no source.
    """

    as_of: datetime | None
    has_source: bool
    last_failed: bool
    # The last day on which one of its sources only adds and updates, if the district chose one.
    additions_only_until: date | None = None

    def no_removals_until(self, *, now: datetime) -> date | None:
        """Until when nobody is removed; None: removals go on. `now` is in the district's zone."""
        until = self.additions_only_until
        return until if until is not None and now.date() <= until else None

    def age(self, *, now: datetime) -> timedelta | None:
        return None if self.as_of is None else now - self.as_of


def freshness_of(school: School) -> Freshness:
    """The oldest list among the school's sources: what is missing is missing in the oldest."""
    sources = SourceSchool.objects.filter(
        district_id=school.district_id, school=school, enabled=True
    )
    return _freshness([Source(*row) for row in sources.values_list(*SOURCE)])


def freshness_of_student(student: Student, school: School) -> Freshness:
    """How old is what this school knows of this student: by her own source.

    One whose source was switched off here stays listed until it has been synced once more; nobody
    knows how true that still is, however fresh another source of the school may be.
    """
    if student.registration_id is None:
        return freshness_of(school)
    own = SourceSchool.objects.filter(
        district_id=school.district_id, school=school, registration_id=student.registration_id
    )
    sources = [Source(*row) for row in own.filter(enabled=True).values_list(*SOURCE)]
    if sources:
        return _freshness(sources)
    if own.exists():
        return Freshness(as_of=None, has_source=False, last_failed=False)
    return freshness_of(school)


def freshness_of_schools(district: District) -> dict[int, Freshness]:
    """The same for every school of a district that has a source."""
    sources: dict[int, list[Source]] = {}
    enabled = SourceSchool.objects.filter(district=district, enabled=True, school__isnull=False)
    for school_id, *known in enabled.values_list("school_id", *SOURCE):
        sources.setdefault(school_id or 0, []).append(Source(*known))
    failed = _failed({source.registration_id for rows in sources.values() for source in rows})
    return {school_id: _freshness(rows, failed) for school_id, rows in sources.items()}


def waiting_change_about(student_sourced_id: str | None, registration_id: int | None) -> bool:
    """Whether a change about this student was read and is not in the roster.

    It is held or hangs on one that is, it came in a pull that was not whole, or its run has not
    (or not well) ended.
    """
    if student_sourced_id is None or registration_id is None:
        return False
    read = PlannedChange.objects.filter(
        run__registration_id=registration_id, student_sourced_id=student_sourced_id
    )
    not_in = Q(state=ChangeState.PLANNED) & ~Q(run__state__in=IN)
    return read.filter(not_in | Q(state__in=WAITING)).exists()


def _freshness(sources: list[Source], failed: set[int] | None = None) -> Freshness:
    dates = [source.as_of for source in sources]
    known = [as_of for as_of in dates if as_of is not None]
    only = [source.additions_only_until for source in sources if source.additions_only_until]
    if failed is None:
        failed = _failed({source.registration_id for source in sources})
    return Freshness(
        as_of=min(known) if known and len(known) == len(dates) else None,
        has_source=bool(dates),
        last_failed=any(source.registration_id in failed for source in sources),
        additions_only_until=max(only, default=None),
    )


def _failed(registrations: set[int]) -> set[int]:
    """The registrations whose last ended sync failed. Our own work says nothing of a source."""
    last = (
        SyncRun.objects.filter(
            registration_id=OuterRef("pk"), ended_at__isnull=False, kind__in=SYNCS
        )
        .order_by("-id")
        .exclude(failure="already_running")
        .values("state")[:1]
    )
    rows = Registration.objects.filter(id__in=registrations).annotate(last=Subquery(last))
    return set(rows.filter(last=RunState.FAILED).values_list("id", flat=True))
