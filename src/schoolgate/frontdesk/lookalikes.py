"""Whether a presented name might be a restricted person: loose on purpose.

A false alarm costs a question, a miss costs a child. Nothing here may ever carry a permission.
"""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from schoolgate.frontdesk.name_parts import PersonName, Words, readings, words_of
from schoolgate.frontdesk.names import short_forms, telling_words

LOOSE_FROM_LETTERS = 4


def loosely_alike(
    presented: str | PersonName, restricted: PersonName, *, aliases: Iterable[str] = ()
) -> bool:
    """Whether a presented name might be a restricted person: every match, and much more.

    One word alike for the family name and one for the given name are enough, in any order; an
    initial stands for a given name; a part that one side does not have is no reason to look
    away. Suffixes are not looked at.
    """
    shown = _pieces(presented)
    known = [words_of(restricted), *(reading for alias in aliases for reading in readings(alias))]
    return any(_might_be(shown, one) for one in known)


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


@lru_cache(maxsize=4096)
def _forms(name: str) -> frozenset[str]:
    return frozenset({name} | short_forms().canonicals_of(name))
