"""Read a list from a CSV with a line for each student and contact. Pure.

A line that cannot be read is a `BadLine` that says what to do; the others are read all the same. A
file that is no such list at all is refused.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schoolgate.roster.folding import fold

MOST_LINES = 20_000
MOST_BYTES = 10_000_000
LONGEST_CELL = 100_000
DELIMITERS = ",;\t"
# What the columns of the roster hold.
LONGEST = {
    "given_name": 200,
    "middle_name": 200,
    "family_name": 200,
    "identifier": 100,
    "grade": 40,
    "contact_given": 200,
    "contact_family": 200,
    "role": 40,
    "phone": 100,
    "email": 254,
}

# What people call the columns, folded.
ALIASES = {
    "school": ("school", "school name", "school code", "campus", "building"),
    "given_name": (
        "student first name", "first name", "first", "given name", "student first", "firstname",
        "student given name",
    ),
    "middle_name": ("student middle name", "middle name", "middle", "middlename", "mi"),
    "family_name": (
        "student last name", "last name", "last", "family name", "surname", "student last",
        "lastname", "student family name",
    ),
    "identifier": (
        "student number", "student id", "number", "id", "student no", "studentid", "local id",
        "studentnumber",
    ),
    "grade": ("grade", "grade level", "gradelevel", "student grade", "year"),
    "contact_given": (
        "contact first name", "contact first", "guardian first name", "parent first name",
        "contact given name", "guardian first", "parent first",
    ),
    "contact_family": (
        "contact last name", "contact last", "guardian last name", "parent last name",
        "contact family name", "guardian last", "parent last",
    ),
    "role": ("role", "contact role", "relationship", "relation", "guardian role", "type"),
    "phone": (
        "phone", "contact phone", "phone number", "telephone", "guardian phone", "parent phone",
        "mobile", "cell",
    ),
    "email": (
        "email", "e mail", "contact email", "email address", "guardian email", "parent email",
        "contact e mail",
    ),
}  # fmt: skip
NEEDED = ("school", "given_name", "family_name")
COLUMN_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
SAID = {
    "school": "School",
    "given_name": "Student first name",
    "family_name": "Student last name",
    "middle_name": "Student middle name",
    "identifier": "Student number",
    "grade": "Grade",
    "contact_given": "Contact first name",
    "contact_family": "Contact last name",
    "role": "Role",
    "phone": "Phone",
    "email": "E-mail",
}
# OneRoster has three roles; these are what people write for them.
ROLES = {
    **dict.fromkeys(("parent", "mother", "father", "mom", "dad", "mum", "parents"), "parent"),
    **dict.fromkeys(
        ("guardian", "legal guardian", "foster parent", "step parent", "stepparent", "stepmother",
         "stepfather", "caregiver"),
        "guardian",
    ),
    **dict.fromkeys(
        ("", "relative", "grandmother", "grandfather", "grandparent", "aunt", "uncle", "sibling",
         "brother", "sister", "cousin", "other", "friend", "neighbor", "emergency",
         "emergency contact", "contact"),
        "relative",
    ),
}  # fmt: skip
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Excel writes these two; any other is a guess that would mangle names.
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class CannotRead(Exception):
    """The file is no list that we can read; the sentence says why and what to do."""


@dataclass(frozen=True)
class Text:
    text: str
    # It is not UTF-8 and was read as Windows writes: the names want a look.
    guessed: bool = False


@dataclass(frozen=True)
class Line:
    """One readable line: its number in the file, and its cells by our names of the columns."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be read: what is wrong, and what to do."""

    number: int
    what: str
    to_do: str


@dataclass
class ListFile:
    columns: dict[str, int]
    lines: list[Line] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    # How many contacts came without a role: they count as relatives, who need to be cleared.
    without_role: int = 0

    @property
    def has_contacts(self) -> bool:
        return "contact_given" in self.columns


