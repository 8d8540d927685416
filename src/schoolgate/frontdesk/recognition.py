"""Who the adult could be: listed contacts, authorised persons, restricted persons.

Rules ask here and nowhere else, so that "the same person" means one thing. Every question raises
`NotLookedUp` when the records it needs could not be looked up.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeVar

from schoolgate.frontdesk.cases import (
    Authorisation,
    Case,
    Contact,
    Effect,
    Pickup,
    Purpose,
    Restriction,
    SamePerson,
    covering,
)
from schoolgate.frontdesk.lookalikes import loosely_alike
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.names import Likeness, Match, match
from schoolgate.roster.folding import fold

T = TypeVar("T")
# An order of any kind against a contact takes away her word; being one of the only adults does not.
AGAINST = frozenset(Effect) - {Effect.ONLY_THESE_ADULTS}


class NotLookedUp(Exception):
    """A rule needs something that could not be looked up: it cannot be evaluated."""


def known(value: T | None, what: str) -> T:
    """Hand back a value that was looked up. Raises NotLookedUp when it was not."""
    if value is None:
        raise NotLookedUp(what)
    return value


class Touch(Enum):
    """Whether the adult is the restricted person."""

    NOT = 0
    POSSIBLE = 1
    SAME = 2


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A contact that the adult could be, and how the names compare."""

    contact: Contact
    match: Match


