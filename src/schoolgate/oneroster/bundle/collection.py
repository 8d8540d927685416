"""One file of a CSV bundle as a `Collection`: read once, a row at a time."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from schoolgate.oneroster.blocks import Block, RowBlock
from schoolgate.oneroster.bundle.cells import RowReader, split_cells
from schoolgate.oneroster.bundle.columns import Header
from schoolgate.oneroster.bundle.formats import FileFormat
from schoolgate.oneroster.bundle.lines import RecordSplitter
from schoolgate.oneroster.decode import decode_fields
from schoolgate.oneroster.records import Problem, ProblemLog, RawRow, Record, Verdict
from schoolgate.oneroster.values.reading import Unusable

T = TypeVar("T", bound=Record)

# Part of every salt. Raise it when the same bytes are to be read otherwise than before.
_READER_VERSION = b"csv 1"
# ASCII only: a file in another encoding may spell other ids in other ways.
_FIRST_CELL = re.compile(rb'(?:([^",\x80-\xff]+)|"([^",\x80-\xff]+)"),')
_GAPS = {
    "absent": "The manifest says that the bundle does not bring this file.",
    "missing": "The manifest announces this file, and it is not in the bundle.",
    "delta": "The file holds changes only: who is not in it has not left.",
    "cut_off": "The last row breaks off: the file was not written to its end.",
}


@dataclass
class CsvProblemLog(ProblemLog):
    """Adds to each problem the column, counted from 1, in which its field stands."""

    column_of: Mapping[str, int] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        column = self.column_of.get(problem.field or "")
        if column is not None and self.counts[problem.kind] < self.examples_per_kind:
            problem = replace(problem, column=column)
        super().add(problem)


@dataclass(frozen=True)
class CsvFile:
    """Where a collection's rows come from. `gap` says why absence from it means nothing."""

    form: FileFormat
    header: Header
    chunks: Callable[[], Iterator[bytes]]
    record_bytes: int
    gap: str | None = None


class CsvCollection(Generic[T]):
    """See `Collection`. A row's position is the line on which it begins."""

    def __init__(self, kind: type[T], file: CsvFile) -> None:
        self.name = file.form.collection
        self.problems: ProblemLog = CsvProblemLog(
            column_of={
                column.field: place
                for place, column in enumerate(file.header.columns, 1)
                if column is not None
            }
        )
        self.salt = b"\n".join([_READER_VERSION, file.header.canonical])
        self._kind = kind
        self._file = file
        self._reader = RowReader(file.header)
        self._starts_with_id = file.header.starts_with_id
        self._started = False
        self._ended = False
        self._received = 0
        self._gap = file.gap
        self._cut_off_at: int | None = None
        self._every_id_known = True

    def __iter__(self) -> Iterator[T]:
        for row in self.raw():
            record = self.decode(row)
            if not isinstance(record, Problem):
                yield record

    def raw(self) -> Iterator[RawRow]:
        for block in self.blocks():
            yield from block.rows()

    def blocks(self) -> Iterator[Block]:
        if self._started:
            raise RuntimeError("A collection can be read once; ask the bundle for a fresh one.")
        self._started = True
        splitter = RecordSplitter(self._file.form.file, self._file.record_bytes)
        header_is_due = True
        for whole in splitter.blocks(self._file.chunks()):
            block: Block = RowBlock(whole.rows()[1:]) if header_is_due else whole
            header_is_due = False
            if not block.count:
                continue
            self._received += block.count
            # The very last row waits in the last block, where the splitter knows how it ended.
            if splitter.ends_without_line_end:
                self._judge_last_row(block.rows()[-1])
            yield block
        self._ended = True

    def decode(self, row: RawRow) -> T | Problem:
        try:
            fields = self._fields(row)
        except Unusable as unusable:
            severity = "warning" if unusable.kind == "blank_row" else "error"
            problem = self._report(row, unusable, severity)
        else:
            result = decode_fields(
                self._kind,
                fields,
                collection=self.name,
                position=row.position,
                log=self.problems,
                file=self._file.form.file,
            )
            if not isinstance(result, Problem):
                return result
            problem = result
        if problem.severity == "error" and problem.sourced_id is None:
            self._every_id_known = False
        return problem

    @property
    def verdict(self) -> Verdict:
        if not self._ended:
            raise RuntimeError("The verdict is known when the collection was read to its end.")
        return Verdict(
            complete=self._gap is None,
            received=self._received,
            reason=self._gap,
            detail=_GAPS[self._gap] if self._gap else "",
            every_id_known=self._every_id_known,
        )

    def _fields(self, row: RawRow) -> dict[str, object]:
        if row.position == self._cut_off_at:
            raise Unusable("cut_off", None, "a whole row")
        cells = split_cells(row.data)
        if not any(cell.strip() for cell in cells):
            raise Unusable("blank_row", None, "a row")
        if _has_line_break(row.data):
            self._reader.refuse_swallowed_rows(cells)
        return self._reader.fields(cells, partial(self._warn, row))

    def _judge_last_row(self, row: RawRow) -> None:
        """Tell a file that merely lacks its last line end from one that was cut off."""
        if row.data.isspace():
            return
        try:
            is_whole = len(split_cells(row.data)) >= len(self._file.header.columns)
        except Unusable:
            is_whole = False
        if not is_whole:
            self._cut_off_at = row.position
            self._gap = "cut_off"

    def _warn(self, row: RawRow, kind: str, field_name: str | None, expected: str) -> None:
        self._report(row, Unusable(kind, field_name, expected), "warning")

    def _report(self, row: RawRow, unusable: Unusable, severity: str) -> Problem:
        problem = Problem(
            kind=unusable.kind,
            collection=self.name,
            position=row.position,
            severity=severity,
            sourced_id=self._likely_id(row.data),
            field=unusable.field,
            expected=unusable.expected,
            file=self._file.form.file,
        )
        self.problems.add(problem)
        return problem

    def _likely_id(self, record: bytes) -> str | None:
        """Read the id of a broken row where it can be trusted: before all that can be broken.

        A record of several lines may have swallowed others, so that not all its ids are known.
        """
        found = _FIRST_CELL.match(record)
        if found is None or not self._starts_with_id or _has_line_break(record):
            return None
        return (found[1] or found[2]).decode()


def _has_line_break(record: bytes) -> bool:
    return b"\n" in record or b"\r" in record
