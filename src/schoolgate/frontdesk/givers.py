"""Whom the desk may call to let an unlisted adult come, and on which number.

Only a number that was on file before today: an impostor who got one changed this morning is not
called on it. On the day of a source's first sync every number is of today: none was changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schoolgate.frontdesk.call_back import who_may_be_called
from schoolgate.frontdesk.person_checks import Weighed
from schoolgate.frontdesk.recognition import NotLookedUp, Recognition
from schoolgate.frontdesk.verdicts import Level
from schoolgate.roster.models import Guardian
from schoolgate.roster.numbers import came_with_the_list, numbers_since

# The rule that says: not on this child's list.
NOT_LISTED = "X5"


@dataclass(frozen=True, kw_only=True)
class Giver:
    """A contact whose word counts. `since`: from when the number is known."""

    guardian: Guardian
    number: str
    since: datetime

    @property
    def last_digits(self) -> str:
        return "".join(one for one in self.number if one.isdigit())[-4:]


def may_authorise(weighed: Weighed) -> bool:
    """Whether a call could help: the adult is only not listed, and nothing else forbids it."""
    rules = {one.rule for one in weighed.verdict.reasons}
    forbidding = {one.rule for one in weighed.verdict.reasons if one.level >= Level.DENY}
    if NOT_LISTED not in rules or not forbidding <= {NOT_LISTED}:
        return False
    try:
        return bool(who_may_be_called(Recognition(weighed.case)))
    except NotLookedUp:
        return False


def givers(weighed: Weighed) -> tuple[Giver, ...]:
    """List who may give the word, each with the number to call."""
    if not may_authorise(weighed):
        return ()
    called = who_may_be_called(Recognition(weighed.case))
    guardians = [weighed.file.guardians[one.adult_id] for one in called]
    return tuple(_known_before_today(guardians, weighed.file.now))


def _known_before_today(guardians: Iterable[Guardian], now: datetime) -> Iterable[Giver]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    known = list(guardians)
    since = numbers_since(known)
    for one in known:
        unchanged = since[one.pk] == one.first_seen_at
        if since[one.pk] < midnight or (unchanged and came_with_the_list(one, since=midnight)):
            yield Giver(guardian=one, number=one.phone or one.sms, since=since[one.pk])
