"""A synthetic district of any size. The same seed and size give the same district everywhere.

A family is made when it is asked for and forgotten again; only the size of each family (a byte) and
the families that a day changed are kept. So a district of a million students takes a few megabytes,
and a page of any collection costs what is on the page.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Literal, overload

from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.households import SHAPE, Town, draw_shape, found_family
from schoolgate.sandbox.invented.memorable import memorable_families
from schoolgate.sandbox.invented.people import STUDENT, Family, Person, family_of
from schoolgate.sandbox.invented.schools import Homeroom, School, homerooms, open_schools
from schoolgate.sandbox.invented.staff import staff_member, staff_number

Deletes = Literal["tobedeleted", "absence"]

_BLOCK = 256
_MOST_CHILDREN_SHIFT = 4


class District:
    """Maple Valley School District: its schools and its people.

    `deletes` says how a withdrawn student looks to a reader: her row stays, as `tobedeleted`, or it
    is simply absent.

    Raises:
        ValueError: fewer students than the memorable families have, or fewer than two schools.
    """

    name = "Maple Valley School District"
    id = "district-maple-valley"

    def __init__(
        self,
        students: int = 10_000,
        *,
        seed: int = 1,
        schools: int | None = None,
        deletes: Deletes = "tobedeleted",
    ) -> None:
        self.students = students
        self.seed = seed
        self.deletes = deletes
        self.schools: tuple[School, ...] = open_schools(students=students, schools=schools)
        self.homerooms: tuple[Homeroom, ...] = homerooms(self.schools)
        self.town = Town(seed, self.schools)
        self.memorable = memorable_families()
        # The school days lived so far.
        self.day = 0
        # Ids of students and guardians who have been here and left.
        self.departed: set[str] = set()
        self._changed: dict[int, Family] = {}
        self._shapes = array("B", self._draw_shapes())
        self._sizes = array("B", map(len, self.memorable))
        self._sizes.extend(sum(_unpacked(shape)) for shape in self._shapes)
        self._index_blocks()

    @property
    def families(self) -> int:
        return len(self._sizes)

    @property
    def changed_families(self) -> Sequence[int]:
        """Numbers of the families that a day has changed, in order."""
        return sorted(self._changed)

    def family(self, number: int) -> Family:
        """Give a family with all that happened to it, withdrawn students included."""
        if number in self._changed:
            return self._changed[number]
        first = len(self.memorable)
        if number < first:
            return self.memorable[number]
        return found_family(self.town, number, shape=_unpacked(self._shapes[number - first]))

    def served_family(self, number: int) -> Family:
        """Give the members of a family that the SIS shows."""
        family = self.family(number)
        if self.deletes == "tobedeleted" or number not in self._changed:
            return family
        return tuple(person for person in family if not person.gone)

    def change_families(self, changed: dict[int, Family]) -> None:
        """Take over what a day did. New families have the numbers that follow the last one's."""
        for number in sorted(changed):
            self._changed[number] = changed[number]
            if number == len(self._sizes):
                self._sizes.append(0)
            self._sizes[number] = len(self.served_family(number))
        self._index_blocks()

    def person(self, sourced_id: str) -> Person | None:
        """Find the person with this id as the SIS shows her; None when it shows no such person."""
        number = staff_number(sourced_id)
        if number is not None and number < len(self.homerooms):
            return self._staff(number)
        where = family_of(sourced_id)
        if where is None or where[0] >= self.families:
            return None
        return next((p for p in self.served_family(where[0]) if p.id == sourced_id), None)

    @property
    def people(self) -> "People":
        """Everybody the SIS shows, in the order of their ids."""
        return People(self)

    def people_from(self, position: int) -> Iterator[Person]:
        """Everybody the SIS shows from this position on."""
        if position < self._in_families:
            block = bisect_right(self._blocks, position) - 1
            skipped = position - self._blocks[block]
            for number in range(block * _BLOCK, self.families):
                size = self._sizes[number]
                if skipped < size:
                    yield from self.served_family(number)[skipped:]
                skipped = max(0, skipped - size)
        for number in range(max(0, position - self._in_families), len(self.homerooms)):
            yield self._staff(number)

    def count_people(self) -> int:
        return self._in_families + len(self.homerooms)

    def _staff(self, number: int) -> Person:
        first = len(self.memorable)
        # One in seven is also a parent here, under a second record (trap T-12).
        other = Dice(self.seed, SHAPE, number).below(max(1, len(self._shapes)))
        parent = None
        if number % 7 == 0 and self._shapes:
            shape = _unpacked(self._shapes[other])
            parent = next(
                iter(found_family(self.town, first + other, shape=shape)[shape[0] :]), None
            )
        return staff_member(self.seed, number, self.homerooms[number], parent=parent)

    def _draw_shapes(self) -> Iterator[int]:
        dice = Dice(self.seed, SHAPE)
        missing = self.students - sum(p.role == STUDENT for f in self.memorable for p in f)
        if missing < 0:
            raise ValueError(f"a district has at least {self.students - missing} students")
        while missing > 0:
            children, adults = draw_shape(dice)
            children = min(children, missing)
            missing -= children
            yield (children << _MOST_CHILDREN_SHIFT) + adults

    def _index_blocks(self) -> None:
        sums = (
            sum(self._sizes[start : start + _BLOCK]) for start in range(0, self.families, _BLOCK)
        )
        self._blocks = [0, *accumulate(sums)]
        self._in_families = self._blocks[-1]


class People(Sequence[Person]):
    """The people of a district as a sequence that makes them as they are looked at."""

    def __init__(self, district: District) -> None:
        self._district = district

    def __len__(self) -> int:
        return self._district.count_people()

    def __iter__(self) -> Iterator[Person]:
        return self._district.people_from(0)

    def starting_at(self, position: int) -> Iterator[Person]:
        return self._district.people_from(position)

    @overload
    def __getitem__(self, at: int) -> Person: ...
    @overload
    def __getitem__(self, at: slice) -> list[Person]: ...
    def __getitem__(self, at: int | slice) -> Person | list[Person]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            if step == 1:
                return list(islice(self._district.people_from(start), max(0, stop - start)))
            return [self[position] for position in range(start, stop, step)]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return next(self._district.people_from(at))


def _unpacked(shape: int) -> tuple[int, int]:
    return shape >> _MOST_CHILDREN_SHIFT, shape & ((1 << _MOST_CHILDREN_SHIFT) - 1)
