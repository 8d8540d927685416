from datetime import date

import pytest

from cast import a_contact, a_listed_student
from desk_cast import LONG_AGO, an_order_against, marisol_at
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.roster.models import Effect, Listing, Restriction
from schoolgate.roster.restrictions import (
    CannotRestrict,
    add_restriction,
    restrictions_covering,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def test_adding_acts_at_once_and_is_on_the_record_by_ids(oak: School) -> None:
    marisol = marisol_at(oak)

    order = an_order_against(marisol)

    assert list(restrictions_covering(marisol, oak, TODAY)) == [order]
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

    assert list(restrictions_covering(ben, oak, TODAY)) == []


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

    assert list(restrictions_covering(marisol, oak, TODAY)) == [order]


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

    assert list(restrictions_covering(marisol, oak, TODAY)) == []


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

    assert list(restrictions_covering(marisol_at(oak), oak, TODAY)) == [order]
    assert list(restrictions_covering(marisol_at(pine), pine, TODAY)) == []


@pytest.mark.parametrize(
    ("until_on", "count"), [(date(2026, 10, 25), 1), (date(2026, 10, 24), 0), (TODAY, 1)]
)
def test_an_order_that_ended_is_looked_at_for_thirty_days(
    oak: School, until_on: date, count: int
) -> None:
    marisol = marisol_at(oak)
    an_order_against(marisol)
    Restriction.objects.update(until_on=until_on)

    assert restrictions_covering(marisol, oak, TODAY).count() == count


def test_a_lifted_order_binds_no_longer(oak: School) -> None:
    marisol = marisol_at(oak)
    an_order_against(marisol)
    Restriction.objects.update(lifted_at=LONG_AGO)

    assert restrictions_covering(marisol, oak, TODAY).count() == 0


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
