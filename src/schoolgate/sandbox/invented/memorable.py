"""The families that come first in every district: the ones the documents and the demo speak of.

No day changes them, so that a screen made today looks the same after a year of days.
"""

from dataclasses import dataclass

from schoolgate.sandbox.invented.people import STUDENT, Family, Person, born_in_grade, person_id
from schoolgate.sandbox.invented.school_year import moment_of

OAK, FIR = 0, 1


@dataclass(frozen=True)
class _Child:
    given: str
    family: str
    grade: str
    school: int = OAK
    middle: str = ""
    birthday: str = "03-14"


@dataclass(frozen=True)
class _Adult:
    given: str
    family: str
    role: str = "parent"
    # Members of the family, counted from 1; none named means all children.
    children: tuple[int, ...] = ()


_FAMILIES: tuple[tuple[tuple[_Child, ...], tuple[_Adult, ...]], ...] = (
    (
        (_Child("Marisol", "Rivera", "02", middle="J."),),
        (_Adult("Robert", "Rivera"), _Adult("Elena", "Rivera-Cruz")),
    ),
    # The namesake: same school, same grade, another family.
    (
        (_Child("Marisol", "Rivera", "02", middle="L.", birthday="10-02"),),
        (_Adult("Lucía", "Rivera"), _Adult("Dolores", "Vega", "guardian")),
    ),
    # Separated: the father is listed for the older one only.
    (
        (_Child("Marco", "Reyes", "05"), _Child("Ana", "Reyes", "01", birthday="07-21")),
        (_Adult("Carmen", "Reyes"), _Adult("Luis", "Ortega", children=(1,))),
    ),
    ((_Child("Noor", "Al-Hassan", "03"),), (_Adult("Samira", "Al-Hassan", "relative"),)),
    ((_Child("Finn", "O'Neill", "04"),), ()),
    (
        (_Child("José", "García-López", "06", school=FIR),),
        (_Adult("María Elena", "O'Brien"),),
    ),
    (
        (
            _Child("Maya", "Okafor", "03", birthday="12-05"),
            _Child("Mayo", "Okafor", "03", birthday="12-05"),
        ),
        (_Adult("Ada", "Okafor"), _Adult("Chidi", "Okafor"), _Adult("Ngozi", "Eze", "relative")),
    ),
    (
        (_Child("Minh Anh", "Nguyễn", "07", school=FIR),),
        (_Adult("Nguyễn", "Thị Lan"), _Adult("Quốc Bảo", "Đặng")),
    ),
    (
        (_Child("Thomas", "Søndergaard Jr", "KG"), _Child("Maja", "Søndergaard", "08", FIR)),
        (_Adult("Thomas", "Søndergaard Sr"), _Adult("Łucja", "Wójcik")),
    ),
)


def memorable_families() -> tuple[Family, ...]:
    return tuple(
        _family(number, children, adults) for number, (children, adults) in enumerate(_FAMILIES)
    )


def _family(number: int, children: tuple[_Child, ...], adults: tuple[_Adult, ...]) -> Family:
    everyone = tuple(range(1, len(children) + 1))
    links = [
        (child, len(children) + n)
        for n, adult in enumerate(adults, start=1)
        for child in adult.children or everyone
    ]
    students = [
        _student(number, member, child, tuple(a for c, a in links if c == member))
        for member, child in enumerate(children, start=1)
    ]
    return (
        *students,
        *(
            _adult(
                number,
                member,
                adult,
                [s for s in students if person_id(number, member) in s.linked],
            )
            for member, adult in enumerate(adults, start=len(children) + 1)
        ),
    )


def _student(number: int, member: int, child: _Child, adults: tuple[int, ...]) -> Person:
    return Person(
        id=person_id(number, member),
        role=STUDENT,
        given=child.given,
        middle=child.middle,
        family=child.family,
        modified=moment_of(0),
        schools=(child.school,),
        linked=tuple(person_id(number, adult) for adult in adults),
        grade=child.grade,
        identifier=str(100_000 + number * 16 + member),
        born=born_in_grade(child.grade, child.birthday),
    )


def _adult(number: int, member: int, adult: _Adult, students: list[Person]) -> Person:
    return Person(
        id=person_id(number, member),
        role=adult.role,
        given=adult.given,
        family=adult.family,
        modified=moment_of(0),
        schools=tuple(sorted({n for s in students for n in s.schools})),
        linked=tuple(s.id for s in students),
        email=f"family{number}.{member}@example.org",
        phone=f"(206) 555-01{number * 8 + member:02d}",
    )
