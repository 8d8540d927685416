"""Asking a REST source for what changed: how it is asked, and that no answer is taken on trust."""

from collections.abc import Callable
from datetime import UTC, datetime

from schoolgate.oneroster.errors import FilterIgnored
from schoolgate.oneroster.records import Problem, RawRow, User
from schoolgate.oneroster.rest.collection import RestCollection
from schoolgate.oneroster.rest.paging import Pages
from schoolgate.oneroster.values.moments import parse_moment


def changed_since(moment: datetime) -> str:
    """Spell the filter as the standard does: single quotes, UTC, milliseconds (1.7, 1.9)."""
    return f"dateLastModified>='{_as_asked(moment):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z'"


def moment_of_change(text: str | None) -> datetime | None:
    """Read a date that may be relied on. None: there is none, or nobody knows of which zone.

    A date alone is of no zone either: it does not say whether the change was before or after.
    """
    moment = None if text is None else parse_moment(text)
    return None if moment is None or moment.zone_assumed else moment.at


class ChangedUsers(RestCollection[User]):
    """The users that changed since a moment. One that says otherwise ends the stream.

    A filter that is silently ignored gives everybody (T-28): that is no list of changes.
    """

    def __init__(
        self, pages: Pages, *, since: datetime, on_page: Callable[[str, int, int], None]
    ) -> None:
        super().__init__("users", User, pages, on_page=on_page)
        self._since = _as_asked(since)

    def decode(self, row: RawRow) -> User | Problem:
        """Read one row.

        Raises:
            FilterIgnored: it is older than asked for, or has no date to rely on.
        """
        user = super().decode(row)
        if not isinstance(user, Problem):
            at = moment_of_change(user.date_last_modified)
            if at is None or at < self._since:
                raise FilterIgnored(
                    "The source was asked for what changed, and sent a record that had not, or "
                    "that does not say when it did. Its answers to this question are not believed "
                    "any more: the next whole sync reads everything."
                )
        return user


def _as_asked(moment: datetime) -> datetime:
    there = moment.astimezone(UTC)
    return there.replace(microsecond=there.microsecond // 1000 * 1000)
