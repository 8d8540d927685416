"""How alike two names are, and how we know, in words a clerk reads.

A likeness explains and widens; it never allows. Only the same name after folding, or an alias that
a person stored, may carry a permission. Restrictions compare loosely instead: see lookalikes.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import Levenshtein

from schoolgate.frontdesk.name_parts import PersonName, Words, readings, words_of
from schoolgate.roster.folding import fold

# A name shorter than this is not cut short by a licence, and one letter in a short name is
# another name (Chen and Chan, Ann and Anne).
CUT_SHORT_FROM_LETTERS = 10
ONE_EDIT_FROM_LETTERS = 5
# Words that part family names share without being related.
PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "la", "las"}
    | {"le", "los", "ten", "van", "von", "y"}
)


class Likeness(StrEnum):
    """How a presented name was found to be a listed one, the surest first."""

    EXACT = "exact"
    ALIAS = "alias"
    TRUNCATED = "truncated"
    NICKNAME = "nickname"
    SUBSET = "subset"
    SWAPPED = "swapped"
    ONE_EDIT = "one_edit"
    NONE = "none"


_ORDER = {likeness: place for place, likeness in enumerate(Likeness)}
_IN_WORDS = {
    Likeness.EXACT: "same",
    Likeness.TRUNCATED: "{presented} / {listed} (cut short on the ID)",
    Likeness.NICKNAME: "{presented} / {listed} (known short form)",
    Likeness.SUBSET: "{presented} / {listed} (only partly the same)",
    Likeness.SWAPPED: "{presented} / {listed} (in another order)",
    Likeness.ONE_EDIT: "{presented} / {listed} (one letter differs)",
    Likeness.NONE: "{presented} / {listed} (different)",
}


@dataclass(frozen=True, kw_only=True)
class Match:
    """How alike a presented name is to a listed one; `how` says it in one line for each part."""

    level: Likeness
    given: Likeness
    family: Likeness
    how: tuple[str, ...]

    @property
    def may_allow(self) -> bool:
        """Only the same name, or an alias that a person stored: never a likeness."""
        return self.level in {Likeness.EXACT, Likeness.ALIAS}


def match(presented: str | PersonName, listed: PersonName, *, aliases: Iterable[str] = ()) -> Match:
    """Say how a presented name is the listed one: the surest of all ways to read it."""
    target = words_of(listed)
    views = [_View.of(reading, target) for reading in readings(presented)]
    best = min(views, key=lambda view: _ORDER[view.level])
    if best.level is not Likeness.EXACT:
        for alias in aliases:
            if _is_alias(presented, alias, target):
                return Match(
                    level=Likeness.ALIAS,
                    given=best.given,
                    family=best.family,
                    how=(f"Name: {presented} / {listed} (alias on file: {alias})",),
                )
    return Match(level=best.level, given=best.given, family=best.family, how=best.in_words())


@dataclass(frozen=True, kw_only=True)
class _View:
    """One reading of the presented name laid beside the listed one."""

    presented: Words
    listed: Words
    given: Likeness
    family: Likeness

    @classmethod
    def of(cls, presented: Words, listed: Words) -> "_View":
        given, family = _given_likeness(presented, listed), _family_likeness(presented, listed)
        if Likeness.NONE in {given, family} and _is_swapped(presented, listed):
            given = family = Likeness.SWAPPED
        return cls(presented=presented, listed=listed, given=given, family=family)

    @property
    def level(self) -> Likeness:
        if not (self.presented.given or self.presented.family):
            return Likeness.NONE
        return max(self.given, self.family, self._suffix, key=_ORDER.__getitem__)

    @property
    def _suffix(self) -> Likeness:
        if self.presented.suffix == self.listed.suffix:
            return Likeness.EXACT
        # A father and a son: Sr and Jr are two people, a suffix on one side is a question.
        one_side = not (self.presented.suffix and self.listed.suffix)
        return Likeness.SUBSET if one_side else Likeness.NONE

    def in_words(self) -> tuple[str, ...]:
        here, there = self.presented, self.listed
        lines = [
            _line("Given name", self.given, here.shown_given, there.shown_given),
            _line("Family name", self.family, here.shown_family, there.shown_family),
        ]
        if here.suffix or there.suffix:
            lines.append(_line("Suffix", self._suffix, here.suffix, there.suffix))
        return tuple(lines)


def _line(part: str, likeness: Likeness, presented: str, listed: str) -> str:
    words = _IN_WORDS[likeness].format(presented=presented or "none", listed=listed or "none")
    return f"{part}: {words}"


def _is_alias(presented: str | PersonName, alias: str, listed: Words) -> bool:
    """Compare with an alias: a whole name, or one word that stands for the given name."""
    if len(fold(alias).split()) > 1:
        known = {reading.everything for reading in readings(alias)}
        return any(reading.everything in known for reading in readings(presented))
    return any(
        reading.given == (fold(alias),) != ("",)
        and _family_likeness(reading, listed) is Likeness.EXACT
        and reading.suffix == listed.suffix
        for reading in readings(presented)
    )


def _given_likeness(presented: Words, listed: Words) -> Likeness:
    ours, theirs = presented.given, listed.given
    if "".join(ours) == "".join(theirs):
        return Likeness.EXACT
    if not (ours and theirs):
        return Likeness.NONE
    if ours[0] == theirs[0] and len(ours[0]) > 1 and _middle_names_agree(presented, listed):
        return Likeness.EXACT
    if _is_cut_short("".join(ours), "".join(theirs)) or _is_cut_short(ours[0], theirs[0]):
        return Likeness.TRUNCATED
    if is_short_form(ours[0], theirs[0]):
        return Likeness.NICKNAME
    return _partly_likeness(ours, theirs, shared_first=len(ours[0]) > 1 and ours[0] == theirs[0])


def _middle_names_agree(presented: Words, listed: Words) -> bool:
    ours, theirs = presented.given[1:], listed.given[1:]
    agree = all(
        one == other or (one[0] == other[0] and 1 in {len(one), len(other)})
        for one, other in zip(ours, theirs, strict=False)
    )
    # A whole word more than the list has may be the first of two family names (García López).
    surplus = ours[len(theirs) :]
    return agree and (presented.parts_known or all(len(word) == 1 for word in surplus))


def _family_likeness(presented: Words, listed: Words) -> Likeness:
    ours, theirs = presented.family, listed.family
    if "".join(ours) == "".join(theirs):
        return Likeness.EXACT
    if not (ours and theirs):
        return Likeness.NONE
    if sorted(ours) == sorted(theirs):
        return Likeness.SWAPPED
    if _is_cut_short("".join(ours), "".join(theirs)):
        return Likeness.TRUNCATED
    return _partly_likeness(ours, theirs, shared_first=False)


def _partly_likeness(
    ours: tuple[str, ...], theirs: tuple[str, ...], *, shared_first: bool
) -> Likeness:
    some, others = telling_words(ours), telling_words(theirs)
    if shared_first or some <= others or others <= some:
        return Likeness.SUBSET
    if _is_cut_short("".join(theirs), "".join(ours)):
        return Likeness.SUBSET
    return Likeness.ONE_EDIT if _is_one_edit("".join(ours), "".join(theirs)) else Likeness.NONE


def _is_swapped(presented: Words, listed: Words) -> bool:
    if not (presented.given and presented.family and listed.given and listed.family):
        return False
    return all(
        "".join(some) == "".join(others)
        or telling_words(some) <= telling_words(others)
        or telling_words(others) <= telling_words(some)
        for some, others in (
            (presented.given, listed.family),
            (presented.family, listed.given),
        )
    )


@lru_cache(maxsize=4096)
def telling_words(words: tuple[str, ...]) -> frozenset[str]:
    """Keep the words that tell families apart; a family called only Van or Le keeps its name."""
    return (frozenset(words) - PARTICLES) or frozenset(words)


def _is_cut_short(short: str, whole: str) -> bool:
    return CUT_SHORT_FROM_LETTERS <= len(short) < len(whole) and whole.startswith(short)


def _is_one_edit(one: str, other: str) -> bool:
    # Two letters changing place are two edits here: Alexander is not Alexandra.
    return (
        min(len(one), len(other)) >= ONE_EDIT_FROM_LETTERS
        and Levenshtein.distance(one, other, score_cutoff=1) <= 1
    )


@cache
def short_forms() -> NickNamer:
    return NickNamer()


def is_short_form(one: str, other: str) -> bool:
    """Whether the nickname list knows one name as a short form of the other, either way round."""
    known = short_forms()
    return other in known.canonicals_of(one) or one in known.canonicals_of(other)
