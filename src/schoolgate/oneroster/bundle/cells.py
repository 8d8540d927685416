"""From the bytes of one CSV record to its cells, and from cells to fields named as in REST."""

import csv
import re
from collections.abc import Callable

from schoolgate.oneroster.bundle.columns import Header
from schoolgate.oneroster.bundle.formats import Column, Shape
from schoolgate.oneroster.values.reading import Unusable

# `{Type:Id}` or, against the standard but common, a bare id.
_USER_ID = re.compile(r"\{([^{}]*)\}|([^,{}]+)")
_QUOTING = "each quote closed, and quotes in a value doubled"

Warn = Callable[[str, str | None, str], None]


def split_cells(record: bytes) -> list[str]:
    """Split one record at its commas.

    Raises:
        Unusable: not UTF-8, a NUL byte, or quotes that do not fit.
    """
    try:
        text = record.decode()
    except UnicodeDecodeError:
        raise Unusable("not_utf8", None, "UTF-8; this is probably Windows-1252") from None
    if "\0" in text:
        raise Unusable("nul_byte", None, "text without NUL bytes")
    if '"' not in text:
        return text.split(",")
    if text.count('"') & 1:
        raise Unusable("stray_quote", None, _QUOTING)
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise Unusable("stray_quote", None, _QUOTING) from None


class RowReader:
    """Knows what each cell of a file is, from its header."""

    def __init__(self, header: Header) -> None:
        columns = list(enumerate(header.columns))
        self._width = len(columns)
        self._texts = _places(columns, Shape.TEXT)
        self._user_ids = _places(columns, Shape.USER_IDS)
        self._metadata = _places(columns, Shape.METADATA)
        self._required = max(
            (place for place, column in columns if column and column.required), default=0
        )

    def fields(self, cells: list[str], warn: Warn) -> dict[str, object]:
        """Name the cells. Empty ones are left out: empty, null and absent are alike (T-10).

        Raises:
            Unusable: more or fewer cells than columns, so that they may have shifted.
        """
        if len(cells) != self._width:
            cells = self._mend(cells, warn)
        fields: dict[str, object] = {
            field: cells[place]
            for place, field in self._texts
            if cells[place] and not cells[place].isspace()
        }
        for place, field in self._user_ids:
            if cells[place]:
                fields[field] = _read_user_ids(cells[place], field, warn)
        if self._metadata:
            fields["metadata"] = {key: cells[at] for at, key in self._metadata if cells[at]}
        return fields

    def refuse_swallowed_rows(self, cells: list[str]) -> None:
        """Refuse a record of several lines that may be several records.

        Two stray quotes, each in its row, look like one value with line breaks. What lies between
        them then has as many commas as a row, or leaves a row of another width.

        Raises:
            Unusable: it looks like that.
        """
        hides_a_row = any(cell.count(",") >= self._width - 1 for cell in cells)
        if hides_a_row or len(cells) != self._width:
            raise Unusable("stray_quote", None, "each quote closed on its own row")

    def _mend(self, cells: list[str], warn: Warn) -> list[str]:
        if len(cells) > self._width:
            if any(cell.strip() for cell in cells[self._width :]):
                raise Unusable("too_many_cells", None, f"{self._width} cells")
            warn("extra_blank_cells", None, f"{self._width} cells")
            return cells[: self._width]
        if len(cells) <= self._required:
            raise Unusable("too_few_cells", None, f"{self._width} cells")
        warn("too_few_cells", None, f"{self._width} cells")
        return cells + [""] * (self._width - len(cells))


def _places(columns: list[tuple[int, Column | None]], shape: Shape) -> tuple[tuple[int, str], ...]:
    return tuple(
        (place, column.field) for place, column in columns if column and column.shape is shape
    )


def _read_user_ids(cell: str, field: str, warn: Warn) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    is_bare = False
    for braced, bare in _USER_ID.findall(cell):
        # Ids may hold colons themselves: only the first one separates (3.6).
        kind, colon, identifier = braced.partition(":")
        if not colon:
            identifier, kind = (braced or bare), ""
        if identifier.strip():
            is_bare = is_bare or not colon
            found.append({"type": kind.strip(), "identifier": identifier.strip()})
    if is_bare:
        warn("bare_user_id", field, "{Type:Id}")
    return found
