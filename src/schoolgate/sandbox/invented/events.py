"""What can happen to a family.

Each event gives the family as it is afterwards, or None when it cannot happen to this one.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.households import Town, at_schools_of, new_adult, new_student
from schoolgate.sandbox.invented.names import FAMILIES
from schoolgate.sandbox.invented.people import (
    ADULT_ROLES,
    STUDENT,
    Family,
    Person,
    mail_address,
    phone_number,
)

_MOST_MEMBERS = 12


@dataclass(frozen=True)
class Scene:
    """A family on the day on which something happens to it."""

    town: Town
    dice: Dice
    family: Family
    modified: str

    @property
    def students(self) -> list[Person]:
        return [p for p in self.family if p.role == STUDENT and not p.gone]

    @property
    def guardians(self) -> list[Person]:
        here = {s.id for s in self.students}
        adults = (p for p in self.family if p.role in ADULT_ROLES and not p.gone)
        return [p for p in adults if here.intersection(p.linked)]

    @property
    def next_member(self) -> int:
        return len(self.family) + 1

    def pick(self, people: list[Person]) -> Person | None:
        return self.dice.pick(people) if people else None


def touched(before: Family, after: Family, *, modified: str) -> Family:
    """Bring the adults' schools into line with their students', and date what differs."""
    students = [p for p in after if p.role == STUDENT]
    settled = [p if p.role == STUDENT else at_schools_of(p, students) for p in after]
    return tuple(p if p in before else replace(p, modified=modified) for p in settled)


def transfer(scene: Scene) -> Family | None:
    """Move a student to another school of her level.

    Where there is none she gets a second school, or gives it up.
    """
    student = scene.pick(scene.students)
    if student is None:
        return None
    choices = scene.town.schools_by_grade[student.grade]
    others = [n for n in choices if n not in student.schools]
    if others:
        return _with(scene, replace(student, schools=(scene.dice.pick(others),)))
    if len(student.schools) > 1:
        return _with(scene, replace(student, schools=student.schools[:1]))
    second = [s.number for s in scene.town.schools if s.number not in student.schools]
    return _with(scene, replace(student, schools=(*student.schools, scene.dice.pick(second))))


def withdraw(scene: Scene) -> Family | None:
    """Let a student leave. Of the adults nobody links any more the SIS forgets some."""
    student = scene.pick(scene.students)
    if student is None:
        return None
    staying = {s.id for s in scene.students} - {student.id}
    forgotten = [
        replace(g, gone=True)
        for g in scene.guardians
        if not staying.intersection(g.linked) and scene.dice.chance(0.5)
    ]
    return _with(scene, replace(student, gone=True), *forgotten)


def return_student(scene: Scene) -> Family | None:
    student = scene.pick([p for p in scene.family if p.role == STUDENT and p.gone])
    if student is None:
        return None
    back = [replace(p, gone=False) for p in scene.family if p.gone and p.id in student.linked]
    return _with(scene, replace(student, gone=False), *back)


def lose_custody(scene: Scene) -> Family | None:
    """Take an adult off one child's list; the link goes on both sides."""
    student = scene.pick([s for s in scene.students if s.linked])
    guardian = student and scene.pick([g for g in scene.guardians if student.id in g.linked])
    if student is None or guardian is None:
        return None
    return _with(
        scene,
        replace(student, linked=tuple(i for i in student.linked if i != guardian.id)),
        replace(guardian, linked=tuple(i for i in guardian.linked if i != student.id)),
    )


def new_guardian(scene: Scene) -> Family | None:
    students = scene.students
    if not students or scene.next_member > _MOST_MEMBERS:
        return None
    adult = new_adult(
        scene.town, scene.dice, students, member=scene.next_member, modified=scene.modified
    )
    linked = [replace(s, linked=(*s.linked, adult.id)) for s in students]
    return (*_with(scene, *linked), adult)


def new_sibling(scene: Scene) -> Family | None:
    sibling = scene.pick(scene.students)
    if sibling is None or scene.next_member > _MOST_MEMBERS:
        return None
    student = new_student(
        scene.town, scene.dice, sibling, member=scene.next_member, modified=scene.modified
    )
    linked = [
        replace(p, linked=(*p.linked, student.id)) for p in scene.family if p.id in student.linked
    ]
    return (*_with(scene, *linked), student)


def change_student(scene: Scene) -> Family | None:
    """Give a student a new family name, or put her grade right within her school's level."""
    student = scene.pick(scene.students)
    if student is None:
        return None
    here = scene.town.schools[student.schools[0]].level.grades
    grades = [grade for grade in here if grade != student.grade]
    if scene.dice.chance(0.5) and student.grade in here:
        return _with(scene, replace(student, grade=scene.dice.pick(grades)))
    return _with(scene, replace(student, family=_other_name(scene.dice, student.family)))


def change_guardian_name(scene: Scene) -> Family | None:
    guardian = scene.pick(scene.guardians)
    if guardian is None:
        return None
    return _with(scene, replace(guardian, family=_other_name(scene.dice, guardian.family)))


def change_contact(scene: Scene) -> Family | None:
    """Give a guardian a new telephone number or a new mail address."""
    guardian = scene.pick(scene.guardians)
    if guardian is None:
        return None
    phone = phone_number(scene.dice)
    if scene.dice.chance(0.6) and phone != guardian.phone:
        return _with(scene, replace(guardian, phone=phone))
    member = scene.dice.below(90) + 10
    email = mail_address(scene.dice, guardian.given, guardian.family, member)
    return _with(scene, replace(guardian, email=email))


def _other_name(dice: Dice, name: str) -> str:
    return dice.pick([other for other in FAMILIES if other != name])


def _with(scene: Scene, *changed: Person) -> Family:
    new = {person.id: person for person in changed}
    return tuple(new.get(person.id, person) for person in scene.family)
