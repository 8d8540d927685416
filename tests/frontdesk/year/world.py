"""A year at many desks, with the truth behind it: who somebody is, and what may be known of her.

Nothing here looks at the rules or at the matching of names. A person is a number; how her name is
spelled on her ID, in the list and in an order is drawn together with how the spellings relate.
People of one spelling who are strangers to each other are not drawn: no desk can tell them apart
without a birth date on file, and OneRoster 1.1 has none.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from schoolgate.frontdesk import cases
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.namesakes import Namesake, Nearness
from schoolgate.frontdesk.verdicts import Evidence

FIRST_DAY = date(2026, 8, 17)
GIVEN = ("Elena", "Oscar", "Priya", "Hassan", "Ingrid", "Beatriz", "Yolanda", "Tomás")
SHORT = {"Robert": "Bob", "Katherine": "Kate", "Douglas": "Doug", "Margaret": "Peggy"}
FAMILY = (
    "García-López",
    "O'Brien",
    "Whitfield",
    "Okafor",
    "Sandoval",
    "Kowalczyk",
    "Haddad",
    "Lindqvist",
    "Petrovic",
    "Núñez-Aranda",
)
CHILD = ("Marisol", "Ben", "Cyrus", "Dalia", "Ewan", "Farah", "Gus", "Hanna", "Ivo", "Jun")


class Spelling(Enum):
    """How one spelling of a person's name relates to the name in the list."""

    SAME = "same letters"
    SHORT = "short form"
    ONE_EDIT = "one letter"
    PART = "one of two family names"
    SWAPPED = "family name first"


@dataclass(frozen=True)
class Person:
    number: int
    given: str
    family: str
    born: date
    suffix: str = ""

    def spelled(self, spelling: Spelling) -> str:
        given, family = self.given, self.family
        if spelling is Spelling.SHORT:
            given = SHORT[given]
        if spelling is Spelling.ONE_EDIT:
            family = family[:3] + family[4:]
        if spelling is Spelling.PART:
            family = family.split("-", maxsplit=1)[0]
        words = (family, given) if spelling is Spelling.SWAPPED else (given, family)
        plain = unicodedata.normalize("NFKD", " ".join((*words, self.suffix)).strip())
        letters = "".join(one for one in plain if not unicodedata.combining(one))
        return letters.replace("-", " ").replace("'", "").upper()

    def spellings(self) -> list[Spelling]:
        known = [Spelling.SAME, Spelling.ONE_EDIT, Spelling.SWAPPED]
        known += [Spelling.SHORT] if self.given in SHORT else []
        return known + ([Spelling.PART] if "-" in self.family else [])


