"""Why an adult is not on a student's list: every cause that can be told, the surest first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.names import Likeness, match


class Cause(StrEnum):
    LISTED = "listed"
    ENDED = "ended"
    WAITS = "waits"
    GONE = "gone at the source"
    UNREADABLE = "could not be read"
    NOT_SENT = "named, and not sent"
    OTHER_CHILD = "sent for another child"
    CONTACTS_OFF = "contacts are not taken"
    NO_SOURCE = "no source"
    NOT_IN_FEED = "not in the feed"


@dataclass(frozen=True, kw_only=True)
class Adult:
    """Somebody whom the source connected with the student, as far as it is known.

    `name` is None where the source sent her id and nothing else.
    """

    name: PersonName | None
    sourced_id: str = ""
    current: bool = False
    ended_on: date | None = None
    active: bool = True
    waits_in: int | None = None
    # What of her row could not be read: a field's name, what was expected.
    unreadable: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known about the student's contacts, whoever is looked for."""

    has_source: bool
    source: str
    takes_contacts: bool
    connected: tuple[Adult, ...]
    # Names of adults whom the source sends for other students of the district.
    of_others: tuple[PersonName, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One cause: what is the matter, and who does what next. `run_id` is where to look."""

    cause: Cause
    said: str
    next_step: str
    run_id: int | None = None


SIS_CLERK = "Ask whoever keeps the school system"
_OFF = Answer(
    cause=Cause.CONTACTS_OFF,
    said="The district chose to take students only for this school, and no contacts.",
    next_step="An administrator chooses contacts for it on the page of the source's schools.",
)
_OWN_LIST = Answer(
    cause=Cause.NO_SOURCE,
    said="This child stands on the school's own list. No source sends contacts for her or him.",
    next_step="Add the adult on the school's own list.",
)


def why_missing(typed: str, known: Known) -> tuple[Answer, ...]:
    """Say why an adult of this name is not among the student's contacts. Never empty."""
    named = [one for one in known.connected if one.name is not None and _alike(typed, one.name)]
    answers = [_of_named(one, known.source) for one in named]
    if any(one.cause is Cause.LISTED for one in answers):
        return tuple(one for one in answers if one.cause is Cause.LISTED)
    if not known.has_source:
        return (*answers, _OWN_LIST)
    if not known.takes_contacts:
        return (*answers, _OFF)
    if not answers:
        answers += _nameless(known)
    if not answers and any(_alike(typed, name) for name in known.of_others):
        answers.append(_of_another_child(known.source))
    return tuple(answers) or (_not_in_feed(known.source),)


def _alike(typed: str, name: PersonName) -> bool:
    return match(typed, name).level is not Likeness.NONE


def _of_named(adult: Adult, source: str) -> Answer:
    if adult.current:
        return Answer(
            cause=Cause.LISTED,
            said=f"{adult.name} is on this child's list now.",
            next_step="Choose the contact on the child's card. Another spelling asks for a look.",
        )
    if adult.waits_in is not None:
        return Answer(
            cause=Cause.WAITS,
            said=f"{adult.name} was read from {source}, and the change is not in our list yet.",
            next_step="An administrator looks at the sync it waits in.",
            run_id=adult.waits_in,
        )
    if adult.unreadable:
        return _cannot_be_read(adult, source)
    if not adult.active:
        return Answer(
            cause=Cause.GONE,
            said=f"{source} no longer sends {adult.name}, or marks the record as deleted.",
            next_step=f"{SIS_CLERK} whether the contact is still active there.",
        )
    since = f" since {adult.ended_on.day} {adult.ended_on:%b %Y}" if adult.ended_on else ""
    return Answer(
        cause=Cause.ENDED,
        said=f"{adult.name} was on this child's list. {source} has not connected them{since}.",
        next_step=f"{SIS_CLERK} whether they should be connected again, and the contact shared.",
    )


def _nameless(known: Known) -> Iterable[Answer]:
    """Of adults who are connected with the child by an id, and of whom no name is known."""
    for one in known.connected:
        if one.name is None and one.unreadable:
            yield _cannot_be_read(one, known.source)
        elif one.name is None:
            yield Answer(
                cause=Cause.NOT_SENT,
                said=f"{known.source} connects an adult with this child (id {one.sourced_id})"
                " and does not send that person. It may be the one you look for.",
                next_step=f"{SIS_CLERK} whether the contact may be shared: some systems leave out"
                " adults without a user name or portal access.",
            )


def _cannot_be_read(adult: Adult, source: str) -> Answer:
    who = str(adult.name) if adult.name else f"an adult of this child (id {adult.sourced_id})"
    return Answer(
        cause=Cause.UNREADABLE,
        said=f"{source} sends {who} with something that cannot be read: {adult.unreadable}.",
        next_step=f"{SIS_CLERK} to correct it. The next sync reads it again.",
    )


def _of_another_child(source: str) -> Answer:
    return Answer(
        cause=Cause.OTHER_CHILD,
        said=f"{source} sends an adult of this name for another child, and not for this one.",
        next_step=f"{SIS_CLERK} to connect the two. Until then a call to a listed contact may"
        " put the adult on the list for today.",
    )


def _not_in_feed(source: str) -> Answer:
    return Answer(
        cause=Cause.NOT_IN_FEED,
        said=f"{source} has sent nobody of this name for this child.",
        next_step=f"{SIS_CLERK} whether the contact is entered, is a parent, guardian or relative,"
        " and may be shared. Until then a call to a listed contact may put the adult on the list"
        " for today.",
    )
