"""Say which adult of a list is which of a source, by the children they are contacts of. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from schoolgate.roster.folding import fold
from schoolgate.roster.matching import Edge, unique

K = TypeVar("K", bound=Hashable)

# The last digits are the number; what stands before is a country or a trunk.
PHONE_DIGITS = 10
PHONE_DIGITS_AT_LEAST = 7


@dataclass(frozen=True)
class Contact(Generic[K]):
    """An adult contact of one student, on our list or at the source."""

    key: K
    given: str
    family: str
    emails: frozenset[str]
    phones: frozenset[str]

    @cached_property
    def name(self) -> str:
        return fold(f"{self.given} {self.family}").replace(" ", "")

    @cached_property
    def reached_at(self) -> frozenset[str]:
        numbers = ("".join(filter(str.isdigit, phone)) for phone in self.phones)
        phones = {n[-PHONE_DIGITS:] for n in numbers if len(n) >= PHONE_DIGITS_AT_LEAST}
        emails = {email.strip().casefold() for email in self.emails}
        return frozenset(phones | emails) - {""}


@dataclass(frozen=True)
class ContactEdges:
    """Who may be whom among contacts: by name and number or address, or by name alone."""

    reached: frozenset[Edge]
    only_named: frozenset[Edge]
    # Two of one child who share the name and the number: that child does not tell them apart.
    doubted: frozenset[Edge] = frozenset()


def contact_edges(ours: Sequence[Contact[int]], theirs: Sequence[Contact[str]]) -> ContactEdges:
    """Compare the contacts of one student. A name alone counts where nobody else there bears it."""
    alike = [
        (one, other) for one in ours for other in theirs if one.name and one.name == other.name
    ]
    reached = {(one.key, other.key) for one, other in alike if one.reached_at & other.reached_at}
    named = unique((one.key, other.key) for one, other in alike)
    clear = frozenset(unique(reached))
    return ContactEdges(clear, frozenset(named) - clear, frozenset(reached) - clear)


@dataclass(frozen=True)
class ContactMatching:
    """Who of ours is who of theirs; and rows of ours that are one adult with another of them."""

    pairs: dict[int, str]
    # The row that goes, and the row that stays.
    doubles: dict[int, int]


def match_contacts(edges: Iterable[ContactEdges]) -> ContactMatching:
    """Pair adults over all their children: with what they are reached at first, then by name.

    One of ours who would be two of theirs is nobody: the source lists her twice, or two bear her
    name. Several of ours who are one of theirs were written down with each child anew.
    """
    found = list(edges)
    reached = {edge for one in found for edge in one.reached}
    sure = _of_one_meaning(reached)
    named = {edge for one in found for edge in one.only_named if edge[0] not in sure}
    doubted = {edge for one in found for edge in one.reached | one.doubted if edge[0] not in sure}
    sure |= {
        ours: theirs
        for ours, theirs in _of_one_meaning(named | doubted).items()
        if (ours, theirs) in named
    }
    return _one_row_each(sure)


def _of_one_meaning(edges: Iterable[Edge]) -> dict[int, str]:
    """Those of ours who can be only one of theirs."""
    meanings: dict[int, set[str]] = {}
    for ours, theirs in edges:
        meanings.setdefault(ours, set()).add(theirs)
    return {ours: min(meant) for ours, meant in meanings.items() if len(meant) == 1}


def _one_row_each(sure: dict[int, str]) -> ContactMatching:
    stays: dict[str, int] = {}
    doubles: dict[int, int] = {}
    for ours, theirs in sorted(sure.items()):
        if stays.setdefault(theirs, ours) != ours:
            doubles[ours] = stays[theirs]
    return ContactMatching({ours: theirs for theirs, ours in stays.items()}, doubles)
