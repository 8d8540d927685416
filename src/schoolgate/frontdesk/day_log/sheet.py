"""The sheet of a desk's days, for the clerk who keys or imports it into the SIS. Pure.

OneRoster 1.1 knows no way to write attendance back: the sheet carries the ids by which a SIS knows
the student.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

# Excel reads UTF-8 only behind this mark.
BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is run as a formula by a spreadsheet (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event, in the order of the columns. Date and time are the school's own."""

    school_code: str
    date: str
    time: str
    event: str
    student_sourced_id: str
    student_identifier: str
    family_name: str
    given_name: str
    grade: str
    period: str
    minutes: str
    reason: str
    excused: str
    undone: str


def write_sheet(lines: Iterable[Line]) -> str:
    """Write the lines as CSV with a head, safe to open in a spreadsheet."""
    sheet = io.StringIO()
    sheet.write(BYTE_ORDER_MARK)
    writer = csv.writer(sheet)
    writer.writerow([field.name for field in fields(Line)])
    writer.writerows([safe(cell) for cell in astuple(line)] for line in lines)
    return sheet.getvalue()


def safe(cell: str) -> str:
    """Keep a spreadsheet from running a cell: an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
