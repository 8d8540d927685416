"""The sheet that goes to the SIS clerk: read back as it was written, and run by no spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.frontdesk.day_log.sheet import FORMULA_STARTS, Line, safe, write_sheet


def a_line(**said: str) -> Line:
    given = dict.fromkeys(Line.__dataclass_fields__, "")
    return Line(**{**given, **said})


def read(sheet: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.removeprefix("\ufeff"), newline="")))


def test_a_sheet_has_a_head_and_a_mark_for_excel() -> None:
    sheet = write_sheet([a_line(family_name="Núñez", given_name='Ana "Nita"')])

    head, line = read(sheet)
    assert sheet.startswith("\ufeff")
    assert head[:3] == ["school_code", "date", "time"]
    assert line[head.index("family_name")] == "Núñez"
    assert line[head.index("given_name")] == 'Ana "Nita"'


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_name_is_never_a_formula(name: str) -> None:
    assert safe(name) == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_whatever_a_name_is_its_cell_begins_like_no_formula(name: str) -> None:
    _, line = read(write_sheet([a_line(family_name=name)]))

    assert not line[6].startswith(FORMULA_STARTS)
    assert line[6].removeprefix("'") == name.removeprefix("'")
