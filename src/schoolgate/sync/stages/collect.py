"""Stage 1: stream a source's users, and let through only the rows that are new or changed.

A block of rows that is known costs a hash and a lookup: it is neither split nor parsed. In one that
is not, each row costs as much; only those that are new or changed are parsed.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Protocol, runtime_checkable

import numpy as np

from schoolgate.oneroster.blocks import Block
from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.oneroster.records import Problem, User, Verdict
from schoolgate.roster.batches import batched
from schoolgate.sync.ledger import Ledger
from schoolgate.sync.records import DIGEST_BYTES, LONGEST_ID, LookedAt, NormalizedRow, RowIn

# A collection that moved while it was read (a row added, a page shifted) is read again.
READS = 3
MOVED = frozenset({"total_moved", "repeated_page", "fewer_than_total", "shifted"})

# Departures up to this many are asked for by id before they are believed.
CONFIRM_AT_MOST = 50

# Rows of so many unknown blocks are looked up at once.
BLOCKS_AT_ONCE = 64

TELL_EVERY = 1_000

# What a row comes to; None for nobody who is of interest at a front desk.
Normalize = Callable[[User], NormalizedRow | None]


@runtime_checkable
class AnswersById(Protocol):
    """A source that can be asked for one person (REST; a CSV zip cannot)."""

    def user(self, sourced_id: str) -> User | None: ...


class Hasher:
    """Digests of rows and blocks, keyed: a hostile source cannot search for two that are equal."""

    def __init__(self, users: Collection[User], salt: bytes) -> None:
        self._rows = blake2b(users.salt, digest_size=DIGEST_BYTES, key=salt)
        # A block of one row is not that row.
        self._blocks = blake2b(b"block" + users.salt, digest_size=DIGEST_BYTES, key=salt)

    def row(self, data: bytes) -> bytes:
        hashed = self._rows.copy()
        hashed.update(data)
        return hashed.digest()

    def block(self, block: Block) -> bytes:
        hashed = self._blocks.copy()
        hashed.update(block.data)
        return hashed.digest()


def collect(
    users: Collection[User],
    normalize: Normalize,
    *,
    ledger: Ledger,
    salt: bytes,
    tell: Callable[[int], None],
) -> Iterator[LookedAt]:
    """The blocks of one read that are not as they were last accepted, looked at row by row.

    A row that cannot be read is a problem and never an absence: its id is excused in the ledger.
    How many rows have come is told now and then.
    """
    hasher = Hasher(users, salt)
    unknown = (
        (digest, block)
        for block in _told(users.blocks(), tell)
        if not ledger.recognises(digest := hasher.block(block), block.count)
    )
    for batch in batched(unknown, BLOCKS_AT_ONCE):
        rows = [block.rows() for _, block in batch]
        digests = [hasher.row(row.data) for some in rows for row in some]
        places = iter(ledger.find(digests).tolist())
        own = iter(digests)
        for (digest, _), some in zip(batch, rows, strict=True):
            looked = [
                RowIn(next(own), place)
                if (place := next(places)) >= 0
                else _read(next(own), users.decode(row), normalize, ledger)
                for row in some
            ]
            yield LookedAt(digest, looked)


def _told(blocks: Iterator[Block], tell: Callable[[int], None]) -> Iterator[Block]:
    count = told = 0
    for block in blocks:
        yield block
        count += block.count
        if count - told >= TELL_EVERY:
            tell(told := count)


def _read(digest: bytes, read: User | Problem, normalize: Normalize, ledger: Ledger) -> RowIn:
    if not isinstance(read, Problem):
        fits = len(read.sourced_id) <= LONGEST_ID
        return RowIn(digest, normalized=normalize(read), readable=fits)
    if read.sourced_id is not None:
        ledger.excuse(read.sourced_id)
    return RowIn(digest, readable=False)


def read_until_still(
    source: Source, read: Callable[[Collection[User]], None], *, ledger: Ledger
) -> tuple[Collection[User], Verdict]:
    """Read the users, again while they move under our eyes. Gives the last read and its verdict."""
    before: set[bytes] = set()
    for attempt in range(1, READS + 1):
        users = source.users()
        ledger.start_over()
        read(users)
        ledger.end()
        # The same rows twice in two reads: the source's own doublets, and nothing has moved.
        repeats = 0 if ledger.repeated == before else ledger.repeats
        verdict = users.verdict.counting_once(repeats)
        if verdict.reason not in MOVED or attempt == READS:
            break
        before = ledger.repeated
    return users, verdict


class KnownBlocks:
    """Tells the blocks in which some known rows are."""

    def __init__(self, ledger: Ledger, places: Iterable[int]) -> None:
        rows = ledger.rows
        wanted = np.fromiter(places, np.int64)
        self._ledger = ledger
        self._blocks = set(rows.block_of(wanted).tolist())
        digests = rows.rows[wanted]
        self._rows = {row["high"].tobytes() + row["low"].tobytes() for row in digests}

    def hold_one(self, block: Block, hasher: Hasher) -> bool:
        number = self._ledger.blocks.get(hasher.block(block))
        if number is not None:
            return number in self._blocks
        return any(hasher.row(row.data) in self._rows for row in block.rows())


def look_up(source: Source, wanted: set[str], blocks: KnownBlocks, salt: bytes) -> Iterator[User]:
    """Read some people once more, of whom nothing but the digest of their row was kept.

    A few are asked for by id where that can be done; else the collection is read again, and of it
    only the blocks in which they are known to be are split and parsed.
    """
    if isinstance(source, AnswersById) and len(wanted) <= CONFIRM_AT_MOST:
        found = (source.user(sourced_id) for sourced_id in sorted(wanted))
        yield from (user for user in found if user is not None)
        return
    users = source.users()
    hasher = Hasher(users, salt)
    for block in users.blocks():
        if blocks.hold_one(block, hasher):
            for row in block.rows():
                user = users.decode(row)
                if not isinstance(user, Problem) and user.sourced_id in wanted:
                    yield user


def confirm_absences(source: Source, absent: list[str]) -> dict[str, User | None] | None:
    """Ask for each of a few absent people by id: a child never vanishes because a page shifted.

    Gives what the source said, None for "no such person". One whose question failed is left out:
    nothing was said about it. None instead of answers when the source cannot be asked for one
    person: the whole pull is the evidence then.
    """
    if not isinstance(source, AnswersById):
        return None
    answers: dict[str, User | None] = {}
    for sourced_id in absent:
        try:
            answers[sourced_id] = source.user(sourced_id)
        except SourceFailed:
            continue
    return answers
