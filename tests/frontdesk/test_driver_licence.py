"""Licences of invented people, as scanners type them: version by version of the AAMVA standard."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licences import licence, of_2020, of_south_carolina, of_version_2
from schoolgate.frontdesk.driver_licence import Licence, NotALicence, read_licence


def test_a_licence_of_today_gives_the_name_the_birth_date_and_its_end() -> None:
    assert read_licence(of_2020()) == Licence(
        given="ROBERT",
        middle="LUIS",
        family="RIVERA",
        suffix="JR",
        born_on=date(1984, 3, 9),
        ends_on=date(2029, 3, 9),
    )
    assert read_licence(of_2020()).name == "ROBERT LUIS RIVERA JR"


def test_a_licence_of_version_2_keeps_all_given_names_in_one() -> None:
    read = read_licence(of_version_2())

    assert (read.given, read.middle, read.family) == ("ROBERT", "LUIS", "RIVERA")


def test_a_very_old_card_says_the_whole_name_in_one_line_and_the_year_first() -> None:
    read = read_licence(of_south_carolina())

    assert read.name == "ROBERT LUIS RIVERA"
    assert read.born_on == date(1984, 3, 9)


def test_a_canadian_licence_writes_the_year_first() -> None:
    read = read_licence(licence(DCS="ROY", DAC="ANA", DBB="20011012", DCG="CAN"))

    assert read.born_on == date(2001, 10, 12)


def test_the_family_name_may_follow_the_directory_at_once() -> None:
    text = "@ANSI 636000090001DL00310278DLDCSRIVERA\nDACROBERT\n"

    assert read_licence(text).name == "ROBERT RIVERA"


@pytest.mark.parametrize("flag", ["DDE", "DDF", "DDG"])
def test_a_name_that_did_not_fit_on_the_card_says_so(flag: str) -> None:
    whole = {"DDE": "N", "DDF": "N", "DDG": "N"}

    assert read_licence(
        licence(DCS="WOLFESCHLEG", DAC="CHRISTOPHE", **(whole | {flag: "T"}))
    ).cut_short
    assert not read_licence(licence(DCS="WOLFE", DAC="CHRIS", **whole)).cut_short


def test_no_middle_name_is_none() -> None:
    assert read_licence(licence(DCS="RIVERA", DAC="ROBERT", DAD="NONE")).name == "ROBERT RIVERA"


@pytest.mark.parametrize("day", ["", "13452001", "00000000", "2001", "NONE"])
def test_a_date_that_is_none_is_left_out(day: str) -> None:
    assert read_licence(licence(DCS="RIVERA", DAC="ROBERT", DBB=day)).born_on is None


@pytest.mark.parametrize("text", ["", "20094471", "https://example.org/card/1", "@", "ANSI"])
def test_what_is_no_licence_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NotALicence, match="Type the name"):
        read_licence(text)


def test_a_scanner_that_leaves_out_line_breaks_is_named_as_the_cause() -> None:
    with pytest.raises(NotALicence, match="line breaks"):
        read_licence(of_2020().replace("\n", "").replace("DLDAQ", "DL DAQ"))


@given(st.text(max_size=400))
def test_whatever_is_scanned_is_a_licence_or_refused(text: str) -> None:
    for scanned in (text, f"@\nANSI 636000{text}", f"{of_2020()}{text}"):
        with suppress(NotALicence):
            assert read_licence(scanned).family
