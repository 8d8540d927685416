"""A hold in plain words: how much, against which limit, and how it stands. Pure."""

from dataclasses import dataclass
from datetime import datetime

from schoolgate.sync.models import Decision, Hold, RunKind
from schoolgate.sync.records import NEVER_LET_THROUGH, Kind, Reason
from schoolgate.sync.review import expires_at
from schoolgate.sync.run_words import CALM, KINDS, OK, WAIT, Standing, counted
from schoolgate.web.moments import clock


@dataclass(frozen=True)
class HoldWords:
    """A hold for a page: `what` is its heading, `sentence` says why it waits."""

    hold: Hold
    what: str
    sentence: str
    standing: Standing
    # It may be decided, or approved, at this moment.
    is_open: bool
    may_approve: bool


def hold_in_words(hold: Hold, *, now: datetime, overtaken: bool = False) -> HoldWords:
    one, many = KINDS[hold.kind]
    is_open = hold.decision == "" and not overtaken
    return HoldWords(
        hold=hold,
        what=f"{hold.count:,} of {counted(hold.of, one, many)}",
        sentence=reason_in_words(hold),
        standing=_standing(hold, now=now, overtaken=overtaken),
        is_open=is_open,
        may_approve=is_open
        and hold.reason not in NEVER_LET_THROUGH
        and not _is_too_old(hold, now=now),
    )


def reason_in_words(hold: Hold) -> str:
    """Why a hold waits, with its numbers."""
    whom = {
        Kind.STUDENT: f"students of {hold.school.name}",
        Kind.RELATIONSHIP: f"relationships of students of {hold.school.name} with adults",
    }[Kind(hold.kind)]
    some = f"{hold.count:,} of {hold.of:,} {whom}"
    if hold.reason == Reason.PRELOADED_LISTS:
        return (
            f"{hold.count:,} students come to {hold.school.name}, which has a list of its own with "
            f"{hold.of:,}: say first who is who, so that nobody is listed twice."
        )
    if hold.run.kind == RunKind.UNDO:
        return f"{some} would go with this undo; so much at once waits for a person."
    return _read_in_words(hold, whom, some)


def _read_in_words(hold: Hold, whom: str, some: str) -> str:
    match Reason(hold.reason):
        case Reason.SCHOOL_NOT_LISTED:
            return f"The source does not list {hold.school.name} any more, so {some} seem gone."
        case Reason.IDS_TURNED_OVER:
            return f"{some} are not in the source any more, and as many come under new ids."
        case Reason.SCHOOL_EMPTIED:
            left = "nobody" if hold.kind == Kind.STUDENT else "no relationship"
            none = f"None of the {hold.count:,} {whom} is in the source any more"
            return f"{none}: {left} would be left."
        case _ if hold.count <= hold.limit or not hold.limit:
            return f"{some} were held before, and still are not in the source."
        case _:
            return (
                f"{some} are not in the source any more; more than {hold.limit:,} at once waits "
                "for a person."
            )


def _standing(hold: Hold, *, now: datetime, overtaken: bool) -> Standing:
    if hold.decision == Decision.APPROVED:
        return _approved(hold, now=now, overtaken=overtaken)
    if hold.decision == Decision.DISCARDED:
        return Standing(
            "Kept as it is",
            CALM,
            "lock",
            f"{_who(hold)} kept what we have, {_when(hold, now)}. The next sync "
            "looks again; what is still so then waits again.",
        )
    if overtaken:
        return Standing(
            "Looked at again",
            CALM,
            "history",
            "A newer sync has looked at this again, or is about to. What still waits stands there.",
        )
    return _undecided(hold, now=now)


def _approved(hold: Hold, *, now: datetime, overtaken: bool) -> Standing:
    said = f"{_who(hold)} approved it, {_when(hold, now)}."
    if hold.applied_at is not None:
        return Standing("Approved", OK, "check", said)
    if overtaken:
        return Standing(
            "Looked at again",
            CALM,
            "history",
            f"{said} Before all of it was written a newer sync looked again: its plan counts.",
        )
    return Standing("Being written", CALM, "refresh", f"{said} It is being written to the list.")


def _undecided(hold: Hold, *, now: datetime) -> Standing:
    if hold.reason == Reason.PRELOADED_LISTS:
        return Standing(
            "Waits",
            WAIT,
            "hand-stop",
            "The list of this school stays as it is until the district has said who is who.",
        )
    if hold.reason in NEVER_LET_THROUGH:
        return Standing(
            "Waits",
            WAIT,
            "hand-stop",
            "This cannot be approved: children would be listed twice, or not at all. It goes away "
            "by itself when the source has been put right and is synced again.",
        )
    if _is_too_old(hold, now=now):
        return Standing(
            "Too old to approve",
            WAIT,
            "clock",
            "It was found more than 2 hours ago, and the SIS may have changed since. Sync again, "
            "then decide.",
        )
    until = expires_at(hold.run)
    by_when = f" until {clock(until, now=now)}; after that, sync again first" if until else ""
    return Standing(
        "Waits",
        WAIT,
        "hand-stop",
        f"A district administrator decides{by_when}. Until then everybody stays on the list.",
    )


def _is_too_old(hold: Hold, *, now: datetime) -> bool:
    until = expires_at(hold.run)
    return until is None or now > until


def _who(hold: Hold) -> str:
    return hold.decided_by.short_name if hold.decided_by else "A command"


def _when(hold: Hold, now: datetime) -> str:
    return clock(hold.decided_at, now=now) if hold.decided_at else ""
