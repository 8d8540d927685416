"""The rows of a source as they were last accepted, in numbers: no names, no ids, no database.

A district of millions is a few dozen bytes a row here, and nothing at all while its blocks come as
they were: then only the digests of the blocks are held. Rows are compared by digest, people by a
key of their id; two ids of one key (one pair in 2**64) could hide an absence until the id changes,
and never invent one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from schoolgate.sync.records import DIGEST_BYTES, Kind

# How a row is kept: its digest (two halves; zero: of no row), the key of its person, what she is.
ROW = np.dtype([("high", "<u8"), ("low", "<u8"), ("key", "<u8"), ("kind", "u1")])

Rows = NDArray[np.void]
Places = NDArray[np.int64]
Keys = NDArray[np.uint64]


class Known(IntEnum):
    """What a known row is. Only the absence of a student or guardian that counts is noticed."""

    OTHER = 0
    STUDENT = 1
    GUARDIAN = 2
    # The source itself says that they are not (or no longer) ours.
    GONE_STUDENT = 3
    GONE_GUARDIAN = 4


COUNTS = (Known.STUDENT, Known.GUARDIAN)
KIND_OF = {
    Known.STUDENT: Kind.STUDENT,
    Known.GUARDIAN: Kind.GUARDIAN,
    Known.GONE_STUDENT: Kind.STUDENT,
    Known.GONE_GUARDIAN: Kind.GUARDIAN,
}


def known_as(kind: Kind, *, gone: bool) -> Known:
    if kind is Kind.STUDENT:
        return Known.GONE_STUDENT if gone else Known.STUDENT
    return Known.GONE_GUARDIAN if gone else Known.GUARDIAN


def key_of(kind: Kind, sourced_id: str) -> int:
    """A number for a person of a source. The same in every process, since it is stored."""
    words = f"{kind.value} {sourced_id}".encode()
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "little")


def row_of(digest: bytes, key: int, known: Known) -> tuple[int, int, int, int]:
    """One row of dtype `ROW`. An empty digest is that of no row."""
    half = DIGEST_BYTES // 2
    return (
        int.from_bytes(digest[:half], "little"),
        int.from_bytes(digest[half:], "little"),
        key,
        known,
    )


@dataclass
class KnownRows:
    """The rows of all known blocks. Block number n has `rows[first[n]:first[n + 1]]`."""

    rows: Rows
    first: Places

    def __post_init__(self) -> None:
        order = np.argsort(self.rows["high"])
        self._order = order.astype(np.uint32)
        self._high = self.rows["high"][order]

    def find(self, digests: bytes) -> Places:
        """The places of rows by digest, one for each sixteen bytes; -1 for one that is new."""
        asked = np.frombuffer(digests, "<u8").reshape(-1, 2)
        if not len(self.rows):
            return np.full(len(asked), -1, np.int64)
        place = np.minimum(np.searchsorted(self._high, asked[:, 0]), len(self._high) - 1)
        found = self._order[place].astype(np.int64)
        same = (self.rows["high"][found] == asked[:, 0]) & (self.rows["low"][found] == asked[:, 1])
        # A digest of zeros is no row's.
        same &= asked.any(axis=1)
        return np.where(same, found, -1)

    def block_of(self, places: Places) -> Places:
        return np.searchsorted(self.first, places, side="right") - 1


@dataclass
class Ledger:
    """What is known of a registration's rows, and what one reading of the source has shown.

    `blocks` are the digests by which whole blocks are known, each with its number; `load` gives the
    rows of all blocks, also of those without a digest, and is called when a row must be looked up.
    """

    blocks: dict[bytes, int]
    count: int
    load: Callable[[], KnownRows]
    unchanged: int = 0
    # Rows of this reading that had come before in it, each by its digest, and how many in all.
    repeated: set[bytes] = field(default_factory=set)
    repeats: int = 0

    def __post_init__(self) -> None:
        self._shown_blocks = np.zeros(self.count, bool)
        self._shown_rows: NDArray[np.bool_] | None = None
        self._rows: KnownRows | None = None
        self._came: list[Keys] = []
        self._new: list[Keys] = []
        self._excused: list[int] = []

    @property
    def rows(self) -> KnownRows:
        if self._rows is None:
            self._rows = self.load()
            self._shown_rows = np.zeros(len(self._rows.rows), bool)
        return self._rows

    @property
    def shown_rows(self) -> NDArray[np.bool_]:
        _ = self.rows
        assert self._shown_rows is not None  # noqa: S101  # set with the rows
        return self._shown_rows

    def start_over(self) -> None:
        """Forget what the last reading has shown: the source is read once more."""
        self.unchanged = self.repeats = 0
        self.repeated = set()
        self._shown_blocks[:] = False
        if self._shown_rows is not None:
            self._shown_rows[:] = False
        self._came, self._new, self._excused = [], [], []

    # --- while the source is read ---------------------------------------------------------------

    def recognises(self, digest: bytes, count: int) -> bool:
        """Whether a whole block is as it was."""
        number = self.blocks.get(digest)
        if number is None:
            return False
        if self._shown_blocks[number]:
            self.repeated.add(digest)
            self.repeats += count
        self._shown_blocks[number] = True
        self.unchanged += count
        return True

    def find(self, digests: Sequence[bytes]) -> Places:
        """The places of rows that are as they were; -1 for each that is new or changed."""
        places = self.rows.find(b"".join(digests))
        known, counts = np.unique(places[places >= 0], return_counts=True)
        again = counts - 1 + self.shown_rows[known]
        for place in known[again > 0]:
            self.repeated.add(self.rows.rows["high"][place].tobytes())
        self.repeats += int(again.sum())
        self.shown_rows[known] = True
        self.unchanged += int(counts.sum())
        asked = np.frombuffer(b"".join(digests), "<u8")[::2]
        self._new.append(asked[places < 0])
        return places

    def note_came(self, keys: Iterable[int]) -> None:
        """These people came in rows that are new or changed."""
        self._came.append(np.fromiter(keys, np.uint64))

    def excuse(self, sourced_id: str) -> None:
        """A row of this id came and could not be read. Invalid is not missing."""
        self._excused += [key_of(kind, sourced_id) for kind in (Kind.STUDENT, Kind.GUARDIAN)]

    # --- when it is read ------------------------------------------------------------------------

    def end(self) -> None:
        """Count what came twice: new rows, and rows that came both alone and in their block."""
        again, counts = np.unique(_joined(self._new), return_counts=True)
        for digest in again[counts > 1]:
            self.repeated.add(digest.tobytes())
        self.repeats += int(np.sum(counts[counts > 1] - 1))
        if self._rows is not None:
            alone = np.flatnonzero(self.shown_rows)
            both = alone[self._shown_blocks[self._rows.block_of(alone)]]
            self.repeated.update(self._rows.rows["high"][place].tobytes() for place in both)
            self.repeats += len(both)

    def came(self) -> Keys:
        return _joined(self._came)

    def came_twice(self) -> Keys:
        """People of whom more than one new or changed row came."""
        keys, counts = np.unique(self.came(), return_counts=True)
        return keys[counts > 1]

    def all_as_it_was(self) -> bool:
        return bool(self._shown_blocks.all()) and not self._new

    def unmatched_blocks(self) -> Places:
        return np.flatnonzero(~self._shown_blocks)

    def here(self) -> NDArray[np.bool_]:
        """For each known row, whether it came as it was."""
        sizes = np.diff(self.rows.first)
        here: NDArray[np.bool_] = self.shown_rows | np.repeat(self._shown_blocks, sizes)
        return here

    def left_over(self) -> Places:
        """Known people of whom no row came that could be read: absent, or excused."""
        rows, here = self.rows.rows, self.here()
        missing = np.flatnonzero(~here & np.isin(rows["kind"], COUNTS))
        elsewhere = np.isin(rows["key"][missing], self.came())
        if len(missing):
            elsewhere |= np.isin(rows["key"][missing], rows["key"][here])
        return missing[~elsewhere]

    def absent(self) -> Places:
        """Of the people left over, those of whom no row came at all."""
        left = self.left_over()
        return left[~np.isin(self.rows.rows["key"][left], np.array(self._excused, np.uint64))]

    def two_faced(self) -> Places:
        """Known rows that came as they were, of people of whom a changed row came as well.

        Two rows of one id (Ed-Fi, a shifted page), of which only one was parsed.
        """
        came = self.came()
        if not len(came):
            return np.empty(0, np.int64)
        shown = np.flatnonzero(self.here())
        return shown[np.isin(self.rows.rows["key"][shown], came)]

    def unchanged_among(self, keys: Iterable[int]) -> Places:
        """The rows of these people that came as they were."""
        shown = np.flatnonzero(self.here())
        wanted = np.fromiter(keys, np.uint64)
        return shown[np.isin(self.rows.rows["key"][shown], wanted)]


def _joined(parts: list[Keys]) -> Keys:
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)