class Recognition:
    """The adult of one case, held against the records of that case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.today = case.now.date()
        self._touches: dict[Restriction, Touch] = {}

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Current contacts whose name is alike."""
        known(self.case.contacts, "contacts")
        return tuple(one for one in self._current if one.match.level is not Likeness.NONE)

    @cached_property
    def former_candidates(self) -> tuple[Candidate, ...]:
        """Contacts whose link is gone and whose name is alike."""
        known(self.case.former_contacts, "former contacts")
        return tuple(one for one in self._gone if one.match.level is not Likeness.NONE)

    @cached_property
    def _current(self) -> tuple[Candidate, ...]:
        return self._compare(self.case.contacts or ())

    @cached_property
    def _gone(self) -> tuple[Candidate, ...]:
        return self._compare(self.case.former_contacts or ())

    def _compare(self, contacts: tuple[Contact, ...]) -> tuple[Candidate, ...]:
        presented = self.case.adult.name
        return tuple(
            Candidate(contact=one, match=match(presented, one.name, aliases=one.aliases))
            for one in contacts
        )

    @cached_property
    def taken_for(self) -> tuple[Candidate, ...]:
        """The contact that the clerk chose, when the name allows the choice; else all alike."""
        chosen = self.case.adult.chosen_id
        if chosen is None:
            return self.candidates
        return tuple(one for one in self.candidates if one.contact.adult_id == chosen)

    def may_allow(self, found: Match) -> bool:
        """Whether a match may carry a permission.

        A name cut short counts only when the licence itself says that it was cut (AAMVA).
        """
        cut = found.level is Likeness.TRUNCATED and self.case.adult.licence_cut_short
        return found.may_allow or cut

    @cached_property
    def authorisations(self) -> tuple[tuple[Authorisation, Match], ...]:
        """Authorisations in force for a name that is alike; void ones are left out."""
        found = (
            (one, match(self.case.adult.name, one.name))
            for one in known(self.case.authorisations, "authorisations")
            if one.valid_from <= self.case.now <= one.valid_until
            and one.uses_left > 0
            and self._giver_stands(one)
        )
        return tuple(pair for pair in found if pair[1].level is not Likeness.NONE)

    def _giver_stands(self, authorisation: Authorisation) -> bool:
        """Whether the contact who gave it is still listed, not denied and under no order."""
        contacts = known(self.case.contacts, "contacts")
        orders = self.orders_in_force(AGAINST)
        return any(
            one.adult_id == authorisation.given_by_id
            and one.pickup is not Pickup.DENIED
            and not any(may_be_about(order, one) for order in orders)
            for one in contacts
        )

    @property
    def barring(self) -> frozenset[Effect]:
        """The effects that bar this purpose."""
        own = Effect.NO_VISIT if self.case.purpose is Purpose.VISIT else Effect.NO_RELEASE
        return frozenset({own, Effect.NO_CONTACT})

    @cached_property
    def orders(self) -> tuple[Restriction, ...]:
        """All restrictions that cover this student, in force or not."""
        return known(covering(self.case), "restrictions")

    def orders_in_force(self, effects: frozenset[Effect]) -> tuple[Restriction, ...]:
        """Restrictions in force today with any of these effects."""
        return tuple(
            one for one in self.orders if one.effects & effects and one.in_force(self.today)
        )

    @property
    def is_named(self) -> bool:
        return bool(fold(str(self.case.adult.name)))

    def touch(self, order: Restriction) -> Touch:
        """Say whether the adult is a subject of an order.

        Contacts that could not be looked up are passed over here: the name still decides, and
        other rules say that the contacts are missing.
        """
        if order not in self._touches:
            self._touches[order] = self._find_touch(order)
        return self._touches[order]

    def _find_touch(self, order: Restriction) -> Touch:
        answer = self.case.adult.same_person.get(order.id)
        if answer in {SamePerson.YES, SamePerson.NOT_SURE}:
            return Touch.SAME
        if not self._might_be_subject(order):
            return Touch.NOT
        # The same birth date turns a likeness into the person; another one clears nobody here.
        birth_on = self.case.adult.birth_on
        same_birth_date = birth_on is not None and birth_on == order.birth_on
        return Touch.SAME if same_birth_date or self._is_subject(order) else Touch.POSSIBLE

    def _might_be_subject(self, order: Restriction) -> bool:
        presented = self.case.adult.name
        by_name = (loosely_alike(presented, name, aliases=order.aliases) for name in order.names)
        return any(by_name) or any(may_be_about(order, one) for one in self._perhaps)

    def _is_subject(self, order: Restriction) -> bool:
        """Compare with the presented name and with every contact that the adult surely is."""
        presented = self.case.adult.name
        matches = (match(presented, name, aliases=order.aliases) for name in order.names)
        return any(self.may_allow(one) for one in matches) or any(
            _is_about(order, one) for one in self._surely
        )

    def is_named_in(self, order: Restriction) -> bool:
        """Whether a list of the only adults who may come has this adult on it.

        Strict, unlike `touch`: neither a likeness nor an answer "not sure" puts anybody on it.
        """
        presented, chosen = self.case.adult.name, self.case.adult.chosen_id
        matches = (match(presented, name, aliases=order.aliases) for name in order.names)
        return any(self.may_allow(one) for one in matches) or any(
            _is_about(order, one.contact)
            for one in self.taken_for
            if self.may_allow(one.match) or one.contact.adult_id == chosen
        )

    @cached_property
    def _perhaps(self) -> tuple[Contact, ...]:
        chosen = self.case.adult.chosen_id
        return tuple(
            one.contact
            for one in (*self._current, *self._gone)
            if one.match.level is not Likeness.NONE or one.contact.adult_id == chosen
        )

    @cached_property
    def _surely(self) -> tuple[Contact, ...]:
        """The contact whom the clerk chose, whatever the name says, and those of the same name."""
        chosen = self.case.adult.chosen_id
        return tuple(
            one.contact
            for one in (*self._current, *self._gone)
            if self.may_allow(one.match) or one.contact.adult_id == chosen
        )

    @cached_property
    def denied(self) -> tuple[Contact, ...]:
        """Contacts marked denied that the adult is taken for.

        A contact who is gone counts: the source may have created the adult anew with another id.
        """
        taken_for = (one.contact for one in (*self.taken_for, *self.former_candidates))
        everyone = dict.fromkeys((*taken_for, *self._surely))
        return tuple(one for one in everyone if one.pickup is Pickup.DENIED)


def may_be_about(order: Restriction, contact: Contact) -> bool:
    """Whether a contact may be whom an order names: loose, as with the name that was presented.

    "Bob Okafor" may be the listed Robert Okafor, and he the Robert Okfor of an order, though nobody
    would take the one spelling for the other.
    """
    names: tuple[str | PersonName, ...] = (contact.name, *contact.aliases)
    return contact.adult_id in order.adult_ids or any(
        loosely_alike(known_as, name, aliases=order.aliases)
        for known_as in names
        for name in order.names
    )


def _is_about(order: Restriction, contact: Contact) -> bool:
    if contact.adult_id in order.adult_ids:
        return True
    names: tuple[str | PersonName, ...] = (contact.name, *contact.aliases)
    return any(
        # The loose look is the quicker one and misses no match.
        loosely_alike(known_as, name, aliases=order.aliases)
        and match(known_as, name, aliases=order.aliases).may_allow
        for known_as in names
        for name in order.names
    )
