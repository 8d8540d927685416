"""One homeroom teacher for each homeroom; some of them are parents here as well."""

from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.households import STAFF
from schoolgate.sandbox.invented.names import BOYS, FAMILIES, GIRLS
from schoolgate.sandbox.invented.people import TEACHER, Person, mail_address, phone_number
from schoolgate.sandbox.invented.school_year import moment_of
from schoolgate.sandbox.invented.schools import Homeroom

# Sorts after the ids of families, which begin with a digit.
_PREFIX = "staff-"


def staff_id(number: int) -> str:
    return f"{_PREFIX}{number:06d}"


def staff_number(sourced_id: str) -> int | None:
    number = sourced_id.removeprefix(_PREFIX)
    if not number.isdecimal() or staff_id(int(number)) != sourced_id:
        return None
    return int(number)


def staff_member(seed: int, number: int, homeroom: Homeroom, *, parent: Person | None) -> Person:
    """Make the teacher of a homeroom. A `parent` lends her name: one person, two records."""
    dice = Dice(seed, STAFF, number)
    given, family = dice.pick(GIRLS + BOYS), dice.pick(FAMILIES)
    if parent is not None:
        given, family = parent.given, parent.family
    return Person(
        id=staff_id(number),
        role=TEACHER,
        given=given,
        family=family,
        modified=moment_of(0),
        schools=(homeroom.school.number,),
        identifier=f"T{number:05d}",
        email=mail_address(dice, given, family, number),
        phone=phone_number(dice),
    )
