"""Whether a presented name might be a restricted person: loose on purpose.

A false alarm costs a question, a miss costs a child. Nothing here may ever carry a permission.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from schoolgate.frontdesk.name_parts import PersonName, Words, readings, words_of
from schoolgate.frontdesk.names import short_forms, telling_words

LOOSE_FROM_LETTERS = 4
# With one family name in common, given names this near may be one name (Stephen, Steven).
GIVEN_EDITS = 2


def loosely_alike(
    presented: str | PersonName, restricted: PersonName, *, aliases: Iterable[str] = ()
) -> bool:
    """Whether a presented name might be a restricted person: every match, and much more.

    One word alike for the family name and one for the given name are enough, in any order; an
    initial stands for a given name; a part that one side does not have is no reason to look
    away. With the same family name much less of the given name is enough. A name in another
    script cannot be compared, and so might be the person. Suffixes are not looked at.
    """
    shown, ways = _pieces(presented), readings(presented)
    known = [words_of(restricted), *(reading for alias in aliases for reading in readings(alias))]
    return any(
        _might_be(shown, one) or any(_of_one_family(way, one) for way in ways) for one in known
    ) or _cannot_be_compared(shown, known)


@lru_cache(maxsize=1024)
def _pieces(presented: str | PersonName) -> tuple[str, ...]:
    """List the words of a name, and each part written as one word (vanderberg)."""
    parts = [part for one in readings(presented) for part in (one.given, one.family) if part]
    return tuple(dict.fromkeys([*(w for part in parts for w in part), *map("".join, parts)]))


def _might_be(shown: tuple[str, ...], restricted: Words) -> bool:
    parts_missing = len(shown) == 1 or not (restricted.given and restricted.family)
    family = _spelled_alike(shown, restricted.family)
    if not (family or parts_missing):
        return False
    given = _spelled_alike(shown, restricted.given) or _stands_for(shown, restricted.given)
    return (family or given) if parts_missing else given


def _spelled_alike(shown: tuple[str, ...], part: tuple[str, ...]) -> bool:
    if not telling_words(part).isdisjoint(shown):
        return True
    whole = part if len(part) == 1 else (*part, "".join(part))
    return any(_nearly(one, other) for one in shown for other in whole)


def _nearly(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < LOOSE_FROM_LETTERS:
        return False
    if len(long) - len(short) > 1:
        return long.startswith(short)
    return OSA.distance(short, long, score_cutoff=1) <= 1


def _stands_for(shown: tuple[str, ...], given: tuple[str, ...]) -> bool:
    """Accept an initial, or two forms of one name: Bob and Robbie are both Robert."""
    return any(
        (one[0] == other[0] and 1 in {len(one), len(other)})
        or not _forms(one).isdisjoint(_forms(other))
        for one in shown
        for other in given
    )


def _of_one_family(shown: Words, restricted: Words) -> bool:
    """Compare given names under one family name, whichever of the two is written first."""
    family = "".join(restricted.family)
    return bool(family) and any(
        "".join(shown_family) == family and _given_may_be_one(shown_given, restricted.given)
        for shown_given, shown_family in (
            (shown.given, shown.family),
            (shown.family, shown.given),
        )
    )


def _given_may_be_one(shown: tuple[str, ...], restricted: tuple[str, ...]) -> bool:
    if not _scripts(shown) & _scripts(restricted):
        return True
    return any(
        one[0] == other[0]
        or OSA.distance(one, other, score_cutoff=GIVEN_EDITS) <= GIVEN_EDITS
        or not _kin(one).isdisjoint(_kin(other))
        for one in shown
        for other in restricted
    )


def _cannot_be_compared(shown: tuple[str, ...], known: list[Words]) -> bool:
    """Whether no whole name of the person has a word in a script of the presented name.

    A name of which one part can be compared is compared by that part.
    """
    written = _scripts(shown)
    whole = [one for one in known if one.given and one.family] or known
    return bool(written) and all(
        _scripts((*one.given, *one.family)).isdisjoint(written) for one in whole
    )


@lru_cache(maxsize=4096)
def _scripts(words: tuple[str, ...]) -> frozenset[str]:
    """Name the scripts of some words: LATIN, CYRILLIC, ARABIC, as Unicode names their letters."""
    letters = {one for word in words for one in word if one.isalpha()}
    return frozenset(unicodedata.name(one, "").partition(" ")[0] for one in letters)


@lru_cache(maxsize=4096)
def _kin(name: str) -> frozenset[str]:
    """Every name that the nickname list ties to this one: Catherine and Kathryn share Kathy."""
    return _forms(name) | short_forms().nicknames_of(name)


@lru_cache(maxsize=4096)
def _forms(name: str) -> frozenset[str]:
    return frozenset({name} | short_forms().canonicals_of(name))
