"""What a school's days add up to. Pure: from rows to sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LATE, LEFT, BACK, REFUSED = "late_arrival", "early_departure", "return", "refusal"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One record that stands. `on` is the school's own day, `minutes` late or away."""

    kind: str
    on: date
    student_id: int | None
    period: str = ""
    reason: str = ""
    minutes: int | None = None
    excused: bool | None = None
    verdict: str = ""
    by_two: bool = False


@dataclass(kw_only=True)
class OfStudent:
    """One student's sums. `minutes_away` counts departures that she came back from."""

    tardies: int = 0
    unexcused: int = 0
    minutes_late: int = 0
    departures: int = 0
    minutes_away: int = 0
    refusals: int = 0


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """How adults' questions ended: releases, and those that were more than a clerk's."""

    releases: int
    by_administrator: int
    by_two: int
    refusals: int

    @property
    def share_overridden(self) -> float:
        """Of all releases those that two people decided against a no, between 0 and 1."""
        return self.by_two / self.releases if self.releases else 0.0


@dataclass(kw_only=True)
class Report:
    students: dict[int, OfStudent] = field(default_factory=lambda: defaultdict(OfStudent))
    by_period: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    by_weekday: Counter[str] = field(default_factory=Counter)
    # By the Monday with which a week begins.
    by_week: Counter[date] = field(default_factory=Counter)
    departures_by_reason: Counter[str] = field(default_factory=Counter)
    decisions: Decisions

    @property
    def tardies(self) -> int:
        return sum(one.tardies for one in self.students.values())

    @property
    def minutes_lost(self) -> int:
        """Minutes late, and minutes away until back."""
        return sum(one.minutes_late + one.minutes_away for one in self.students.values())


def tally(rows: Iterable[Row]) -> Report:
    """Add up the records of some days."""
    known = list(rows)
    left = [row for row in known if row.kind == LEFT]
    report = Report(
        decisions=Decisions(
            releases=len(left),
            by_administrator=sum(row.verdict == "verify_admin" for row in left),
            by_two=sum(row.by_two for row in left),
            refusals=sum(row.kind == REFUSED for row in known),
        )
    )
    for row in known:
        if row.student_id is not None:
            _add_to(report.students[row.student_id], row)
        if row.kind == LATE:
            report.by_period[row.period] += 1
            report.by_reason[row.reason] += 1
            report.by_weekday[WEEKDAYS[row.on.weekday()]] += 1
            report.by_week[row.on - timedelta(days=row.on.weekday())] += 1
        elif row.kind == LEFT:
            report.departures_by_reason[row.reason] += 1
    return report


def _add_to(student: OfStudent, row: Row) -> None:
    minutes = row.minutes or 0
    if row.kind == LATE:
        student.tardies += 1
        student.unexcused += row.excused is False
        student.minutes_late += minutes
    elif row.kind == LEFT:
        student.departures += 1
    elif row.kind == BACK:
        student.minutes_away += minutes
    elif row.kind == REFUSED:
        student.refusals += 1
