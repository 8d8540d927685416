"""How far a running sync is, in figures. Pure: `now` and what is counted come from the caller."""

from dataclasses import dataclass
from datetime import datetime

from schoolgate.sync.models import RunState, SyncRun

# Before that a guess would only jump.
GUESS_FROM_SECONDS = 5
GUESS_FROM_PERCENT = 2
# More may come than last time: until all is read, it is not all.
ALMOST = 99


@dataclass(frozen=True)
class Figures:
    rows: int
    pages: int
    # Of as many as the last whole pull had; None when nobody knows, or reading is over.
    expected: int | None
    percent: int | None
    seconds: float
    # Until everything is read; None when there is no telling.
    seconds_left: float | None
    schools_written: int | None

    @property
    def rows_in_words(self) -> str:
        return f"{self.rows:,}"

    @property
    def expected_in_words(self) -> str:
        return f"{self.expected or 0:,}"


def figures_of(run: SyncRun, *, now: datetime, schools_written: int) -> Figures | None:
    """What to show of a run that goes on; None for one that waits or has ended."""
    if run.state != RunState.RUNNING or run.started_at is None:
        return None
    seconds = max((now - run.started_at).total_seconds(), 0.0)
    expected = run.rows_expected if run.fetched_at is None else None
    percent = None
    if expected:
        percent = min(run.rows_read * 100 // expected, ALMOST)
    return Figures(
        rows=run.rows_read,
        pages=run.pages,
        expected=expected,
        percent=percent,
        seconds=seconds,
        seconds_left=_left(seconds, percent),
        schools_written=schools_written if run.planned_at is not None else None,
    )


def _left(seconds: float, percent: int | None) -> float | None:
    if percent is None or percent < GUESS_FROM_PERCENT or seconds < GUESS_FROM_SECONDS:
        return None
    return seconds * (100 - percent) / percent