@dataclass(frozen=True)
class Listed:
    """An adult on a child's list, from one day until another."""

    person: Person
    adult_id: str
    role: cases.ContactRole
    since: date
    until: date | None = None
    word: cases.Pickup = cases.Pickup.UNSET

    def on_list(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Order:
    """A restriction: about a person, whatever its spelling."""

    number: int
    person: Person
    spelling: Spelling
    effects: frozenset[cases.Effect]
    from_on: date
    until_on: date | None
    knows_birth: bool

    def in_force(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass
class Child:
    number: int
    given: str
    family: str
    listed: list[Listed]
    orders: list[Order] = field(default_factory=list)
    # A person, who gave the word, and until when.
    authorised: list[tuple[Person, Listed, date]] = field(default_factory=list)
    namesake: bool = False
    held: bool = False
    # Everybody who is in its life: no two of one first name, and a stranger bears none of them.
    given_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """One adult at one counter: what is on file, what is true, and what an honest clerk can see."""

    on: date
    child: Child
    person: Person
    spelling: Spelling
    listed: Listed | None
    purpose: cases.Purpose
    list_age: timedelta
    list_of: date
    offline: bool
    change_waits: bool
    gone: bool
    says_no: bool
    has_id: bool
    gives_birth: bool
    # Her family wants her to come: what a call, and the child, would say.
    rightful: bool

    @property
    def name(self) -> str:
        return self.person.spelled(self.spelling)

    def evidence(self) -> frozenset[Evidence]:
        """What can honestly be ticked of this adult."""
        seen = {Evidence.SECOND_IDENTIFIER}
        if self.has_id:
            seen.add(Evidence.PHOTO_ID)
        if self.listed is not None:
            seen |= {Evidence.SECOND_PROOF, Evidence.CONTACT_CHOSEN}
        if self.rightful:
            seen |= {Evidence.CALL_BACK, Evidence.PAPER_CARD, Evidence.CHILD_CONFIRMED}
        if not any(one.person == self.person for one in self.child.orders):
            seen.add(Evidence.COMPARED_WITH_ORDER)
        return frozenset(seen)


class School:
    """A school with its families, one day after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a world, not a secret
        self._numbers = iter(range(1, 100_000))
        self.children = [self._child(number) for number in range(10)]

    def day(self, on: date, attempts: int) -> Iterator[Attempt]:
        """Give the adults who come on one day."""
        for _ in range(attempts):
            yield self._attempt(on, self.random.choice(self.children))

    # --- families --------------------------------------------------------------------------------

    def _person(self, family: str, *, not_given: tuple[str, ...] = (), suffix: str = "") -> Person:
        pool = [one for one in (*GIVEN, *SHORT) if one not in not_given]
        born = date(1980, 1, 1) + timedelta(days=self.random.randrange(5_000))
        given = self.random.choice(pool)
        return Person(next(self._numbers), given, family, born, suffix)

    def _child(self, number: int) -> Child:
        chance = self.random
        family = chance.choice(FAMILY)
        mother = self._person(family)
        father = self._person(family, not_given=(mother.given,))
        other = chance.choice([one for one in FAMILY if one != family])
        aunt = self._person(other, not_given=(mother.given, father.given))
        left_on = FIRST_DAY + timedelta(days=chance.randrange(20, 200))
        gone = left_on if chance.random() < 0.25 else None
        listed = [
            Listed(mother, f"m{number}", cases.ContactRole.PARENT, FIRST_DAY, word=self._word()),
            Listed(father, f"f{number}", cases.ContactRole.PARENT, FIRST_DAY, gone, self._word()),
            Listed(aunt, f"a{number}", cases.ContactRole.RELATIVE, FIRST_DAY, word=self._word()),
        ]
        if gone and chance.random() < 0.5:
            # The source deletes the adult and makes her anew with another id.
            again = gone + timedelta(days=chance.randrange(1, 5))
            listed.append(Listed(father, f"g{number}", cases.ContactRole.PARENT, again))
        child = Child(number, CHILD[number], family, listed if chance.random() > 0.05 else [])
        child.namesake, child.held = chance.random() < 0.1, chance.random() < 0.03
        family_given = (mother.given, father.given, aunt.given)
        outsider = self._person(other, not_given=family_given)
        friend = self._person(other, not_given=(*family_given, outsider.given))
        child.given_names = (*family_given, outsider.given, friend.given)
        for person in (father, aunt, outsider):
            if chance.random() < 0.3:
                child.orders.append(self._order(person))
        if chance.random() < 0.3 and child.listed:
            until = FIRST_DAY + timedelta(days=chance.randrange(180))
            child.authorised.append((friend, child.listed[0], until))
        return child

    def _word(self) -> cases.Pickup:
        few = [cases.Pickup.ALLOWED, cases.Pickup.DENIED]
        return self.random.choice([cases.Pickup.UNSET] * 18 + few)

    def _order(self, person: Person) -> Order:
        chance = self.random
        begins = FIRST_DAY + timedelta(days=chance.randrange(150))
        ends = begins + timedelta(days=chance.randrange(5, 200)) if chance.random() < 0.5 else None
        effects = chance.choice(
            [
                {cases.Effect.NO_RELEASE},
                {cases.Effect.NO_CONTACT},
                {cases.Effect.NO_RELEASE, cases.Effect.NO_VISIT},
                {cases.Effect.SUPERVISED_ONLY},
                {cases.Effect.NO_VISIT},
            ]
        )
        return Order(
            number=next(self._numbers),
            person=person,
            spelling=chance.choice(person.spellings()),
            effects=frozenset(effects),
            from_on=begins,
            until_on=ends,
            knows_birth=chance.random() < 0.5,
        )

    # --- at the counter --------------------------------------------------------------------------

    def _attempt(self, on: date, child: Child) -> Attempt:
        chance = self.random
        person = self._who(child)
        hours = chance.choice([7] * 12 + [30, 60, 100, 150, 200, 240])
        list_of = on - timedelta(hours=hours)
        listed = next(
            (one for one in child.listed if one.person == person and one.on_list(list_of)), None
        )
        spelling = Spelling.SAME
        if chance.random() < 0.3:
            spelling = chance.choice(person.spellings())
        barred = any(one.person == person and one.in_force(on) for one in child.orders)
        wanted = listed is not None and listed.word is not cases.Pickup.DENIED
        word = any(one == person and on <= until for one, _, until in child.authorised)
        says_no = chance.random() < 0.01
        return Attempt(
            on=on,
            child=child,
            person=person,
            spelling=spelling,
            listed=listed,
            purpose=cases.Purpose.VISIT if chance.random() < 0.15 else cases.Purpose.RELEASE,
            list_age=timedelta(hours=hours),
            list_of=list_of,
            offline=chance.random() < 0.01,
            change_waits=chance.random() < 0.02,
            gone=chance.random() < 0.02,
            says_no=says_no,
            has_id=chance.random() < 0.93,
            gives_birth=chance.random() < 0.3,
            rightful=(wanted or word) and not barred and not says_no,
        )

    def _who(self, child: Child) -> Person:
        """Mostly somebody of the family; now and then one of an order, a stranger, or a son."""
        chance = self.random
        draw = chance.random()
        if draw < 0.78 and child.listed:
            return chance.choice(child.listed).person
        if draw < 0.86 and child.orders:
            return chance.choice(child.orders).person
        if draw < 0.92 and child.authorised:
            return child.authorised[0][0]
        if draw < 0.95 and child.listed:
            father = child.listed[min(1, len(child.listed) - 1)].person
            born = father.born + timedelta(days=9_000)
            return Person(next(self._numbers), father.given, father.family, born, "Jr")
        others = [one for one in FAMILY if one != child.family]
        return self._person(chance.choice(others), not_given=child.given_names)


def case_of(attempt: Attempt) -> cases.Case:
    """Write an attempt down as the desk knows it."""
    child, on = attempt.child, attempt.on
    seen = [one for one in child.listed if one.since <= attempt.list_of]
    current = [one for one in seen if one.on_list(attempt.list_of)]
    former = [one for one in seen if not one.on_list(attempt.list_of)]
    now = datetime(on.year, on.month, on.day, 13, 42, tzinfo=UTC)
    left = cases.Attendance.LEFT if attempt.gone else cases.Attendance.IN_CLASS
    near = Namesake(student_id="other", nearness=Nearness.SAME_NAME)
    return cases.Case(
        purpose=attempt.purpose,
        now=now,
        school_id="school",
        student=cases.Student(
            id="child",
            name=f"{child.given} {child.family}",
            grade="2",
            school_ids=frozenset({"school"}),
            active=True,
            hold="Nurse clears first" if child.held else "",
        ),
        today=cases.Today(attendance=left, left_at=now if attempt.gone else None),
        adult=cases.Adult(
            name=attempt.name,
            chosen_id=attempt.listed.adult_id if attempt.listed else None,
            birth_on=attempt.person.born if attempt.gives_birth else None,
        ),
        contacts=tuple(_contact(one) for one in current),
        former_contacts=tuple(_contact(one, gone=True) for one in former),
        restrictions=tuple(_restriction(one) for one in child.orders),
        authorisations=tuple(
            _authorisation(one, giver, until, now) for one, giver, until in child.authorised
        ),
        namesakes=(near,) if child.namesake else (),
        freshness=cases.Freshness(
            age=attempt.list_age,
            sync_held=attempt.change_waits,
            change_about_student=attempt.change_waits,
            offline=attempt.offline,
        ),
        policy=cases.Policy(),
        evidence=frozenset({Evidence.PHOTO_ID}) if attempt.has_id else frozenset(),
        child_objects=attempt.says_no,
    )


def _name(person: Person) -> PersonName:
    return PersonName(given=person.given, family=f"{person.family} {person.suffix}".strip())


def _contact(one: Listed, *, gone: bool = False) -> cases.Contact:
    said = cases.PickupWord(state=one.word, source="the school", said_on=one.since)
    return cases.Contact(
        adult_id=one.adult_id,
        name=_name(one.person),
        role=one.role,
        pickup_words=() if one.word is cases.Pickup.UNSET else (said,),
        listed_since=one.since,
        gone_on=one.until if gone else None,
    )


def _restriction(one: Order) -> cases.Restriction:
    given, _, family = one.person.spelled(one.spelling).rpartition(" ")
    if one.spelling is not Spelling.SWAPPED:
        words = one.person.spelled(one.spelling).split()
        given, family = words[0], " ".join(words[1:])
    return cases.Restriction(
        id=str(one.number),
        names=(PersonName(given=given, family=family),),
        effects=one.effects,
        scope=cases.Scope.STUDENTS,
        student_ids=frozenset({"child"}),
        birth_on=one.person.born if one.knows_birth else None,
        from_on=one.from_on,
        until_on=one.until_on,
    )


def _authorisation(
    person: Person, giver: Listed, until: date, now: datetime
) -> cases.Authorisation:
    return cases.Authorisation(
        id=str(person.number),
        name=_name(person),
        valid_from=now - timedelta(hours=1),
        valid_until=datetime(until.year, until.month, until.day, 23, 59, tzinfo=UTC),
        uses_left=1,
        given_by_id=giver.adult_id,
        given_by=f"{giver.person.given} {giver.person.family}",
        verified_how="called",
    )
