"""The six parameters of a collection: limit, offset, sort, orderBy, filter, fields (1.5 to 1.8)."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schoolgate.sandbox.payload import Fault, invalid, warning

DEFAULT_LIMIT = 100
_CLAUSE = r"([A-Za-z.]+)(=|!=|>=|<=|>|<|~)'((?:[^']|'')*)'"
# At most two clauses with one join, one space on each side of it; values always in single quotes.
_FILTER = re.compile(rf"{_CLAUSE}(?: (AND|OR) {_CLAUSE})?")
_DATE_TIME = "dateLastModified"
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "~": lambda said, wanted: wanted in said,
}
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Clause:
    field: str
    operator: str
    value: str

    def holds(self, record: Record) -> bool:
        """Compare without regard to case; any value of a list will do."""
        wanted = _comparable(self.field, self.value)
        compare = _COMPARE[self.operator]
        said = [_comparable(self.field, value) for value in _values(record, self.field)]
        if self.operator == "!=":
            return all(compare(value, wanted) for value in said)
        return any(compare(value, wanted) for value in said)


@dataclass(frozen=True)
class Filter:
    clauses: tuple[Clause, ...]
    any_will_do: bool

    def holds(self, record: Record) -> bool:
        holds = (clause.holds(record) for clause in self.clauses)
        return any(holds) if self.any_will_do else all(holds)


@dataclass(frozen=True)
class Query:
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    sort: str = ""
    descending: bool = False
    filter: Filter | None = None
    fields: tuple[str, ...] = ()
    warnings: tuple[dict[str, Any], ...] = field(default=(), compare=False, hash=False)


def parse_query(parameters: Mapping[str, str], *, known: tuple[str, ...]) -> Query:
    """Read the parameters of a collection whose records have the `known` fields.

    Raises:
        Fault: 400, with the codes of the standard.
    """
    sort, sort_warnings = _sort(parameters.get("sort", ""), known)
    fields, field_warnings = _fields(parameters, known)
    return Query(
        limit=_whole_number(parameters, "limit", DEFAULT_LIMIT, least=1),
        offset=_whole_number(parameters, "offset", 0, least=0),
        sort=sort,
        descending=_descending(parameters.get("orderBy", "asc")),
        filter=_filter(parameters["filter"], known) if "filter" in parameters else None,
        fields=fields,
        warnings=(*sort_warnings, *field_warnings),
    )


def sort_key(record: Record, name: str) -> str:
    """Texts sort by code point, so that every machine sorts alike; records without come first."""
    return next((value.casefold() for value in _values(record, name)), "")


def _whole_number(parameters: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    said = parameters.get(name)
    if said is None:
        return default
    if not (said.isascii() and said.isdecimal()) or int(said) < least:
        raise invalid(f"{name} must be a whole number of {least} or more")
    return int(said)


def _descending(said: str) -> bool:
    if said not in ("asc", "desc"):
        raise invalid("orderBy must be asc or desc")
    return said == "desc"


def _sort(said: str, known: tuple[str, ...]) -> tuple[str, tuple[dict[str, Any], ...]]:
    if not said or said in known:
        return said, ()
    return "", (warning("invalid_sort_field", "The records have no field of this name."),)


def _fields(
    parameters: Mapping[str, str], known: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...]]:
    if "fields" not in parameters:
        return (), ()
    said = [name.strip() for name in parameters["fields"].split(",")]
    if not any(said):
        raise Fault(400, "invalid_blank_selection_field", "fields names no field")
    warnings: tuple[dict[str, Any], ...] = ()
    if not set(said) <= set(known):
        text = "The records lack a field of those selected."
        warnings = (warning("invalid_selection_field", text),)
    return tuple(name for name in said if name in known), warnings


def _filter(said: str, known: tuple[str, ...]) -> Filter:
    match = _FILTER.fullmatch(said)
    if match is None:
        raise invalid("filter must be field, operator and quoted value, at most twice")
    one, two, join = match.groups()[:3], match.groups()[4:], match.group(4)
    clauses = [Clause(f, o, v.replace("''", "'")) for f, o, v in (one, two) if f]
    for clause in clauses:
        if clause.field.partition(".")[0] not in known:
            text = f"The records have no field {clause.field}."
            raise Fault(400, "invalid_filter_field", text)
        _comparable(clause.field, clause.value)
    return Filter(tuple(clauses), any_will_do=join == "OR")


def _values(record: Record, name: str) -> list[str]:
    """Everything a record says under a name: of a reference its id, of a list all members."""
    head, _, rest = name.partition(".")
    said = record.get(head)
    found: list[str] = []
    for value in said if isinstance(said, list) else [said]:
        if isinstance(value, Mapping):
            found += _values(value, rest or "sourcedId")
        elif isinstance(value, bool):
            found.append("true" if value else "false")
        elif value is not None:
            found.append(str(value))
    return found


def _comparable(name: str, value: str) -> str | datetime:
    if name != _DATE_TIME:
        return value.casefold()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"{name} must be compared with a date and time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
