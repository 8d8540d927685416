"""A history laid out for a screen: sentences, the run of each, the age of a list at a moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from schoolgate.districts.models import District, School
from schoolgate.roster.history import Change, ContactThen, StudentThen
from schoolgate.roster.history_words import Line, in_words, name_of, why_gone
from schoolgate.roster.models import Student
from schoolgate.sync.list_dates import list_date_at
from schoolgate.sync.models import RunKind, SyncRun
from schoolgate.web.moments import age_in_words

DIGITS_SHOWN = 4
NUMBERS = ("Phone", "Text message number")


@dataclass(frozen=True)
class Row:
    """One line of a history, and what made it: a run, or a person with the school's own list."""

    change: Change
    line: Line
    run: SyncRun | None
    by: str


@dataclass(frozen=True)
class ListThen:
    """How old one school's list was at a moment. Without a run nobody knows."""

    school: School
    run: SyncRun | None
    age: str


@dataclass(frozen=True)
class ContactRow:
    contact: ContactThen
    name: str
    role: str
    phone: str
    email: str


def rows(district: District, changes: Iterable[Change], *, with_numbers: bool) -> list[Row]:
    """Say each change in words."""
    told = list(changes)
    schools = dict(School.objects.filter(district=district).values_list("id", "name"))
    runs = SyncRun.objects.filter(district=district).in_bulk(
        {change.run_id for change in told if change.run_id}
    )
    return [
        Row(
            change,
            _shortened(in_words(change, schools), with_numbers=with_numbers),
            runs.get(change.run_id or 0),
            made_by(change, runs),
        )
        for change in told
    ]


def made_by(change: Change, runs: Mapping[int, SyncRun]) -> str:
    """Name what made a change: `sync 12`, `undo of sync 12`, `the school's own list`."""
    run = runs.get(change.run_id or 0)
    if run is None:
        return f"run {change.run_id}" if change.run_id else "the school's own list"
    if run.kind == RunKind.UNDO:
        return f"undo of sync {run.undoes_id}"
    return f"new ids, run {run.id}" if run.kind == RunKind.REKEY else f"sync {run.id}"


def lists_then(student: Student, then: StudentThen) -> list[ListThen]:
    """Say how old the list of each of her schools was."""
    dated = [
        (school, list_date_at(student.registration_id, school, at=then.at))
        for school in then.schools
    ]
    return [ListThen(school, run, _age(run, then)) for school, run in dated]


def contact_rows(contacts: Iterable[ContactThen], *, with_numbers: bool) -> list[ContactRow]:
    return [
        ContactRow(
            contact=one,
            name=name_of(one.fields),
            role=one.fields["role"],
            phone=(_whole if with_numbers else last_digits)(
                one.fields["phone"] or one.fields["sms"]
            ),
            email=one.fields["email"] if with_numbers else "",
        )
        for one in contacts
    ]


def standing_then(then: StudentThen) -> str:
    """Say in a sentence where the student stood."""
    if not then.known:
        return "Nobody had told us of this student by then."
    if then.listed:
        return ""
    return f"On no school's list: {why_gone(then.gone)}."


def last_digits(number: str) -> str:
    """Shorten a number to what tells it apart: `…0142`."""
    digits = "".join(one for one in number if one.isdigit())
    return f"…{digits[-DIGITS_SHOWN:]}" if digits else ""


def _age(run: SyncRun | None, then: StudentThen) -> str:
    """Say how old: `7 h before`."""
    if run is None or run.started_at is None:
        return ""
    return age_in_words(then.at - run.started_at).replace(" ago", " before")


def _whole(number: str) -> str:
    return number


def _shortened(line: Line, *, with_numbers: bool) -> Line:
    if with_numbers:
        return line
    shorten: dict[str, Callable[[str], str]] = dict.fromkeys(NUMBERS, last_digits)
    shorten["Email"] = lambda text: "an address" if text else ""
    return replace(
        line,
        details=tuple(
            replace(
                one,
                before=shorten.get(one.field, _whole)(one.before),
                after=shorten.get(one.field, _whole)(one.after),
            )
            for one in line.details
        ),
    )
