"""One folding for what is stored and what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.roster.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Søren", "soren"),
        ("Łukasz", "lukasz"),
        ("Đặng", "dang"),
        ("Straße", "strasse"),
        ("O’Brien", "obrien"),
        ("O'BRIEN", "obrien"),
        ("García-López", "garcia lopez"),
        ("  Van   der Berg ", "van der berg"),
        ("Zoë", "zoe"),
        ("Æsa Þór", "aesa thor"),
    ],
)
def test_spelling_does_not_matter(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.lower())
