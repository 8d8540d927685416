"""A person as the sandbox's SIS keeps her: one record per role, families linked by ids."""

import unicodedata

import msgspec

from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.names import MAIL_DOMAINS

STUDENT = "student"
TEACHER = "teacher"
_KINDERGARTEN_BORN = 2021
ADULT_ROLES = ("parent", "guardian", "relative")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One user record. `linked` holds the ids at the other end of `agents`, on both sides."""

    id: str
    role: str
    given: str
    family: str
    modified: str
    middle: str = ""
    # Numbers of schools; for an adult those of the students she is linked to.
    schools: tuple[int, ...] = ()
    linked: tuple[str, ...] = ()
    grade: str = ""
    # Which of the homerooms of her grade; taken modulo the number of rooms.
    room: int = 0
    identifier: str = ""
    email: str = ""
    phone: str = ""
    sms: str = ""
    born: str = ""
    sex: str = ""
    # Withdrawn: served as `tobedeleted`, or not at all, as the district is set.
    gone: bool = False


Family = tuple[Person, ...]


def person_id(family: int, member: int) -> str:
    """Ids sort as the people stand in the district, so that `sort=sourcedId` costs nothing."""
    return f"{family:07d}-{member:02d}"


def family_of(sourced_id: str) -> tuple[int, int] | None:
    """Read the family and the member out of a person id; None when it is no such id."""
    family, dash, member = sourced_id.partition("-")
    well_formed = dash and family.isdecimal() and member.isdecimal()
    if not well_formed or person_id(int(family), int(member)) != sourced_id:
        return None
    return int(family), int(member)


_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae"})


def plain(name: str) -> str:
    """`Đặng O'Brien` as a mail address has it: `dangobrien`. Some letters have no decomposition."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


def mail_address(dice: Dice, given: str, family: str, member: int) -> str:
    return f"{plain(given)}.{plain(family)}{member}@{dice.pick(MAIL_DOMAINS)}"


def phone_number(dice: Dice) -> str:
    """Draw from the range kept free for invented people: 555-0100 to 555-0199."""
    return f"({dice.pick(('206', '253', '360', '425'))}) 555-01{dice.below(100):02d}"


def born_in_grade(grade: str, birthday: str) -> str:
    """Choose a birth date that fits a grade; `birthday` is month and day."""
    years = 0 if grade == "KG" else int(grade)
    return f"{_KINDERGARTEN_BORN - years}-{birthday}"
