"""What the reports are drawn from, on the page and on the sheet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from schoolgate.frontdesk.arrivals.late_arrival import REASONS
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import IN_WORDS
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.reports.forms import ReportForm
from schoolgate.frontdesk.reports.queries import decided_otherwise, rows_between, students_of
from schoolgate.frontdesk.reports.tally import WEEKDAYS, OfStudent, Report, tally
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.type_ahead import family_first, grade_in_words
from schoolgate.frontdesk.verdicts import Finisher
from schoolgate.roster.models import Student
from schoolgate.web.moments import hour_of

SHOWN_AT_MOST = 100
BAR = 100
_REASONS = IN_WORDS | {one.code: one.words for one in REASONS}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One line of a chart: the words, the number, and how long its bar is, of 100."""

    words: str
    count: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]


def report_of(desk: Desk, days: Mapping[str, date]) -> Report:
    """Add up the school's records from one day to another."""
    return tally(rows_between(desk, days["first"], days["last"]))


def reports_screen(desk: Desk, form: ReportForm) -> Screen:
    """Give the page of the chosen days."""
    screen = {**empty_screen(desk), "action": "log", "form": form}
    if not form.is_valid():
        return screen
    days = form.cleaned_data
    report = report_of(desk, days)
    students = students_of(desk, report.students)
    is_admin = desk.finisher is Finisher.SCHOOL_ADMIN
    lines = [_line(students[pk], sums) for pk, sums in _most_first(report) if pk in students]
    return {
        **screen,
        "days": days,
        "report": report,
        "share": f"{report.decisions.share_overridden:.1%}",
        "charts": [one for one in _charts(report) if one.bars],
        "lines": lines[:SHOWN_AT_MOST],
        "count": len(lines),
        "otherwise": [
            {
                "id": one.pk,
                "on": f"{desk.here(one.decided_at):%a} {desk.here(one.decided_at).day}"
                f" {desk.here(one.decided_at):%b}, {hour_of(desk.here(one.decided_at))}",
                "student": family_first(one.student) if one.student else "",
                "adult": companion_of(one),
                "what": "Two people decided" if one.approver else "Refused",
                "by": " and ".join(who.short_name for who in (one.actor, one.approver) if who),
                "note": one.note,
            }
            for one in (decided_otherwise(desk, days["first"], days["last"]) if is_admin else ())
        ],
    }


def _most_first(report: Report) -> list[tuple[int, OfStudent]]:
    return sorted(
        report.students.items(),
        key=lambda item: (-item[1].tardies, -item[1].departures, item[0]),
    )


def _line(student: Student, sums: OfStudent) -> Screen:
    return {"name": family_first(student), "grade": grade_in_words(student.grade), "sums": sums}


def _charts(report: Report) -> Iterable[Chart]:
    reasons = Counter({_in_words(key): n for key, n in report.by_reason.items()})
    periods = Counter({_period(key): n for key, n in report.by_period.items()})
    left = Counter({_in_words(key): n for key, n in report.departures_by_reason.items()})
    weeks = {f"Week of {on.day} {on:%b}": n for on, n in sorted(report.by_week.items())}
    days = {day: report.by_weekday[day] for day in WEEKDAYS if report.by_weekday[day]}
    yield Chart(title="Tardies by period", bars=_bars(dict(sorted(periods.items()))))
    yield Chart(title="Tardies by reason", bars=_bars(dict(reasons.most_common())))
    yield Chart(title="Tardies by weekday", bars=_bars(days))
    yield Chart(title="Tardies by week", bars=_bars(weeks))
    yield Chart(title="Departures by reason", bars=_bars(dict(left.most_common())))


def _bars(counts: Mapping[str, int]) -> tuple[Bar, ...]:
    longest = max(counts.values(), default=1)
    return tuple(
        Bar(words=words, count=n, length=max(1, n * BAR // longest)) for words, n in counts.items()
    )


def _in_words(reason: str) -> str:
    return _REASONS.get(reason, reason) or "Not stated"


def _period(period: str) -> str:
    if not period:
        return "No period known"
    return f"Period {period}" if period[:1].isdigit() else period
