"""Whether a run may remove anybody: by the district's calendar, not by the server's."""

from datetime import UTC, date, datetime

import pytest

from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.additions_only import only_adds
from schoolgate.sync.models import SyncRun

LAST_DAY = date(2026, 8, 20)


def a_run_at(started_at: datetime | None, until: date | None = LAST_DAY) -> SyncRun:
    district = District(timezone="America/Chicago")
    return SyncRun(
        district=district,
        registration=Registration(district=district, additions_only_until=until),
        started_at=started_at,
    )


@pytest.mark.parametrize(
    ("started_at", "only"),
    [
        (datetime(2026, 8, 20, 18, 0, tzinfo=UTC), True),
        # Nine in the evening of the 20th in Chicago.
        (datetime(2026, 8, 21, 2, 0, tzinfo=UTC), True),
        (datetime(2026, 8, 21, 6, 0, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_the_day_is_the_districts(started_at: datetime | None, only: bool) -> None:
    assert only_adds(a_run_at(started_at)) is only


def test_without_a_day_removals_go_on() -> None:
    assert not only_adds(a_run_at(datetime(2026, 8, 20, tzinfo=UTC), until=None))