def decode(content: bytes) -> Text:
    """The text of a file, UTF-8 or else as Windows writes it.

    Raises:
        CannotRead: it is no text, or in another encoding.
    """
    if content.startswith(UTF_16) or b"\x00" in content:
        raise CannotRead(
            "This file is not a CSV text file. In Excel choose “Save as”, then “CSV UTF-8”, and "
            "choose that file."
        )
    try:
        return Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    try:
        return Text(content.decode("cp1252"), guessed=True)
    except UnicodeDecodeError:
        raise CannotRead(
            "The letters of this file cannot be read. In Excel choose “Save as”, then “CSV UTF-8”, "
            "and choose that file."
        ) from None


def read_list(text: str) -> ListFile:
    """Read every line that can be read, and say of the others what is wrong.

    Raises:
        CannotRead: no header that we know, or too long a file.
    """
    rows = rows_of(text)
    _, header = next(rows, (0, []))
    found = ListFile(_columns(header))
    for count, (number, cells) in enumerate(rows):
        if count >= MOST_LINES:
            raise CannotRead(
                f"This file has more than {MOST_LINES:,} lines. Make one file for each school, "
                "and load them one after the other."
            )
        _read(found, number, cells, width=len(header))
    if not found.lines and not found.bad:
        raise CannotRead("This file has a header and no lines under it. Nothing was read.")
    return found


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line in the file."""
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        raise CannotRead(
            f"The file breaks off at line {reader.line_num}: a quotation mark there has no end. "
            "Mend that line, or save the file as CSV anew, and choose it again."
        ) from None


def _columns(header: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, title in enumerate(header):
        name = COLUMN_OF.get(fold(title.replace("_", " ")))
        if name is not None and name not in columns:
            columns[name] = place
    missing = [SAID[name] for name in NEEDED if name not in columns]
    if missing:
        raise CannotRead(
            f"The first line must name the columns, and these are not there: {', '.join(missing)}. "
            "Write them as in the example, and choose the file again."
        )
    return columns


def _read(found: ListFile, number: int, row: list[str], *, width: int) -> None:
    if any(row[width:]):
        found.bad.append(
            BadLine(
                number,
                "It has more cells than the header has columns.",
                "Look for a comma inside a name: put that name in quotation marks.",
            )
        )
        return
    cells = {name: row[place] if place < len(row) else "" for name, place in found.columns.items()}
    wrong = _what_is_wrong(cells)
    if wrong is not None:
        found.bad.append(BadLine(number, *wrong))
        return
    if cells.get("contact_given"):
        said = fold(cells.get("role", ""))
        found.without_role += said == ""
        cells["role"] = ROLES[said]
    found.lines.append(Line(number, cells))


def _what_is_wrong(cells: Mapping[str, str]) -> tuple[str, str] | None:
    for name in NEEDED:
        if not cells[name]:
            return f"“{SAID[name]}” is empty.", "Fill it in, or take the line out."
    for name, longest in LONGEST.items():
        if len(cells.get(name, "")) > longest:
            return (
                f"“{SAID[name]}” is longer than {longest} characters.",
                "Shorten it; a quotation mark without an end may have joined lines.",
            )
    return _what_is_wrong_with_contact(cells)


def _what_is_wrong_with_contact(cells: Mapping[str, str]) -> tuple[str, str] | None:
    given, family = cells.get("contact_given", ""), cells.get("contact_family", "")
    told = (family, cells.get("phone"), cells.get("email"))
    if bool(given) != bool(family) or (not given and any(told)):
        return (
            "The contact has no first name, or no last name.",
            "Fill in both, or empty the contact's cells.",
        )
    if given and fold(cells.get("role", "")) not in ROLES:
        return (
            "The role is a word that is not known.",
            "Write parent, guardian or relative.",
        )
    if cells.get("email") and not EMAIL.fullmatch(cells["email"]):
        return "The e-mail address is none.", "Correct it, or empty the cell."
    return None
