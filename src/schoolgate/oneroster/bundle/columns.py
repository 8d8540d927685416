"""How a header line is matched to the columns of OneRoster 1.1."""

from collections.abc import Sequence
from dataclasses import dataclass

from schoolgate.oneroster.bundle.formats import Column, FileFormat, Shape
from schoolgate.oneroster.errors import BadBundle
from schoolgate.oneroster.records import Problem, ProblemLog

_METADATA = "metadata."
# Not needed to read a row, but worth a word when the whole column is not there.
_MISSED = frozenset({"status", "dateLastModified", "enabledUser", "username", "agentSourcedIds"})


@dataclass(frozen=True, slots=True)
class Header:
    """A header line, understood: one column per cell, None where the cell is not ours to read."""

    columns: tuple[Column | None, ...]

    @property
    def canonical(self) -> bytes:
        """The header as the standard spells it: equal for headers that read a row equally."""
        return ",".join(column.name if column else "" for column in self.columns).encode()

    @property
    def starts_with_id(self) -> bool:
        first = self.columns[0] if self.columns else None
        return first is not None and first.name == "sourcedId"


def match_header(cells: Sequence[str], form: FileFormat, log: ProblemLog) -> Header:
    """Find each column by its name, in any order and any case (T-40).

    What is odd but readable is counted in `log` as a warning.

    Raises:
        BadBundle: a column that Schoolgate cannot do without is missing, or one is there twice.
    """
    known = {_key(column.name): column for column in form.columns}
    _refuse_other_separators(cells, form)
    matched = tuple(_column(cell.strip(), known) for cell in cells)
    names = [column.name for column in matched if column]
    for name in names:
        if names.count(name) > 1:
            raise BadBundle(
                f"{form.file} has the column {name} twice. Ask the SIS for a file with one.",
                kind="duplicate_column",
                file=form.file,
                line=1,
                column=name,
            )
    for column in form.columns:
        if column.required and column.name not in names:
            raise BadBundle(
                f"{form.file} has no column {column.name}, which OneRoster 1.1 requires."
                " Ask the SIS for a OneRoster 1.1 export.",
                kind="missing_column",
                file=form.file,
                line=1,
                column=column.name,
            )
    _report_oddities(cells, matched, form, log)
    return Header(matched)


def _refuse_other_separators(cells: Sequence[str], form: FileFormat) -> None:
    if len(cells) == 1 and any(separator in cells[0] for separator in ";\t|"):
        raise BadBundle(
            f"{form.file} is not separated by commas. Ask the SIS for a OneRoster 1.1 export.",
            kind="separator",
            file=form.file,
            line=1,
        )


def _key(name: str) -> str:
    # Naviance writes agentSourceIds, sourceID (T-40).
    return name.strip().lower().replace("sourceid", "sourcedid")


def _column(cell: str, known: dict[str, Column]) -> Column | None:
    if cell.lower().startswith(_METADATA) and len(cell) > len(_METADATA):
        return Column(cell, cell[len(_METADATA) :], Shape.METADATA)
    return known.get(_key(cell))


def _report_oddities(
    cells: Sequence[str],
    matched: Sequence[Column | None],
    form: FileFormat,
    log: ProblemLog,
) -> None:
    standard = [column for column in form.columns if column in matched]
    if [column for column in matched if column and column.shape is not Shape.METADATA] != standard:
        log.add(_warning("column_order", form, expected="the order of OneRoster 1.1"))
    for place, (cell, column) in enumerate(zip(cells, matched, strict=True), 1):
        if column is None:
            log.add(_warning("unknown_column", form, field=cell.strip(), column=place))
    for column in form.columns:
        if column not in matched and column.name in _MISSED:
            log.add(_warning("missing_column", form, field=column.name))


def _warning(
    kind: str,
    form: FileFormat,
    *,
    field: str | None = None,
    expected: str = "",
    column: int | None = None,
) -> Problem:
    return Problem(
        kind=kind,
        collection=form.collection,
        position=1,
        severity="warning",
        field=field,
        expected=expected,
        file=form.file,
        column=column,
    )
