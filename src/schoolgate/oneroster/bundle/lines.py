"""From a stream of bytes to the records of a CSV file, unparsed: the hot path of every sync.

A block without an open quote is split in one go. Only where a quote stays open at the end of a line
is it looked at line by line: a record ends where its count of quotes is even, so that a quoted line
break stays inside its record.
"""

from collections.abc import Iterable, Iterator

from schoolgate.oneroster.errors import BadBundle
from schoolgate.oneroster.records import RawRow

# One stray quote must not swallow the file: a record that goes on for longer is no record.
RECORD_LINES = 100
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_QUOTE = b'"'


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

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[list[RawRow]]:
        """Give the records in order, many at a time. Blank lines are counted and left out.

        Raises:
            BadBundle: not text, or a line without end.
        """
        rest = b""
        for chunk in self._from_first_line(chunks):
            text = rest + chunk
            cut = text.rfind(self._end) + 1
            block, rest = text[:cut], text[cut:]
            if len(rest) > self._record_bytes:
                raise BadBundle(
                    f"{self._file}: a line is longer than {self._record_bytes:,} bytes."
                    " This is not a CSV file, or its line ends are missing.",
                    kind="line_too_long",
                    file=self._file,
                    line=self._line + block.count(self._end),
                )
            if block:
                yield self._split(block)
        self.ends_without_line_end = bool(rest)
        yield (self._split(rest + self._end) if rest else []) + self._give_up()

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

    def _split(self, block: bytes) -> list[RawRow]:
        lines = block.splitlines()
        # splitlines takes LF, CR and CRLF alike: an equal count proves that it found no other.
        is_uniform = len(lines) == block.count(self._end)
        if self._open or not is_uniform or self._has_open_quote(block):
            return self._split_carefully(block)
        first = self._line
        self._line += len(lines)
        # `map` builds the rows without a step of Python for each.
        rows = list(map(RawRow, range(first, self._line), lines))
        return rows if all(lines) else [row for row in rows if row.data]

    def _has_open_quote(self, block: bytes) -> bool:
        """Say whether a line ends between two quotes, or a quote stays alone."""
        if _QUOTE not in block:
            return False
        parts = block.split(_QUOTE)
        return len(parts) % 2 == 0 or self._end in b"".join(parts[1::2])

    def _split_carefully(self, block: bytes) -> list[RawRow]:
        rows: list[RawRow] = []
        for line in block.removesuffix(self._end).split(self._end):
            self._line += 1
            closes_or_opens = line.count(_QUOTE) & 1
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
