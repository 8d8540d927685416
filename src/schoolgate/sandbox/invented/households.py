"""Family number i of a district, made from nothing but the seed and i."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as altered
from functools import cached_property

from msgspec.structs import replace

from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.names import (
    BOYS,
    FAMILIES,
    GIRLS,
    VIETNAMESE_FAMILIES,
    VIETNAMESE_GIVEN,
)
from schoolgate.sandbox.invented.people import (
    STUDENT,
    Family,
    Person,
    born_in_grade,
    mail_address,
    person_id,
    phone_number,
)
from schoolgate.sandbox.invented.school_year import moment_of
from schoolgate.sandbox.invented.schools import Level, School

# What the dice are thrown for, so that no two draws of a district share a key.
SHAPE, FAMILY, STAFF, DAY = range(4)

# How many adults and children families list, and how often of a thousand: 1.8 adults a student.
_ADULTS = ((0, 6), (1, 104), (2, 380), (3, 230), (4, 200), (5, 80))
_CHILDREN = ((1, 550), (2, 330), (3, 100), (4, 20))
_ADULTS_LADDER = tuple(count for count, often in _ADULTS for _ in range(often))
_CHILDREN_LADDER = tuple(count for count, often in _CHILDREN for _ in range(often))
# In every forty families one has a child named like a child of the family before it, in the same
# school and grade; another has one whose name is a letter apart.
_NAMESAKE_EVERY, _NAMESAKE_AT, _NEAR_NAME_AT = 40, 7, 17
_PARENTS = 2
_ROLES = ("parent",) * 7 + ("relative",) * 2 + ("guardian",)
_BOY, _GIRL = "male", "female"
_FIRST_MIDDLE_GRADE = "06"
_ROOMS = 64


def draw_shape(dice: Dice) -> tuple[int, int]:
    """Say how many children and adults a family has."""
    return dice.pick(_CHILDREN_LADDER), dice.pick(_ADULTS_LADDER)


@dataclass(frozen=True)
class Town:
    """What all families of a district have in common."""

    seed: int
    schools: tuple[School, ...]

    @cached_property
    def grades(self) -> tuple[str, ...]:
        levels = {school.level for school in self.schools}
        return tuple(grade for level in Level if level in levels for grade in level.grades)

    @cached_property
    def schools_by_grade(self) -> dict[str, tuple[int, ...]]:
        return {
            grade: tuple(s.number for s in self.schools if grade in s.level.grades)
            for grade in self.grades
        }


@dataclass(frozen=True)
class _Household:
    """The first draws of a family: what a namesake family copies."""

    name: str
    vietnamese: bool
    neighbourhood: int
    sex: str
    given: str
    grade: str


@dataclass(frozen=True)
class _Slot:
    """Where in the district a person stands, and who is linked to her."""

    family: int
    member: int
    linked: tuple[str, ...]
    modified: str

    @property
    def id(self) -> str:
        return person_id(self.family, self.member)


def found_family(
    town: Town, number: int, *, shape: tuple[int, int], modified: str = moment_of(0)
) -> Family:
    """Make a family: its students first, then its adults, linked on both sides."""
    dice = Dice(town.seed, FAMILY, number)
    home = _household(town, dice, number)
    children, adults = shape
    slots = _slots(dice, number, shape, modified)
    students = [_student(town, dice, home, slot) for slot in slots[:children]]
    students[0] = _student_of_household(town, dice, home, students[0])
    if children > 1 and dice.chance(0.04):
        students[1] = _twin_of(students[0], students[1])
    grown = [_adult(dice, home, slot) for slot in slots[children:]]
    if adults > 1 and home.sex == _BOY and dice.chance(0.02):
        students[0] = replace(students[0], family=f"{home.name} Jr")
        grown[1] = replace(grown[1], given=home.given, family=f"{home.name} Sr")
    if adults == 1 and dice.chance(0.1):
        grown[0] = replace(grown[0], role="relative")
    return (*students, *(at_schools_of(adult, students) for adult in grown))


def new_student(town: Town, dice: Dice, sibling: Person, *, member: int, modified: str) -> Person:
    """Add a child to a family that is already there: the same adults, the same family name."""
    vietnamese = sibling.family in VIETNAMESE_FAMILIES
    home = _draw_household(town, dice)
    home = altered(home, name=sibling.family.removesuffix(" Jr"), vietnamese=vietnamese)
    number = int(sibling.id.partition("-")[0])
    return _student(town, dice, home, _Slot(number, member, sibling.linked, modified))


def new_adult(
    town: Town, dice: Dice, students: Sequence[Person], *, member: int, modified: str
) -> Person:
    """Make an adult who is listed from now on for all of these students."""
    number = int(students[0].id.partition("-")[0])
    slot = _Slot(number, member, tuple(s.id for s in students), modified)
    home = _draw_household(town, dice)
    return at_schools_of(_adult(dice, home, slot), students)


def at_schools_of(adult: Person, students: Sequence[Person]) -> Person:
    """Give an adult the schools of the students she is linked to; of none, and she keeps hers."""
    numbers = {n for s in students if s.id in adult.linked and not s.gone for n in s.schools}
    return replace(adult, schools=tuple(sorted(numbers)) or adult.schools)


def _household(town: Town, dice: Dice, number: int) -> _Household:
    home = _draw_household(town, dice)
    turn = number % _NAMESAKE_EVERY
    if turn not in (_NAMESAKE_AT, _NEAR_NAME_AT):
        return home
    other = _draw_household(town, Dice(town.seed, FAMILY, number - 1))
    if turn == _NAMESAKE_AT:
        return other
    return altered(other, given=_a_letter_apart(other.given))


def _draw_household(town: Town, dice: Dice) -> _Household:
    vietnamese = dice.chance(0.04)
    sex = _GIRL if dice.chance(0.5) else _BOY
    return _Household(
        name=dice.pick(VIETNAMESE_FAMILIES if vietnamese else FAMILIES),
        vietnamese=vietnamese,
        neighbourhood=dice.below(1 << 20),
        sex=sex,
        given=_given(dice, sex, vietnamese=vietnamese),
        grade=dice.pick(town.grades),
    )


def _slots(dice: Dice, number: int, shape: tuple[int, int], modified: str) -> list[_Slot]:
    children, adults = shape
    child_ids = [person_id(number, 1 + n) for n in range(children)]
    adult_ids = [person_id(number, 1 + children + n) for n in range(adults)]
    separated = children > 1 and dice.chance(0.08)
    of_adult = [
        [dice.pick(child_ids)]
        if (n >= _PARENTS and dice.chance(0.5)) or (n == 1 and separated)
        else child_ids
        for n in range(adults)
    ]
    of_child = [
        [a for a, linked in zip(adult_ids, of_adult, strict=True) if child in linked]
        for child in child_ids
    ]
    return [
        _Slot(number, member, tuple(linked), modified)
        for member, linked in enumerate((*of_child, *of_adult), start=1)
    ]


def _student(town: Town, dice: Dice, home: _Household, slot: _Slot) -> Person:
    sex = _GIRL if dice.chance(0.5) else _BOY
    grade = dice.pick(town.grades)
    given = _given(dice, sex, vietnamese=home.vietnamese)
    identifier = str(100_000 + slot.family * 16 + slot.member)
    with_mail = grade >= _FIRST_MIDDLE_GRADE and grade != "KG"
    return Person(
        id=slot.id,
        role=STUDENT,
        given=given,
        family=home.name,
        middle=dice.pick("ABCDEFGHJKLMNPRST") + "." if dice.chance(0.4) else "",
        modified=slot.modified,
        schools=_schools(town, dice, home, grade),
        linked=slot.linked,
        grade=grade,
        room=dice.below(_ROOMS),
        identifier=identifier,
        email=f"s{identifier}@students.example.org" if with_mail else "",
        born=born_in_grade(grade, f"{1 + dice.below(12):02d}-{1 + dice.below(28):02d}"),
        sex=sex,
    )


def _student_of_household(town: Town, dice: Dice, home: _Household, student: Person) -> Person:
    return replace(
        student,
        given=home.given,
        sex=home.sex,
        grade=home.grade,
        born=born_in_grade(home.grade, student.born[-5:]),
        schools=_schools(town, dice, home, home.grade),
    )


def _adult(dice: Dice, home: _Household, slot: _Slot) -> Person:
    member = slot.member
    sex = _GIRL if dice.chance(0.55) else _BOY
    given, family = _given(dice, sex, vietnamese=home.vietnamese), home.name
    if not dice.chance(0.7):
        family = dice.pick(FAMILIES)
    if dice.chance(0.06):
        family = f"{home.name}-{dice.pick(FAMILIES)}"
    if home.vietnamese and dice.chance(0.5):
        given, family = family, given
    return Person(
        id=slot.id,
        role=dice.pick(_ROLES),
        given=given,
        family=family,
        modified=slot.modified,
        linked=slot.linked,
        email=mail_address(dice, given, family, member) if dice.chance(0.9) else "",
        phone=phone_number(dice),
        sms=phone_number(dice) if dice.chance(0.6) else "",
        sex=sex,
    )


def _given(dice: Dice, sex: str, *, vietnamese: bool) -> str:
    if vietnamese:
        return dice.pick(VIETNAMESE_GIVEN)
    return dice.pick(GIRLS if sex == _GIRL else BOYS)


def _schools(town: Town, dice: Dice, home: _Household, grade: str) -> tuple[int, ...]:
    choices = town.schools_by_grade[grade]
    school = choices[home.neighbourhood % len(choices)]
    if dice.chance(0.06):
        school = dice.pick(choices)
    second = dice.below(len(town.schools))
    if dice.chance(0.008) and second != school:
        return school, second
    return (school,)


def _twin_of(first: Person, second: Person) -> Person:
    return replace(
        second,
        given=_a_letter_apart(first.given),
        grade=first.grade,
        schools=first.schools,
        born=first.born,
        sex=first.sex,
    )


def _a_letter_apart(name: str) -> str:
    return name[:-1] + ("e" if name[-1] != "e" else "a")
