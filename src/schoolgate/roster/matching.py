"""Say who of a list is who of a source, and how that is known. Pure: shown before it is done.

Ours are people on our lists, theirs are people a source brings under ids that are new to us. Nobody
is paired twice, nobody without evidence, and where two could be meant a person decides.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from schoolgate.roster.folding import fold

# Ours by the number of their row, theirs by their id at the source.
Edge = tuple[int, str]
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

# As many namesakes in one school are not told apart, and shown only in part.
CROWD = 20
GRADES = {"pk": -1, "pr": -1, "tk": -1, "k": 0, "kg": 0}


class Evidence(StrEnum):
    """How a pair is known."""

    NUMBER = "number"
    NAME = "name"
    NAME_MOVED_UP = "name_moved_up"
    DECIDED = "decided"


class Same(StrEnum):
    """What the names of two people of one number have in common."""

    NAME = "name"
    GIVEN = "given"
    NOTHING = "nothing"


class Why(StrEnum):
    """Why a person decides."""

    SEVERAL = "several"
    OTHER_NAME = "other_name"
    OTHER_MIDDLE_NAME = "other_middle_name"
    NO_GRADE = "no_grade"


@dataclass(frozen=True)
class Person(Generic[K]):
    """A student, on our list or at the source."""

    key: K
    given: str
    middle: str
    family: str
    identifier: str
    grade: str
    schools: frozenset[int]

    @cached_property
    def names(self) -> frozenset[str]:
        """The name without and with what one keeps as a middle name and the other as a part."""
        names = (f"{self.given} {self.family}", f"{self.given} {self.middle} {self.family}")
        return frozenset(filter(None, (fold(name).replace(" ", "") for name in names)))

    @cached_property
    def given_words(self) -> frozenset[str]:
        return frozenset(fold(f"{self.given} {self.middle}").split())

    @cached_property
    def level(self) -> int | str:
        return level_of(self.grade)


@dataclass(frozen=True)
class Pair:
    ours: int
    theirs: str
    evidence: Evidence


@dataclass(frozen=True)
class Doubt:
    """One of theirs who may be any of these, or none."""

    theirs: str
    candidates: tuple[int, ...]
    why: Why


@dataclass(frozen=True)
class Matching:
    pairs: tuple[Pair, ...]
    doubts: tuple[Doubt, ...]
    new: tuple[str, ...]
    left_over: tuple[int, ...]


def match(
    ours: Iterable[Person[int]],
    theirs: Iterable[Person[str]],
    *,
    decided: Mapping[str, int | None] | None = None,
    moves_up: bool = False,
) -> Matching:
    """Pair people: by what a person decided, by number, else by name, grade and school.

    A number alone pairs nobody: with the whole name it comes first, with a given name last. (Where
    a new SIS counts its numbers afresh, each of them is some other child's old one.)

    `decided` gives for one of theirs who she is of ours, or None for nobody. With `moves_up` the
    grade at the source may be the next one: a school year has ended in between.
    """
    mine = {person.key: person for person in ours}
    coming = {person.key: person for person in theirs}
    said = _decided(decided or {}, mine, coming)
    nobody = {key for key, chosen in (decided or {}).items() if chosen is None}
    open_ours, open_theirs = (
        _without(mine, {p.ours for p in said}),
        _without(coming, {p.theirs for p in said} | nobody),
    )
    numbered = _by_number(open_ours, open_theirs)
    full = [edge for edge, same in numbered.items() if same is Same.NAME]
    pairs = [*said, *(Pair(*edge, Evidence.NUMBER) for edge in full)]
    named, weak = _by_name(*_rest(open_ours, open_theirs, pairs), moves_up=moves_up)
    pairs += named
    rest_ours, rest_theirs = _rest(open_ours, open_theirs, pairs)
    for edge, same in numbered.items():
        if same is Same.GIVEN and edge[0] in rest_ours and edge[1] in rest_theirs:
            pairs.append(Pair(*edge, Evidence.NUMBER))
    weak |= {edge: Why.OTHER_NAME for edge, same in numbered.items() if same is Same.NOTHING}
    paired_ours = {pair.ours for pair in pairs}
    paired_theirs = {pair.theirs for pair in pairs}
    doubts = _doubts(weak, paired_ours, paired_theirs)
    doubted = {key for doubt in doubts for key in doubt.candidates}
    unsure = {doubt.theirs for doubt in doubts}
    return Matching(
        pairs=tuple(sorted(pairs, key=lambda pair: pair.ours)),
        doubts=doubts,
        new=tuple(sorted(coming.keys() - paired_theirs - unsure)),
        left_over=tuple(sorted(mine.keys() - paired_ours - doubted)),
    )


def level_of(grade: str) -> int | str:
    """The grade as a number where it is one, so that "2", "02" and "Grade 2" are one grade."""
    folded = fold(grade)
    plain = re.sub(r"\b(grade|gr)\b|(?<=\d)(st|nd|rd|th)\b", "", folded).strip()
    if plain in GRADES:
        return GRADES[plain]
    return int(plain) if plain.isascii() and plain.isdigit() else folded


# --- steps of a match ---------------------------------------------------------------------------


def _decided(
    decided: Mapping[str, int | None],
    mine: Mapping[int, Person[int]],
    coming: Mapping[str, Person[str]],
) -> list[Pair]:
    """What a person chose, as far as both are there. One of ours is nobody twice."""
    pairs: dict[int, Pair] = {}
    for theirs, ours in sorted(decided.items()):
        if ours is not None and ours in mine and theirs in coming and ours not in pairs:
            pairs[ours] = Pair(ours, theirs, Evidence.DECIDED)
    return list(pairs.values())


def _by_number(
    mine: Mapping[int, Person[int]], coming: Mapping[str, Person[str]]
) -> dict[Edge, Same]:
    """Everybody whose number only one of each side has, with what their names have in common."""
    ours, theirs = _numbers(mine.values()), _numbers(coming.values())
    edges = [
        (found[0], theirs[number][0])
        for number, found in ours.items()
        if len(found) == len(theirs.get(number, ())) == 1
    ]
    return {edge: _same(mine[edge[0]], coming[edge[1]]) for edge in edges}


def _numbers(people: Iterable[Person[K]]) -> dict[str, list[K]]:
    numbers: dict[str, list[K]] = defaultdict(list)
    for person in people:
        if person.identifier:
            numbers[person.identifier].append(person.key)
    return numbers


def _same(mine: Person[int], coming: Person[str]) -> Same:
    if mine.names & coming.names:
        return Same.NAME
    # A family name in common makes two children siblings.
    return Same.GIVEN if mine.given_words & coming.given_words else Same.NOTHING


def _rest(
    mine: Mapping[int, Person[int]], coming: Mapping[str, Person[str]], pairs: Iterable[Pair]
) -> tuple[dict[int, Person[int]], dict[str, Person[str]]]:
    paired = list(pairs)
    return (
        _without(mine, {pair.ours for pair in paired}),
        _without(coming, {pair.theirs for pair in paired}),
    )


def _by_name(
    mine: Mapping[int, Person[int]], coming: Mapping[str, Person[str]], *, moves_up: bool
) -> tuple[list[Pair], dict[Edge, Why]]:
    """Pairs of one name at one school in one grade; and the edges that are not sure enough."""
    alike, crowded = _of_one_name(mine.values(), coming.values())
    judged: dict[Edge, Evidence | Why | None] = dict.fromkeys(sorted(crowded), Why.SEVERAL)
    for edge in sorted(alike - crowded):
        judged[edge] = _judge(mine[edge[0]], coming[edge[1]], moves_up=moves_up)
    good = [edge for edge, found in judged.items() if isinstance(found, Evidence)]
    sure = set(unique(good))
    pairs = [
        Pair(*edge, evidence)
        for edge, evidence in judged.items()
        if edge in sure and isinstance(evidence, Evidence)
    ]
    weak = {
        edge: Why.SEVERAL if isinstance(found, Evidence) else found
        for edge, found in judged.items()
        if edge not in sure and found is not None
    }
    return pairs, weak


def _of_one_name(
    mine: Iterable[Person[int]], coming: Iterable[Person[str]]
) -> tuple[set[Edge], set[Edge]]:
    """Everybody of ours with everybody of theirs of one name at one school; and crowds.

    Of a crowd of one name (records of a test, or names that were struck out) nobody is told apart:
    a few are shown.
    """
    groups: dict[tuple[int, str], tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    for person in mine:
        for label in _names_at_schools(person):
            groups[label][0].append(person.key)
    for other in coming:
        for label in _names_at_schools(other):
            groups[label][1].append(other.key)
    alike: set[Edge] = set()
    crowded: set[Edge] = set()
    for ours, theirs in groups.values():
        crowd = len(ours) > CROWD or len(theirs) > CROWD
        some = sorted(ours)[:CROWD] if crowd else ours
        (crowded if crowd else alike).update((one, other) for one in some for other in theirs)
    return alike, crowded


def _names_at_schools(person: Person[K]) -> list[tuple[int, str]]:
    return [(school, name) for school in person.schools for name in person.names]


def _judge(mine: Person[int], coming: Person[str], *, moves_up: bool) -> Evidence | Why | None:
    """What two people of one name at one school are to each other. None: not the same."""
    evidence = _grade_evidence(mine.level, coming.level, moves_up=moves_up)
    if evidence is None:
        return None
    if _are_other_middles(fold(mine.middle), fold(coming.middle)):
        return Why.OTHER_MIDDLE_NAME
    return evidence


def _grade_evidence(mine: int | str, coming: int | str, *, moves_up: bool) -> Evidence | Why | None:
    if mine == coming:
        return Evidence.NAME
    if "" in (mine, coming):
        return Why.NO_GRADE
    if moves_up and isinstance(mine, int) and isinstance(coming, int) and coming == mine + 1:
        return Evidence.NAME_MOVED_UP
    return None


def _are_other_middles(one: str, other: str) -> bool:
    """Maria and Rosa are; M. and Maria, or Maria and none, are not."""
    return bool(one and other) and not one.startswith(other) and not other.startswith(one)


def _doubts(
    weak: Mapping[Edge, Why], paired_ours: set[int], paired_theirs: set[str]
) -> tuple[Doubt, ...]:
    """What is left to a person: only between those of whom neither is paired."""
    candidates: dict[str, list[int]] = defaultdict(list)
    reasons: dict[str, set[Why]] = defaultdict(set)
    for (ours, theirs), why in weak.items():
        if ours not in paired_ours and theirs not in paired_theirs:
            candidates[theirs].append(ours)
            reasons[theirs].add(why)
    return tuple(
        Doubt(
            theirs,
            tuple(sorted(set(found))),
            min(reasons[theirs], key=list(Why).index),
        )
        for theirs, found in sorted(candidates.items())
    )


def unique(edges: Iterable[Edge]) -> list[Edge]:
    """The edges whose two ends have no other."""
    known = sorted(set(edges))
    ours = Counter(edge[0] for edge in known)
    theirs = Counter(edge[1] for edge in known)
    return [edge for edge in known if ours[edge[0]] == 1 and theirs[edge[1]] == 1]


def _without(people: Mapping[K, T], keys: set[K]) -> dict[K, T]:
    return {key: person for key, person in people.items() if key not in keys}
