"""What the last syncs of a source cost and brought, in a few figures. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from schoolgate.registrations.presets import Preset
from schoolgate.registrations.schedule import DAY, Window

SECONDS_A_MINUTE = 60
MINUTES_AN_HOUR = 60


@dataclass(frozen=True, kw_only=True)
class PastSync:
    """One whole-source sync that has ended."""

    began_at: datetime
    seconds: float
    rows: int = 0
    unchanged_rows: int = 0
    changed_anything: bool = True
    whole: bool = True
    held: bool = False
    failed: bool = False
    # It failed because the source was busy, too slow or broke down.
    busy: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What advice is given from."""

    runs: tuple[PastSync, ...]
    every_hours: int
    window: Window | None = None
    preset: Preset | None = None


@dataclass(frozen=True, kw_only=True)
class Figures:
    count: int
    days: float
    failed: int
    busy: int
    held: int
    incomplete: int
    # Of those that read everything, and all that follows too:
    whole: int
    unchanged: int
    minutes: float
    rows: int
    share_new: float

    @property
    def changing(self) -> float:
        return (self.whole - self.unchanged) / self.whole

    @property
    def duration(self) -> str:
        if self.minutes < 1:
            return "less than a minute"
        if self.minutes < 2 * MINUTES_AN_HOUR:
            return f"{self.minutes:.0f} min"
        return f"{self.minutes / MINUTES_AN_HOUR:.1f} h"

    def in_words(self) -> tuple[tuple[str, str], ...]:
        """Each figure with its name, for a page."""
        told = [("Syncs looked at", f"{self.count} over {self.days:.1f} days")]
        if self.whole:
            told += [
                ("A whole one takes", self.duration),
                ("Records read", f"{self.rows:,}"),
                ("Records that look new", f"{self.share_new:.1%}"),
                ("Nothing changed", f"{self.unchanged} of {self.whole}"),
            ]
        return (
            *told,
            ("Part waited for a person", f"{self.held} of {self.count}"),
            ("Not whole", f"{self.incomplete} of {self.count}"),
            ("Failed", f"{self.failed} of {self.count}, {self.busy} as the source was busy"),
        )


def figures_of(runs: Iterable[PastSync]) -> Figures:
    """The middle one of each measure: a first load or a bad day does not speak for the others."""
    ended = list(runs)
    whole = [run for run in ended if run.whole and not run.failed]
    began = [run.began_at for run in ended]
    return Figures(
        count=len(ended),
        days=(max(began) - min(began)) / DAY if began else 0.0,
        failed=sum(run.failed for run in ended),
        busy=sum(run.busy for run in ended),
        held=sum(run.held for run in ended),
        incomplete=sum(not run.whole and not run.failed for run in ended),
        whole=len(whole),
        unchanged=sum(not run.changed_anything for run in whole),
        minutes=median(run.seconds for run in whole) / SECONDS_A_MINUTE if whole else 0.0,
        rows=round(median(run.rows for run in whole)) if whole else 0,
        share_new=median(map(_share_new, whole)) if whole else 0.0,
    )


def _share_new(run: PastSync) -> float:
    return (run.rows - run.unchanged_rows) / run.rows if run.rows else 0.0
