"""Many orders from one file: each held against the lists and the register, then added at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.db import transaction

from schoolgate.frontdesk.desk import Desk
from schoolgate.roster.folding import fold
from schoolgate.roster.list_file import BadLine
from schoolgate.roster.models import Effect, Restriction, State, Student
from schoolgate.roster.restriction_file import SCHOOL, Order, RestrictionFile
from schoolgate.roster.restrictions import CannotRestrict, add_restriction

SALT = "frontdesk.register.load.2"
# A preview that stood open longer is looked at anew.
GOOD_FOR = timedelta(minutes=30)


class PreviewTooOld(Exception):
    """The preview is of another person, another school or another time."""


@dataclass(frozen=True, kw_only=True)
class ToAdd:
    """A line that can be added, and the students whom it protects."""

    order: Order
    students: tuple[Student, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a file comes to. `known` stand in the register already, word for word."""

    to_add: tuple[ToAdd, ...]
    known: tuple[Order, ...]
    bad: tuple[BadLine, ...]


def preview(desk: Desk, read: RestrictionFile) -> Preview:
    """Say of every line what would become of it. Changes nothing."""
    by_number = _students(desk, read.orders)
    standing = _standing(desk)
    to_add: list[ToAdd] = []
    known: list[Order] = []
    bad = list(read.bad)
    for order in read.orders:
        unknown = [number for number in order.numbers if number not in by_number]
        if unknown:
            bad.append(
                BadLine(
                    order.number,
                    f"No student of the district has the number {', '.join(unknown)}.",
                    "Correct the number, or add this order by hand.",
                )
            )
            continue
        students = [one for number in order.numbers for one in by_number[number]]
        key = _key(desk, order, (one.pk for one in students))
        if key in standing:
            known.append(order)
            continue
        # A line that comes twice in the file is one order.
        standing.add(key)
        to_add.append(ToAdd(order=order, students=tuple(students)))
    return Preview(
        to_add=tuple(to_add),
        known=tuple(known),
        bad=tuple(sorted(bad, key=lambda one: one.number)),
    )


@transaction.atomic
def add_all(desk: Desk, shown: Preview) -> list[Restriction]:
    """Add every order of a preview, or none. Raises CannotRestrict."""
    return [_add(desk, one) for one in shown.to_add]


def seal(desk: Desk, read: RestrictionFile) -> str:
    """Write down what was read, so that exactly this is added when the person says so."""
    orders = [_as_text(order) for order in read.orders]
    whose = {"by": desk.by.pk, "school": desk.school.pk}
    return signing.dumps({**whose, "orders": orders}, salt=SALT, compress=True)


def unseal(desk: Desk, sealed: str) -> RestrictionFile:
    """Read it again. Raises PreviewTooOld."""
    try:
        seen: dict[str, Any] = signing.loads(sealed, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise PreviewTooOld from None
    if (seen["by"], seen["school"]) != (desk.by.pk, desk.school.pk):
        raise PreviewTooOld
    return RestrictionFile(orders=[_of_text(one) for one in seen["orders"]])


def _students(desk: Desk, orders: Iterable[Order]) -> dict[str, list[Student]]:
    """By number: a child whom two sources list stands twice, and is protected under both."""
    numbers = {number for order in orders for number in order.numbers}
    found: dict[str, list[Student]] = defaultdict(list)
    rows = Student.objects.filter(
        district_id=desk.school.district_id, state=State.ACTIVE, identifier__in=numbers
    )
    for student in rows.order_by("id"):
        found[student.identifier].append(student)
    return found


Key = tuple[str, int | None, frozenset[int], tuple[str, ...]]


def _standing(desk: Desk) -> set[Key]:
    rows = Restriction.objects.filter(district_id=desk.school.district_id, lifted_at=None)
    return {
        (
            fold(one.name),
            one.school_id,
            frozenset(student.pk for student in one.students.all()),
            tuple(sorted(one.effects)),
        )
        for one in rows.prefetch_related("students")
    }


def _key(desk: Desk, order: Order, students: Iterable[int]) -> Key:
    name = fold(f"{order.given_name} {order.family_name}")
    school = desk.school.pk if order.scope == SCHOOL else None
    return name, school, frozenset(students), tuple(sorted(order.effects))


def _add(desk: Desk, one: ToAdd) -> Restriction:
    order = one.order
    try:
        return add_restriction(
            desk.school.district,
            given_name=order.given_name,
            family_name=order.family_name,
            other_names=order.other_names,
            effects=[Effect(effect) for effect in order.effects],
            from_on=order.from_on or desk.today,
            until_on=order.until_on,
            students=one.students,
            school=desk.school if order.scope == SCHOOL else None,
            instruction=order.instruction,
            order_reference=order.order_reference,
            by=desk.by,
            at=desk.now,
        )
    except CannotRestrict as why_not:
        raise CannotRestrict(f"Line {order.number}: {why_not} Nothing was added.") from None


def _as_text(order: Order) -> dict[str, Any]:
    days = {"from_on": order.from_on, "until_on": order.until_on}
    return {**asdict(order), **{name: day and day.isoformat() for name, day in days.items()}}


def _of_text(said: dict[str, Any]) -> Order:
    parts = {name: tuple(said[name]) for name in ("other_names", "numbers", "effects")}
    days = {
        name: date.fromisoformat(said[name]) if said[name] else None
        for name in ("from_on", "until_on")
    }
    return Order(**{**said, **parts, **days})
