from datetime import date

import pytest
from django.db.models import QuerySet

from cast import a_contact, a_listed_student
from desk_cast import LONG_AGO, an_order_against, marisol_at
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.roster.models import (
    Effect,
    Listing,
    Pickup,
    PickupState,
    Restriction,
    State,
    Student,
)
from schoolgate.roster.queries import records_of_child
from schoolgate.roster.restrictions import (
    CannotRestrict,
    add_restriction,
    restrictions_covering,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def covering(student: Student, school: School) -> QuerySet[Restriction]:
    return restrictions_covering(student, school, TODAY, records=records_of_child(student))


def test_adding_acts_at_once_and_is_on_the_record_by_ids(oak: School) -> None:
    marisol = marisol_at(oak)

    order = an_order_against(marisol)

    assert list(covering(marisol, oak)) == [order]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject) == ("restriction.added", f"restriction:{order.pk}")
    assert entry.detail == {
        "effects": ["no_release"],
        "students": [marisol.pk],
        "school": None,
    }


def test_an_order_about_one_student_leaves_others_alone(oak: School) -> None:
    an_order_against(marisol_at(oak))
    ben = a_listed_student(oak, "Ben", "Dunn")

    assert list(covering(ben, oak)) == []


@pytest.mark.parametrize(
    ("given", "family", "fields"),
    [
        ("MARISÓL", "rivera", {"middle_name": "", "identifier": ""}),
        ("Marisol Jade", "Rivera", {"middle_name": "", "identifier": "9025"}),
        ("Mari-Sol", "Ri Vera", {"middle_name": "", "registration_id": 7}),
        ("Mary", "Vega", {"identifier": "20094471"}),
    ],
)
def test_an_order_binds_under_every_record_of_the_child(
    oak: School, given: str, family: str, fields: dict[str, object]
) -> None:
    old = marisol_at(oak, state=State.DEPARTED)
    order = an_order_against(old)

    again = a_listed_student(oak, given, family, **{"sourced_id": "again", **fields})

    assert list(covering(again, oak)) == [order]


@pytest.mark.parametrize(
    ("given", "family", "identifier"),
    [("Marisol", "Riviera", ""), ("Ana", "Rivera", ""), ("Ben", "Dunn", "4471")],
)
def test_an_order_leaves_a_student_of_another_name_and_number_alone(
    oak: School, given: str, family: str, identifier: str
) -> None:
    an_order_against(marisol_at(oak, identifier=""))

    other = a_listed_student(oak, given, family, sourced_id="other", identifier=identifier)

    assert list(covering(other, oak)) == []


def test_an_order_does_not_follow_a_name_into_another_district(oak: School, pine: School) -> None:
    an_order_against(marisol_at(oak))

    assert list(covering(marisol_at(pine), pine)) == []


def test_a_denial_finds_the_other_records_of_the_child_and_a_clearance_does_not(
    oak: School,
) -> None:
    denied, cleared = marisol_at(oak, sourced_id="one"), marisol_at(oak, sourced_id="two")
    for student, state in ((denied, Pickup.DENIED), (cleared, Pickup.ALLOWED)):
        PickupState.objects.create(
            district=oak.district,
            student=student,
            guardian=a_contact(student, sourced_id=f"adult of {student.sourced_id}"),
            state=state,
            set_at=LONG_AGO,
        )

    again = marisol_at(oak, sourced_id="again")

    assert records_of_child(again) == [again.pk, denied.pk]


def test_an_order_of_a_school_covers_its_students_at_every_desk(oak: School, fir: School) -> None:
    marisol = marisol_at(oak)
    Listing.objects.create(district=oak.district, school=fir, student=marisol)
    order = add_restriction(
        oak.district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_CONTACT],
        school=fir,
        from_on=date(2026, 9, 1),
        by=None,
        at=LONG_AGO,
    )

    assert list(covering(marisol, oak)) == [order]


def test_an_order_of_another_school_does_not_cover(oak: School, fir: School) -> None:
    marisol = marisol_at(oak)
    add_restriction(
        oak.district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_CONTACT],
        school=fir,
        from_on=date(2026, 9, 1),
        by=None,
        at=LONG_AGO,
    )

    assert list(covering(marisol, oak)) == []


def test_an_order_of_the_district_covers_everybody_in_it_and_nobody_else(
    oak: School, pine: School
) -> None:
    order = add_restriction(
        oak.district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_RELEASE],
        from_on=date(2026, 9, 1),
        by=None,
        at=LONG_AGO,
    )

    assert list(covering(marisol_at(oak), oak)) == [order]
    assert list(covering(marisol_at(pine), pine)) == []


@pytest.mark.parametrize(
    ("until_on", "count"), [(date(2026, 10, 25), 1), (date(2026, 10, 24), 0), (TODAY, 1)]
)
def test_an_order_that_ended_is_looked_at_for_thirty_days(
    oak: School, until_on: date, count: int
) -> None:
    marisol = marisol_at(oak)
    an_order_against(marisol)
    Restriction.objects.update(until_on=until_on)

    assert covering(marisol, oak).count() == count


def test_a_lifted_order_binds_no_longer(oak: School) -> None:
    marisol = marisol_at(oak)
    an_order_against(marisol)
    Restriction.objects.update(lifted_at=LONG_AGO)

    assert covering(marisol, oak).count() == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"given_name": " ", "family_name": "-"}, "needs a name"),
        ({"effects": []}, "at least one effect"),
        ({"until_on": date(2026, 8, 31)}, "cannot end before it begins"),
        ({"instruction": "x" * 141}, "at most 140 characters"),
    ],
)
def test_a_restriction_that_could_not_bind_is_refused(
    oak: School, wrong: dict[str, object], sentence: str
) -> None:
    good = {
        "given_name": "Carl",
        "family_name": "Dunn",
        "effects": [Effect.NO_RELEASE],
        "from_on": date(2026, 9, 1),
        "by": None,
        "at": LONG_AGO,
    }

    with pytest.raises(CannotRestrict, match=sentence):
        add_restriction(oak.district, **{**good, **wrong})  # type: ignore[arg-type]
    assert Restriction.objects.count() == 0


def test_people_of_two_districts_share_no_restriction(oak: School, pine: School) -> None:
    stranger = marisol_at(pine)

    with pytest.raises(CannotRestrict, match="one district"):
        add_restriction(
            oak.district,
            given_name="Carl",
            family_name="Dunn",
            effects=[Effect.NO_RELEASE],
            students=[stranger],
            guardian=a_contact(stranger),
            from_on=date(2026, 9, 1),
            by=None,
            at=LONG_AGO,
        )
