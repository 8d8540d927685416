"""Visitors who come again: named once, offered at the desk, and checked at every visit."""

from datetime import timedelta

import pytest
from django.test import Client

from cast import a_district_admin
from desk_cast import LONG_AGO, NOW
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import ExpectedVisitor
from schoolgate.roster.models import Effect
from schoolgate.roster.restrictions import add_restriction

pytestmark = pytest.mark.django_db

VISITS = "/d/maple-valley/desk/oak/visits/"
EXPECTED = f"{VISITS}expected/"
ADA = {"name": "Ada  Stone", "reason": "volunteer", "host": "Library", "until_on": "2027-06-12"}


@pytest.fixture
def lee(oak: School) -> User:
    return a_district_admin(oak.district)


def name_ada(desk: Client, lee: User, dana: User, **form: object) -> int:
    desk.force_login(lee)
    answer = desk.post(EXPECTED, {**ADA, **form})
    desk.force_login(dana)
    return answer.status_code


def test_who_is_named_is_offered_and_checked_like_anybody(
    desk: Client, lee: User, dana: User
) -> None:
    name_ada(desk, lee, dana)

    (offered,) = desk.get(VISITS).context["expected"]
    assert (offered["name"], offered["host"]) == ("Ada Stone", "Library")
    form = {"name": offered["name"], "reason": offered["code"], "host": offered["host"]}
    assert "ALLOW" in desk.post(f"{VISITS}check/", form).content.decode()


def test_being_named_is_no_way_past_an_order(
    desk: Client, lee: User, dana: User, oak: School
) -> None:
    name_ada(desk, lee, dana)
    add_restriction(
        oak.district,
        given_name="Ada",
        family_name="Stone",
        effects=[Effect.NO_VISIT],
        school=oak,
        from_on=LONG_AGO.date(),
        by=None,
        at=LONG_AGO,
    )

    form = {"name": "Ada Stone", "reason": "volunteer", "photo_id": "on"}

    assert "DENY" in desk.post(f"{VISITS}check/", form).content.decode()
    assert desk.post(f"{VISITS}sign-in/", form).status_code == 409


def test_after_the_last_day_nobody_is_offered(desk: Client, lee: User, dana: User) -> None:
    name_ada(desk, lee, dana)
    ExpectedVisitor.objects.update(until_on=NOW.date() - timedelta(days=1))

    assert desk.get(VISITS).context["expected"] == []


@pytest.mark.parametrize("until", ["2026-11-22", "2028-01-01", ""])
def test_a_visitor_is_named_from_today_for_a_year_at_most(
    desk: Client, lee: User, dana: User, until: str
) -> None:
    assert name_ada(desk, lee, dana, until_on=until) == 422
    assert not ExpectedVisitor.objects.exists()


def test_one_is_taken_off_again_and_both_are_noted(desk: Client, lee: User, dana: User) -> None:
    name_ada(desk, lee, dana)
    one = ExpectedVisitor.objects.get()
    desk.force_login(lee)

    desk.post(f"{EXPECTED}{one.pk}/end/")

    assert desk.get(VISITS).context["expected"] == []
    actions = AuditEntry.objects.filter(actor_id=lee.pk).values_list("action", flat=True)
    assert set(actions) >= {"visitor.expected", "visitor.expected_no_more"}


def test_another_school_expects_nobody_of_ours(
    desk: Client, lee: User, dana: User, fir: School
) -> None:
    name_ada(desk, lee, dana)
    desk.force_login(lee)

    assert desk.get("/d/maple-valley/desk/fir/visits/").context["expected"] == []
