"""Fold a name so that spelling does not matter: for what is stored, asked and compared alike.

Pure: the rules of the desk may import this.
"""

import unicodedata
from functools import lru_cache

# Every sign people type for the apostrophe in O'Brien, D'Angelo or the Hawaiian okina.
APOSTROPHES = frozenset(
    "'`\N{ACUTE ACCENT}\N{PRIME}\N{MODIFIER LETTER PRIME}\N{FULLWIDTH APOSTROPHE}"
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}\N{MODIFIER LETTER TURNED COMMA}"
    "\N{MODIFIER LETTER APOSTROPHE}\N{MODIFIER LETTER REVERSED COMMA}"
    "\N{MODIFIER LETTER RIGHT HALF RING}\N{MODIFIER LETTER LEFT HALF RING}"
    "\N{ARMENIAN APOSTROPHE}\N{HEBREW PUNCTUATION GERESH}\N{LATIN SMALL LETTER SALTILLO}"
)
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
# Letters that Unicode does not take apart into a base letter and a mark (ß is left to casefold).
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
    }
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Write a name the way it is searched and compared: no case, accents, apostrophes, punctuation.

    Words are parted by one space; hyphens and periods part words too.

    >>> fold("  O'Brien-LÓPEZ ")
    'obrien lopez'
    """
    lowered = unicodedata.normalize("NFKD", text.translate(_NO_APOSTROPHES)).casefold()
    letters = unicodedata.normalize("NFKD", lowered).translate(_PLAIN_LETTERS)
    return " ".join("".join(map(_fold_character, letters)).split())


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in APOSTROPHES or category == "Cf" or _is_loose_mark(character):
        return ""
    return character if category[0] in "LMN" else " "


def _is_loose_mark(character: str) -> bool:
    # Classes from 200 up are accents; 10 to 35 are Hebrew and Arabic vowel points, which are
    # optional in writing. Other classes change the letter itself (the kana voice mark is 8).
    placed = unicodedata.combining(character)
    return placed >= 200 or 10 <= placed <= 35  # noqa: PLR2004 - explained in the line above


def folded_student(*, given: str, middle: str, family: str, identifier: str) -> str:
    """Write down what type-ahead looks through: every word with a space before it.

    So " mar" finds starts of words and nothing else.
    """
    return " " + fold(f"{family} {given} {middle} {identifier}")
