"""How old is what the desk sees."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schoolgate.districts.models import School
from schoolgate.registrations.models import SourceSchool
from schoolgate.sync.models import ChangeState, PlannedChange, RunState, SyncRun


@dataclass(frozen=True)
class Freshness:
    """The age of one school's list, and whether anything stands in its way.

    `as_of` is None when no complete sync was ever applied, or the school has no source.
    """

    as_of: datetime | None
    has_source: bool
    last_failed: bool

    def age(self, *, now: datetime) -> timedelta | None:
        return None if self.as_of is None else now - self.as_of


def freshness_of(school: School) -> Freshness:
    """The oldest list among the school's sources: what is missing is missing in the oldest."""
    sources = SourceSchool.objects.filter(district_id=school.district_id, school=school, enabled=True)
    dates = list(sources.values_list("list_as_of", flat=True))
    known = [date for date in dates if date is not None]
    as_of = min(known) if known and len(known) == len(dates) else None
    return Freshness(
        as_of=as_of,
        has_source=bool(dates),
        last_failed=any(
            _last_ended_state(source.registration_id) == RunState.FAILED for source in sources
        ),
    )


def waiting_change_about(student_sourced_id: str | None, registration_id: int | None) -> bool:
    """Whether a change about this student was read and not applied: held, or withheld."""
    if student_sourced_id is None:
        return False
    return PlannedChange.objects.filter(
        run__registration_id=registration_id,
        student_sourced_id=student_sourced_id,
        state__in=(ChangeState.HELD, ChangeState.WITHHELD),
    ).exists()


def _last_ended_state(registration_id: int) -> str | None:
    runs = SyncRun.objects.filter(registration_id=registration_id, ended_at__isnull=False)
    return runs.order_by("-id").values_list("state", flat=True).first()
