"""Rows that stand together as long as their source leaves them alone.

A reader that knows a block by its digest need not look at its rows: one hash for some sixteen rows
instead of one for each. Where a block ends is told by the rows' own bytes and never by their place,
so that a row which comes or goes alters its own block and moves no other (content-defined chunking:
Muthitacharoen et al., A Low-bandwidth Network File System, SOSP 2001).
"""

from collections.abc import Iterable, Iterator
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from schoolgate.oneroster.records import RawRow

# On average. A change costs a look at its whole block; a block costs a hash and a lookup.
ROWS_A_BLOCK = 16
# Rows that never tell an end (all alike, or made to) are cut all the same.
MOST_ROWS = 256

# How much of a line tells whether a block begins with it.
_TELLING_BYTES = 64
_WORD = 8
# Odd, of 64 bits, without a pattern (from the digits of pi): one for each word of a line.
_MIX = np.array(
    [
        0x243F6A8885A308D3,
        0x13198A2E03707345,
        0xA4093822299F31D1,
        0x082EFA98EC4E6C89,
        0x452821E638D01377,
        0xBE5466CF34E90C6D,
        0xC0AC29B7C97C50DD,
        0x3F84D5B5B5470917,
    ],
    dtype=np.uint64,
)
_ONE_IN_16 = np.uint64(60)

Positions = NDArray[np.int64]


class Block(Protocol):
    """`data` says everything about the rows, of which there are `count`, never none."""

    @property
    def data(self) -> bytes: ...

    @property
    def count(self) -> int: ...

    def rows(self) -> list[RawRow]: ...


class TextBlock:
    """Whole lines of a text, each of them a row: split only if somebody asks."""

    __slots__ = ("_first_line", "count", "data")

    def __init__(self, data: bytes, count: int, first_line: int) -> None:
        self.data = data
        self.count = count
        self._first_line = first_line

    def rows(self) -> list[RawRow]:
        lines = self.data.splitlines()
        return list(map(RawRow, range(self._first_line, self._first_line + len(lines)), lines))


class RowBlock:
    """Rows that were split before."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[RawRow]) -> None:
        self._rows = rows

    @property
    def data(self) -> bytes:
        return b"\n".join(row.data for row in self._rows)

    @property
    def count(self) -> int:
        return len(self._rows)

    def rows(self) -> list[RawRow]:
        return self._rows


def blocks_of(rows: Iterable[RawRow]) -> Iterator[RowBlock]:
    """Gather single rows to blocks, in their order."""
    block: list[RawRow] = []
    for row in rows:
        if block and (crc32(row.data) % ROWS_A_BLOCK == 0 or len(block) >= MOST_ROWS):
            yield RowBlock(block)
            block = []
        block.append(row)
    if block:
        yield RowBlock(block)


def beginnings(text: bytes, ends: Positions) -> Positions:
    """Tell with which lines a block begins, as places in `ends`: line n+1 begins behind `ends[n]`.

    `ends` are the positions of the line ends in `text`. A line too near the end of the text tells
    nothing yet.
    """
    starts = ends[: int(np.searchsorted(ends, len(text) - _TELLING_BYTES))] + 1
    if not len(starts):
        return starts
    # Every position of the text as the beginning of a word of eight bytes.
    words: NDArray[np.uint64] = np.ndarray(
        (len(text) - _WORD + 1,), np.dtype("<u8"), text, strides=(1,)
    )
    told = np.zeros(len(starts), np.uint64)
    for place, mix in enumerate(_MIX):
        told += words[starts + place * _WORD] * mix
        told ^= told >> np.uint64(29)
    told *= _MIX[0]
    return np.flatnonzero(told >> _ONE_IN_16 == 0)
