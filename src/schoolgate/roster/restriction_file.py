"""Read court orders and notes from a CSV with a line for each. Pure.

A line that cannot be read is a `BadLine` that says what to do; the others are read all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from schoolgate.roster.folding import fold
from schoolgate.roster.list_file import BadLine, CannotRead, rows_of

MOST_LINES = 500
NAME_AT_MOST = 200
INSTRUCTION_AT_MOST = 140
REFERENCE_AT_MOST = 200
# ISO 8601, and as a spreadsheet in the United States writes it.
DATES = ("%Y-%m-%d", "%m/%d/%Y")
STUDENTS, SCHOOL, DISTRICT = "students", "school", "district"

# What people call the columns, folded.
COLUMNS = {
    "given_name": ("adult first name", "first name", "first"),
    "family_name": ("adult last name", "last name", "last", "adult"),
    "other_names": ("other names", "also known as", "aka", "aliases"),
    "students": ("student numbers", "student number", "students", "student id", "student ids"),
    "scope": ("for", "scope"),
    "effects": ("effects", "effect", "what is forbidden", "forbidden"),
    "from_on": ("from", "start", "start date", "from date"),
    "until_on": ("until", "end", "end date", "until date"),
    "instruction": ("instruction", "what to do", "note"),
    "order_reference": ("order reference", "court order", "case number", "reference"),
}
COLUMN_OF = {title: name for name, titles in COLUMNS.items() for title in titles}
NEEDED = {"family_name": "adult last name", "effects": "effects"}
EFFECTS = {
    "no release": "no_release",
    "no pickup": "no_release",
    "do not release": "no_release",
    "no contact": "no_contact",
    "no visit": "no_visit",
    "supervised only": "supervised_only",
    "supervised": "supervised_only",
    "no information": "no_information",
    "only these adults": "only_these_adults",
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """One readable line. `from_on` None: from today; `numbers` are those of the students."""

    number: int
    given_name: str
    family_name: str
    other_names: tuple[str, ...]
    numbers: tuple[str, ...]
    scope: str
    effects: tuple[str, ...]
    from_on: date | None
    until_on: date | None
    instruction: str
    # Court, number and date; most notes of a school have none.
    order_reference: str = ""


@dataclass
class RestrictionFile:
    orders: list[Order] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


class _Wrong(Exception):
    """One line: what is wrong with it, and what to do."""

    def __init__(self, what: str, to_do: str) -> None:
        super().__init__(what)
        self.what, self.to_do = what, to_do


def read_restrictions(text: str) -> RestrictionFile:
    """Read every line that can be read, and say of the others what is wrong.

    Raises:
        CannotRead: no header that we know, or too long a file.
    """
    rows = rows_of(text)
    _, header = next(rows, (0, []))
    columns = _columns(header)
    found = RestrictionFile()
    for count, (number, cells) in enumerate(rows):
        if count >= MOST_LINES:
            raise CannotRead(f"This file has more than {MOST_LINES} lines. Make several of it.")
        try:
            found.orders.append(_order(number, _by_name(cells, columns, width=len(header))))
        except _Wrong as wrong:
            found.bad.append(BadLine(number, wrong.what, wrong.to_do))
    if not found.orders and not found.bad:
        raise CannotRead("This file has a header and no lines under it. Nothing was read.")
    return found


def _columns(header: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, title in enumerate(header):
        name = COLUMN_OF.get(fold(title.replace("_", " ")))
        if name is not None and name not in columns:
            columns[name] = place
    missing = [said for name, said in NEEDED.items() if name not in columns]
    if missing:
        raise CannotRead(
            f"The first line must name the columns, and these are not there: {', '.join(missing)}. "
            "Write them as in the example, and choose the file again."
        )
    return columns


def _by_name(cells: list[str], columns: Mapping[str, int], *, width: int) -> dict[str, str]:
    if any(cells[width:]):
        raise _Wrong(
            "It has more cells than the header has columns.",
            "Look for a comma inside a cell: put that cell in quotation marks.",
        )
    row = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    return {name: row.get(name, "") for name in COLUMNS}


def _order(number: int, cells: Mapping[str, str]) -> Order:
    if not fold(cells["family_name"]):
        raise _Wrong("The adult has no last name.", "Fill it in: an order is matched by name.")
    if len(cells["instruction"]) > INSTRUCTION_AT_MOST:
        raise _Wrong(
            f"The instruction is longer than {INSTRUCTION_AT_MOST} characters.",
            "Shorten it to one sentence for the clerk.",
        )
    if len(cells["order_reference"]) > REFERENCE_AT_MOST:
        raise _Wrong(
            f"The order reference is longer than {REFERENCE_AT_MOST} characters.",
            "Shorten it to court, number and date; the document stays in the file.",
        )
    if any(len(cells[name]) > NAME_AT_MOST for name in ("given_name", "family_name")):
        raise _Wrong(
            f"A name is longer than {NAME_AT_MOST} characters.",
            "Shorten it; a quotation mark without an end may have joined lines.",
        )
    numbers = _parts(cells["students"])
    from_on, until_on = _day(cells["from_on"], "from"), _day(cells["until_on"], "until")
    if from_on and until_on and until_on < from_on:
        raise _Wrong("It ends before it begins.", "Correct one of the two dates.")
    return Order(
        number=number,
        given_name=cells["given_name"],
        family_name=cells["family_name"],
        other_names=_parts(cells["other_names"]),
        numbers=numbers,
        scope=_scope(cells["scope"], numbers),
        effects=_effects(cells["effects"]),
        from_on=from_on,
        until_on=until_on,
        instruction=cells["instruction"],
        order_reference=cells["order_reference"],
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in re.split(r"[;|]", cell))))


def _scope(said: str, numbers: tuple[str, ...]) -> str:
    scope = fold(said) or (STUDENTS if numbers else "")
    if scope not in {STUDENTS, SCHOOL, DISTRICT}:
        raise _Wrong(
            "Nobody is named whom it protects.",
            "Write student numbers, or in the column “for”: school, or district.",
        )
    if (scope == STUDENTS) != bool(numbers):
        raise _Wrong(
            "The students and the column “for” do not fit together.",
            "Write student numbers for “students”, and none for “school” or “district”.",
        )
    return scope


def _effects(cell: str) -> tuple[str, ...]:
    said = [fold(part.replace("_", " ")) for part in re.split(r"[;|,]", cell) if part.strip()]
    unknown = [one for one in said if one not in EFFECTS]
    if unknown or not said:
        raise _Wrong(
            "What it forbids is a word that is not known." if said else "It forbids nothing.",
            "Write one or several, with a semicolon between: no release, no contact, no visit, "
            "supervised only, no information, only these adults.",
        )
    return tuple(sorted({EFFECTS[one] for one in said}))


def _day(cell: str, which: str) -> date | None:
    if not cell:
        return None
    for form in DATES:
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    raise _Wrong(f"The date “{which}” cannot be read.", "Write it as 2026-11-23 or 11/23/2026.")
