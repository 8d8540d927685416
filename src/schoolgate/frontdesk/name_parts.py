"""How a name is taken apart for comparing: folded words, split into given, family and suffix.

What is shown always keeps its own spelling; only comparisons use what is made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from schoolgate.roster.folding import fold

_SUFFIXES = {
    "jr": "jr",
    "jnr": "jr",
    "sr": "sr",
    "snr": "sr",
    "ii": "ii",
    "2nd": "ii",
    "iii": "iii",
    "3rd": "iii",
    "iv": "iv",
    "4th": "iv",
}


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """A name whose parts are known, as the school system or a scanned licence gives them."""

    given: str = ""
    family: str = ""
    middle: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given, self.middle, self.family, self.suffix)))


@dataclass(frozen=True, kw_only=True)
class Words:
    """One reading of a name: folded words for comparing, and the texts to show."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    suffix: str
    shown_given: str
    shown_family: str
    # False when the boundary between given and family name is only one guess of several.
    parts_known: bool

    @property
    def everything(self) -> tuple[str, ...]:
        """The folded name as one row of words, wherever the given name ends."""
        return (*self.given, *self.family, self.suffix)


@lru_cache(maxsize=65536)
def words_of(name: PersonName) -> Words:
    """Fold a name of known parts; a suffix written behind the given or family name is found."""
    given, given_suffix = _part_suffix(f"{name.given} {name.middle}".split())
    family, family_suffix = _part_suffix(name.family.split())
    suffix = _SUFFIXES.get(fold(name.suffix), "") or family_suffix or given_suffix
    return _reading(given, family, suffix, parts_known=True)


@lru_cache(maxsize=4096)
def readings(presented: str | PersonName) -> tuple[Words, ...]:
    """Every way to read a name as presented.

    "Rivera, Bob" and a scanned licence have one reading. "Jose Garcia Lopez" has two: nobody can
    see whether Garcia is a middle name or the first of two family names.
    """
    if isinstance(presented, PersonName):
        return (words_of(presented),)
    parts = [part for part in presented.split(",") if fold(part)]
    if len(parts) > 1 and fold(parts[-1]) in _SUFFIXES:
        parts = [*parts[:-2], f"{parts[-2]} {parts[-1]}"]
    if len(parts) > 1:
        return (words_of(PersonName(given=" ".join(parts[1:]), family=parts[0])),)
    typed = [word for word in " ".join(parts).split() if fold(word)]
    # Ii is also a family name: two typed words are a given and a family name, never a suffix.
    words, suffix = _part_suffix(typed) if len(typed) > 2 else (typed, "")  # noqa: PLR2004 - as said
    boundaries = range(1, len(words)) if len(words) > 1 else range(len(words) + 1)
    return tuple(
        _reading(words[:end], words[end:], suffix, parts_known=False) for end in boundaries
    )


def _part_suffix(words: list[str]) -> tuple[list[str], str]:
    """Part a trailing Jr or III from the words of a name; a name of one word stays whole."""
    if len(words) > 1 and fold(words[-1]) in _SUFFIXES:
        return words[:-1], _SUFFIXES[fold(words[-1])]
    return words, ""


def _reading(
    given: Sequence[str], family: Sequence[str], suffix: str, *, parts_known: bool
) -> Words:
    shown_given, shown_family = " ".join(given), " ".join(family)
    return Words(
        given=tuple(fold(shown_given).split()),
        family=tuple(fold(shown_family).split()),
        suffix=suffix,
        shown_given=shown_given,
        shown_family=shown_family,
        parts_known=parts_known,
    )
