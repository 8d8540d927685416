"""Fold a name so that spelling does not matter: one function for what is stored and what is asked."""

import unicodedata

# Letters that NFKD does not take apart (performance notes: SQLite's own folding misses them too).
WITHOUT_DECOMPOSITION = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ſ": "s",
    }
)  # fmt: skip
APOSTROPHES = str.maketrans("", "", "'\u2018\u2019\u201b\u02bc\u02b9\u00b4`\uff07\u02bb")


def fold(text: str) -> str:
    """Lower case without accents and apostrophes; hyphens and anything else between words a space.

    >>> fold("  O’Brien-LÓPEZ ")
    'obrien lopez'
    """
    plain = text.casefold().translate(APOSTROPHES).translate(WITHOUT_DECOMPOSITION)
    decomposed = unicodedata.normalize("NFKD", plain)
    marks_off = "".join(c for c in decomposed if not unicodedata.combining(c))
    again = marks_off.casefold().translate(WITHOUT_DECOMPOSITION)
    return " ".join("".join(c if c.isalnum() else " " for c in again).split())


def folded_student(*, given: str, middle: str, family: str, identifier: str) -> str:
    """What type-ahead looks through: every word with a space before it, so that " mar" finds
    starts of words and nothing else."""
    return " " + fold(f"{family} {given} {middle} {identifier}")
