"""The sheet of a report: one line for each student, with the ids by which a SIS knows her. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

from schoolgate.frontdesk.day_log.sheet import BYTE_ORDER_MARK, safe
from schoolgate.frontdesk.reports.tally import OfStudent

WHO = ("school_code", "student_sourced_id", "student_identifier", "family_name", "given_name")


def write_sums(lines: Iterable[tuple[Mapping[str, str], OfStudent]]) -> str:
    """Write the lines as CSV with a head, safe to open in a spreadsheet."""
    sheet = io.StringIO()
    sheet.write(BYTE_ORDER_MARK)
    writer = csv.writer(sheet)
    writer.writerow([*WHO, *(field.name for field in fields(OfStudent))])
    for who, sums in lines:
        writer.writerow([*(safe(who[name]) for name in WHO), *asdict(sums).values()])
    return sheet.getvalue()
