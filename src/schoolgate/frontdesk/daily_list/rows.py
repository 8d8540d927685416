"""A whole school on paper, for a day without a network: read at once, said as the desk says it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from schoolgate.frontdesk.cases import ContactRole, Purpose
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import HoldKind, StudentHold
from schoolgate.frontdesk.on_file import order_on_child
from schoolgate.frontdesk.policies import policy_of
from schoolgate.frontdesk.queries import enrolled_at, in_force_of
from schoolgate.frontdesk.student_card import RestrictionBlock, restriction_block
from schoolgate.frontdesk.type_ahead import family_first, grade_in_words, last_four
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Pickup,
    PickupState,
    Relationship,
    RelationshipState,
    Student,
)
from schoolgate.roster.queries import records_of_children
from schoolgate.roster.restrictions import restrictions_by_child

PHONE_DIGITS_SHOWN = 4
DENIED, CLEARED, NOT_STATED = "NOT ALLOWED", "cleared", "pickup not stated"


@dataclass(frozen=True, kw_only=True)
class ContactLine:
    """A contact on paper. `word` is empty for one who counts as listed."""

    name: str
    role: str
    phone: str
    word: str


@dataclass(frozen=True, kw_only=True)
class StudentLine:
    """A student on paper: orders and holds before the contacts."""

    name: str
    grade: str
    last_four: str
    orders: tuple[RestrictionBlock, ...]
    hold: str
    contacts: tuple[ContactLine, ...]
    authorised: tuple[str, ...]


def daily_rows(desk: Desk) -> list[StudentLine]:
    """Give every student of the school, by family name. A fixed number of queries."""
    students = list(enrolled_at(desk.school).order_by("family_name", "given_name", "id"))
    district_id = desk.school.district_id
    records = records_of_children(district_id, students)
    orders = restrictions_by_child(desk.school, _listed_at(desk), records, desk.today)
    contacts = _contacts(desk, records)
    holds = dict(_holds(desk).values_list("student_id", "why"))
    authorised = _authorised(desk)
    return [
        StudentLine(
            name=family_first(one),
            grade=grade_in_words(one.grade),
            last_four=last_four(one.identifier),
            orders=tuple(
                restriction_block(order_on_child(order, one), today=desk.today)
                for order in orders[one.pk]
                if order.from_on <= desk.today
            ),
            hold=holds.get(one.pk, ""),
            contacts=tuple(contacts[one.pk]),
            authorised=tuple(authorised[one.pk]),
        )
        for one in students
    ]


def _here(desk: Desk) -> QuerySet[Student]:
    return enrolled_at(desk.school).values("id")  # type: ignore[return-value]  # ids of students


def _listed_at(desk: Desk) -> dict[int, set[int]]:
    listings = Listing.objects.filter(district_id=desk.school.district_id, student__in=_here(desk))
    found: dict[int, set[int]] = defaultdict(set)
    for student_id, school_id in listings.values_list("student_id", "school_id"):
        found[student_id].add(school_id)
    return found


def _contacts(desk: Desk, records: Mapping[int, Sequence[int]]) -> dict[int, list[ContactLine]]:
    district_id = desk.school.district_id
    counts = {role.value for role in policy_of(desk.school, Purpose.RELEASE).roles_that_count}
    states = {
        (one.student_id, one.guardian_id): one.state
        for one in PickupState.objects.filter(district_id=district_id)
    }
    pairs = (
        Relationship.objects.filter(
            district_id=district_id, state=RelationshipState.CURRENT, student__in=_here(desk)
        )
        .select_related("guardian")
        .order_by("guardian__role", "guardian__family_name", "guardian__given_name", "id")
    )
    found: dict[int, list[ContactLine]] = defaultdict(list)
    for pair in pairs.iterator(chunk_size=2_000):
        said = {states.get((record, pair.guardian_id)) for record in records[pair.student_id]}
        word = ""
        if Pickup.DENIED in said:
            word = DENIED
        elif states.get((pair.student_id, pair.guardian_id)) == Pickup.ALLOWED:
            word = CLEARED
        elif pair.guardian.role not in counts:
            word = NOT_STATED
        found[pair.student_id].append(_contact_line(pair.guardian, word))
    return found


def _contact_line(guardian: Guardian, word: str) -> ContactLine:
    digits = [one for one in guardian.phone or guardian.sms if one.isdigit()]
    known = {role.value for role in ContactRole}
    return ContactLine(
        name=guardian.name,
        role=guardian.role if guardian.role in known else ContactRole.OTHER.value,
        phone="".join(digits[-PHONE_DIGITS_SHOWN:]),
        word=word,
    )


def _holds(desk: Desk) -> QuerySet[StudentHold]:
    return StudentHold.objects.filter(
        district_id=desk.school.district_id,
        student__in=_here(desk),
        kind=HoldKind.ADMINISTRATOR_ONLY,
        ended_at=None,
    )


def _authorised(desk: Desk) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for one in in_force_of(desk.school.district_id, desk.now).filter(student__in=_here(desk)):
        if desk.here(one.valid_from).date() <= desk.today and one.times_used < one.good_for:
            found[one.student_id].append(f"{one.name} (word of {one.given_by.name})")
    return found
