from datetime import UTC, datetime

import pytest

from schoolgate.oneroster.values.moments import Moment, is_day, parse_day, parse_moment


@pytest.mark.parametrize(
    ("text", "at", "zone_assumed"),
    [
        ("2026-09-01T13:16:41.000Z", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), False),
        ("2026-09-01T13:16:41Z", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), False),
        ("2026-09-01T13:16:41.5Z", datetime(2026, 9, 1, 13, 16, 41, 500000, tzinfo=UTC), False),
        (
            "2026-09-01T13:16:41.123456789Z",
            datetime(2026, 9, 1, 13, 16, 41, 123456, tzinfo=UTC),
            False,
        ),
        ("2026-09-01T13:16:41+00:00", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), False),
        ("2026-09-01T08:16:41-05:00", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), False),
        ("2026-09-01T15:16:41+0200", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), False),
        ("2021-01-01 00:00:00Z", datetime(2021, 1, 1, tzinfo=UTC), False),
        ("2021-01-01 00:00", datetime(2021, 1, 1, tzinfo=UTC), True),
        ("2021-01-01", datetime(2021, 1, 1, tzinfo=UTC), True),
        ("2026-09-01T13:16:41.000+0", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), True),
        ("2026-09-01T13:16:41+99:00", datetime(2026, 9, 1, 13, 16, 41, tzinfo=UTC), True),
    ],
)
def test_moments_in_every_spelling(text: str, at: datetime, zone_assumed: bool) -> None:
    """T-22."""
    assert parse_moment(text) == Moment(at, zone_assumed)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-09-01T25:00Z", "0001-01-01T00:00:00+23:00"]
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize("text", ["2026-W01-1", "20260901", "2026-02-30", "2026-9-1"])
def test_what_is_no_day(text: str) -> None:
    assert not is_day(text)


def test_the_day_of_a_moment() -> None:
    assert parse_day(" 2026-09-01 00:00:00Z") == "2026-09-01"
