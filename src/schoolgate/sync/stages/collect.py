"""Stage 1: stream a source's users, and let through only the rows that are new or changed.

An unchanged row costs a hash and a lookup: it is never parsed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, runtime_checkable

from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.oneroster.records import Problem, User, Verdict
from schoolgate.sync.records import DIGEST_BYTES, Ledger

# A collection that moved while it was read (a row added, a page shifted) is read again.
READS = 3
MOVED = frozenset({"total_moved", "repeated_page", "fewer_than_total", "shifted"})

# Departures up to this many are asked for by id before they are believed.
CONFIRM_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class ChangedRow:
    digest: bytes
    user: User


@runtime_checkable
class AnswersById(Protocol):
    """A source that can be asked for one person (REST; a CSV zip cannot)."""

    def user(self, sourced_id: str) -> User | None: ...


def collect(users: Collection[User], *, ledger: Ledger, salt: bytes) -> Iterator[ChangedRow]:
    """The rows of one read that are not as they were last accepted.

    A row that cannot be read is a problem and never an absence: its id is excused in the ledger.
    """
    keyed = blake2b(users.salt, digest_size=DIGEST_BYTES, key=salt)
    came: set[bytes] = set()
    repeated: set[bytes] = set()
    for raw in users.raw():
        hashed = keyed.copy()
        hashed.update(raw.data)
        digest = hashed.digest()
        if digest in came:
            repeated.add(digest)
            continue
        came.add(digest)
        if ledger.recognises(digest):
            continue
        user = users.decode(raw)
        if not isinstance(user, Problem):
            yield ChangedRow(digest, user)
        elif user.sourced_id is not None:
            ledger.excused.add(user.sourced_id)
    ledger.repeated = frozenset(repeated)


def read_until_still(
    source: Source, read: Callable[[Collection[User]], None], *, ledger: Ledger
) -> tuple[Collection[User], Verdict]:
    """Read the users, again while they move under our eyes. Gives the last read and its verdict."""
    before: frozenset[bytes] = frozenset()
    for attempt in range(1, READS + 1):
        users = source.users()
        read(users)
        again = ledger.repeated
        # The same rows twice in two reads: the source's own doublets, and nothing has moved.
        verdict = users.verdict.counting_once(0 if again == before else len(again))
        if verdict.reason not in MOVED or attempt == READS:
            break
        before = again
    return users, verdict


def confirm_absences(
    source: Source, absent: list[tuple[str, str]]
) -> dict[str, User | None] | None:
    """Ask for each of a few absent people by id: a child never vanishes because a page shifted.

    Gives what the source said, None for "no such person". One whose question failed is left out:
    nothing was said about it. None instead of answers when the source cannot be asked for one
    person, or too many are absent: the whole pull is the evidence then.
    """
    if not isinstance(source, AnswersById) or len(absent) > CONFIRM_AT_MOST:
        return None
    answers: dict[str, User | None] = {}
    for sourced_id in sorted({sourced_id for _, sourced_id in absent}):
        try:
            answers[sourced_id] = source.user(sourced_id)
        except SourceFailed:
            continue
    return answers
