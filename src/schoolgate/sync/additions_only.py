"""While a district lets nobody be removed, a sync adds and updates only."""

from zoneinfo import ZoneInfo

from schoolgate.registrations.limits import additions_only
from schoolgate.sync.models import SyncRun


def only_adds(run: SyncRun) -> bool:
    """Whether the district chose so for the day, on its own calendar, on which the run began."""
    if run.started_at is None:
        return False
    there = ZoneInfo(run.district.timezone)
    return additions_only(run.registration, today=run.started_at.astimezone(there).date())
