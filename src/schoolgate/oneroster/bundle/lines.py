"""From a stream of bytes to the records of a CSV file, unparsed: the hot path of every sync.

Where no quote stays open at the end of a line, lines are records and are not even split. Only
where one does are they looked at one by one: a record ends where its count of quotes is even, so
that a quoted line break stays inside its record.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from schoolgate.oneroster.blocks import (
    MOST_ROWS,
    Block,
    Positions,
    RowBlock,
    TextBlock,
    beginnings,
    blocks_of,
)
from schoolgate.oneroster.errors import BadBundle
from schoolgate.oneroster.records import RawRow

# One stray quote must not swallow the file: a record that goes on for longer is no record.
RECORD_LINES = 100
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_QUOTE, _LF, _CR = b'"\n\r'

Letters = NDArray[np.uint8]


class RecordSplitter:
    """Splits one file, once. `record_bytes` is the longest record that is accepted."""

    def __init__(self, file: str, record_bytes: int) -> None:
        # Known when the stream has ended.
        self.ends_without_line_end = False
        self._file = file
        self._record_bytes = record_bytes
        self._line = 1
        self._end = b"\n"
        # Lines of a record whose quote is still open.
        self._open: list[bytes] = []
        self._open_bytes = 0
        self._was_careful = False

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Give the records in order, many at a time. Blank lines are counted and left out.

        Raises:
            BadBundle: not text, or a line without end.
        """
        rest = b""
        for chunk in self._from_first_line(chunks):
            text = rest + chunk
            whole = text.rfind(self._end) + 1
            if len(text) - whole > self._record_bytes:
                raise BadBundle(
                    f"{self._file}: a line is longer than {self._record_bytes:,} bytes."
                    " This is not a CSV file, or its line ends are missing.",
                    kind="line_too_long",
                    file=self._file,
                    line=self._line + text.count(self._end),
                )
            used = 0
            if whole:
                for block in self._split(text, whole):
                    used += len(block.data)
                    yield block
                # What was split with care is used up to its last line.
                used = whole if self._was_careful else used
            rest = text[used:]
        self.ends_without_line_end = bool(rest) and not rest.endswith(self._end)
        last = self._split_carefully(rest.removesuffix(self._end) + self._end) if rest else []
        if last := last + self._give_up():
            yield RowBlock(last)

    def _from_first_line(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Drop the byte order mark and learn the line end: LF, with or without CR, or CR alone."""
        head = b""
        stream = iter(chunks)
        for chunk in stream:
            head += chunk
            # A CR at the very end may be half of a CRLF.
            if b"\n" in head or b"\r" in head[:-1] or len(head) > self._record_bytes:
                break
        if head.startswith(_UTF16_BOMS):
            raise BadBundle(
                f"{self._file} is UTF-16. Export it as UTF-8.",
                kind="not_utf8",
                file=self._file,
                line=1,
            )
        before_cr, cr, after_cr = head.partition(b"\r")
        if cr and b"\n" not in before_cr and not after_cr.startswith(b"\n"):
            self._end = b"\r"
        yield head.removeprefix(_BOM)
        yield from stream

    def _split(self, text: bytes, whole: int) -> Iterator[Block]:
        """Cut the whole lines of a text. Plain ones behind the last cut wait for more text."""
        letters = np.frombuffer(text, np.uint8, whole)
        ends = np.flatnonzero(letters == ord(self._end))
        self._was_careful = bool(self._open) or not self._is_plain(letters, ends)
        if self._was_careful:
            yield from blocks_of(self._split_carefully(text[:whole]))
            return
        begin = lines = 0
        for place in _cuts(beginnings(text, ends), len(ends)):
            end, count = int(ends[place]) + 1, place + 1 - lines
            yield TextBlock(text[begin:end], count, self._line)
            self._line += count
            begin, lines = end, place + 1

    def _is_plain(self, letters: Letters, ends: Positions) -> bool:
        """Say whether each line is a record: no blank one, one kind of line end, no open quote."""
        lengths = np.diff(ends, prepend=-1) - 1
        if self._end == b"\r":
            if np.any(letters == _LF):
                return False
        elif returns := np.count_nonzero(letters == _CR):
            before_end = letters[ends - 1] == _CR
            if returns != np.count_nonzero(before_end):
                return False
            lengths -= before_end
        return bool(lengths.min() > 0) and not _has_open_quote(letters, ends)

    def _split_carefully(self, text: bytes) -> list[RawRow]:
        rows: list[RawRow] = []
        for line in text.removesuffix(self._end).split(self._end):
            self._line += 1
            closes_or_opens = line.count(b'"') & 1
            if self._open or closes_or_opens:
                rows += self._continue_record(line, closes=bool(self._open and closes_or_opens))
            elif record := line.removesuffix(b"\r"):
                rows.append(RawRow(self._line - 1, record))
        return rows

    def _continue_record(self, line: bytes, *, closes: bool) -> list[RawRow]:
        self._open.append(line)
        if closes:
            first = self._line - len(self._open)
            record = self._end.join(self._open).removesuffix(b"\r")
            self._open, self._open_bytes = [], 0
            return [RawRow(first, record)]
        self._open_bytes += len(line)
        if len(self._open) > RECORD_LINES or self._open_bytes > self._record_bytes:
            return self._give_up()
        return []

    def _give_up(self) -> list[RawRow]:
        """Take the open quote for a stray one: each line is then a record of its own.

        The first cannot be read and becomes a problem; none of the others is lost, for each of
        them has an even count of quotes.
        """
        first = self._line - len(self._open)
        lines, self._open, self._open_bytes = self._open, [], 0
        stripped = [line.removesuffix(b"\r") for line in lines]
        return [RawRow(position, line) for position, line in enumerate(stripped, first) if line]


def _cuts(beginnings: Positions, lines: int) -> Iterator[int]:
    """Give the lines after which a block ends: before each beginning, and never too late."""
    last = -1
    for place in map(int, beginnings):
        while place - last > MOST_ROWS:
            last += MOST_ROWS
            yield last
        last = place
        yield place
    while lines - 1 - last >= MOST_ROWS:
        last += MOST_ROWS
        yield last


def _has_open_quote(letters: Letters, ends: Positions) -> bool:
    """Say whether a line ends between two quotes, or a quote stays alone."""
    quotes = np.flatnonzero(letters == _QUOTE)
    return bool(np.any(np.searchsorted(quotes, ends) % 2))
