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


def contact_edges(ours: Sequence[Contact[int]], theirs: Sequence[Contact[str]]) -> ContactEdges:
    """Compare the contacts of one student. A name alone counts where nobody else there bears it."""
    alike = [
        (one, other) for one in ours for other in theirs if one.name and one.name == other.name
    ]
    reached = {(one.key, other.key) for one, other in alike if one.reached_at & other.reached_at}
    named = unique((one.key, other.key) for one, other in alike)
    return ContactEdges(frozenset(reached), frozenset(named) - reached)


def match_contacts(edges: Iterable[ContactEdges]) -> dict[int, str]:
    """Pair adults over all their children: with what they are reached at first, then by name.

    One who would be two others is nobody: the source lists her twice, or two bear her name.
    """
    found = list(edges)
    reached = {edge for one in found for edge in one.reached}
    pairs = dict(unique(reached))
    taken = set(pairs.values())
    named = {
        edge
        for one in found
        for edge in one.only_named
        if edge[0] not in pairs and edge[1] not in taken
    }
    doubted = reached - set(pairs.items())
    left = unique(named | {edge for edge in doubted if edge[0] not in pairs})
    pairs.update(edge for edge in left if edge in named and edge[1] not in taken)
    return pairs
