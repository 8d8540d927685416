"""Orders from a CSV: every line is read or says what is wrong with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.roster.list_file import CannotRead
from schoolgate.roster.restriction_file import Order, read_restrictions

HEAD = "first name,last name,also known as,student numbers,for,effects,from,until,instruction"
CARL = (
    "Carl,Dunn,Karl Dunne; C. Dunn,4471;4472,,no release; no contact,2026-09-01,6/30/2027,"
    "Call Mr. Lee."
)


def test_a_line_says_who_what_whom_and_when() -> None:
    read = read_restrictions(f"{HEAD}\n{CARL}\n")

    assert read.bad == []
    assert read.orders == [
        Order(
            number=2,
            given_name="Carl",
            family_name="Dunn",
            other_names=("Karl Dunne", "C. Dunn"),
            numbers=("4471", "4472"),
            scope="students",
            effects=("no_contact", "no_release"),
            from_on=date(2026, 9, 1),
            until_on=date(2027, 6, 30),
            instruction="Call Mr. Lee.",
        )
    ]


def test_a_line_may_say_which_order_it_is_and_a_long_one_is_refused() -> None:
    head = f"{HEAD},order reference"

    good = read_restrictions(f'{head}\n{CARL},"County court 26-1187, 3 Sep 2026"\n')
    bad = read_restrictions(f"{head}\n{CARL},{'x' * 201}\n")

    assert [one.order_reference for one in good.orders] == ["County court 26-1187, 3 Sep 2026"]
    assert "longer than 200" in bad.bad[0].what


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Carl,,,4471,,no release,,,", "no last name"),
        ("Carl,Dunn,,4471,,,,,", "forbids nothing"),
        ("Carl,Dunn,,4471,,keep away,,,", "not known"),
        ("Carl,Dunn,,,,no release,,,", "whom it protects"),
        ("Carl,Dunn,,4471,school,no release,,,", "do not fit"),
        ("Carl,Dunn,,4471,,no release,soon,,", "“from”"),
        ("Carl,Dunn,,4471,,no release,,31.12.2026,", "“until”"),
        ("Carl,Dunn,,4471,,no release,2026-12-31,2026-01-01,", "before it begins"),
        (f"Carl,Dunn,,4471,,no release,,,{'x' * 141}", "longer than 140"),
        ("Carl,Dunn,,4471,,no release,,,Call,Lee", "more cells"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_the_others_are_read(line: str, what: str) -> None:
    read = read_restrictions(f"{HEAD}\n{line}\n{CARL}\n")

    assert [one.number for one in read.orders] == [3]
    (bad,) = read.bad
    assert bad.number == 2
    assert what in bad.what
    assert bad.to_do


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "columns"),
        ("name,number\nCarl,1\n", "adult last name, effects"),
        (f"{HEAD}\n", "no lines"),
        (f"{HEAD}\n" + f"{CARL}\n" * 501, "more than 500"),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(CannotRead, match=why):
        read_restrictions(text)


@given(st.text(alphabet=st.characters(blacklist_characters="\x00"), max_size=200))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    try:
        read = read_restrictions(f"{HEAD}\n{text}")
    except CannotRead:
        return
    assert read.orders or read.bad
