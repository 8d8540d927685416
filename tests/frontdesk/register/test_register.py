"""The restriction register: one adds and it binds at once, two lift it; a clerk sees no list."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cast import a_district_admin, a_listed_student
from desk_cast import an_order_against
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.roster.models import Effect, Guardian, Restriction, Student

OAK = "/d/maple-valley/desk/oak"
REGISTER = f"{OAK}/restrictions/"


@pytest.fixture
def lee(oak: School) -> User:
    return a_district_admin(oak.district)


@pytest.fixture
def kim(oak: School) -> User:
    return a_district_admin(oak.district, username="kim")


@pytest.fixture
def office(desk: Client, lee: User) -> Client:
    """Give Mr. Lee's browser at Oak."""
    desk.force_login(lee)
    return desk


@pytest.fixture
def order(marisol: Student) -> Restriction:
    return an_order_against(marisol)


def page(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def an_order(*students: Student, **said: Any) -> dict[str, Any]:
    return {
        "s": [one.pk for one in students],
        "given_name": "Robert",
        "family_name": "Rivera",
        "effects": ["no_release", "no_contact"],
        "scope": "students",
        "from_on": "2026-11-23",
        "instruction": "Call Mr. Lee.",
        **said,
    }


def verdict_on_robert(desk: Client, marisol: Student) -> str:
    said = {"name": "Robert Rivera", "evidence": ["photo_id"]}
    return page(desk.post(f"{OAK}/early-departure/{marisol.pk}/verdict/", said))


def test_what_one_person_adds_binds_at_the_next_decision(
    office: Client, dana: User, marisol: Student, robert: Guardian
) -> None:
    before = verdict_on_robert(office, marisol)

    answer = office.post(f"{REGISTER}add/", an_order(marisol))

    assert "DENY" not in before
    assert answer.status_code == 302
    office.force_login(dana)
    assert "DENY" in verdict_on_robert(office, marisol)


def test_an_order_says_whom_it_protects_what_it_forbids_and_who_added_it(
    office: Client, marisol: Student, lee: User
) -> None:
    answer = office.post(
        f"{REGISTER}add/", an_order(marisol, other_names="Bob Rivera\n\n", until_on="2027-06-30")
    )

    order = Restriction.objects.get()
    shown = page(office.get(answer["Location"]))
    assert order.effects == ["no_contact", "no_release"]
    assert (order.added_by, order.other_names) == (lee, ["Bob Rivera"])
    assert list(order.students.all()) == [marisol]
    assert "RIVERA, Marisol J." in shown
    assert "from 23 Nov 2026 until 30 Jun 2027" in shown
    assert AuditEntry.objects.filter(action="restriction.added").count() == 1


def test_which_order_it_is_stands_in_the_register_and_not_on_the_clerks_screen(
    office: Client, dana: User, marisol: Student, robert: Guardian
) -> None:
    answer = office.post(
        f"{REGISTER}add/", an_order(marisol, order_reference="County court 26-1187, seen by Lee")
    )

    assert "County court 26-1187, seen by Lee" in page(office.get(answer["Location"]))
    office.force_login(dana)
    assert "26-1187" not in verdict_on_robert(office, marisol)
    assert "26-1187" not in page(office.get(f"{OAK}/early-departure/{marisol.pk}/"))


@pytest.mark.parametrize("scope", ["school", "district"])
def test_a_whole_school_or_district_is_protected_without_a_name(
    office: Client, oak: School, marisol: Student, scope: str
) -> None:
    office.post(f"{REGISTER}add/", an_order(scope=scope))

    order = Restriction.objects.get()
    assert order.school == (oak if scope == "school" else None)
    assert order.students.count() == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"order_reference": "x" * 201}, "at most 200 characters"),
        ({"s": []}, "Choose the students whom it protects"),
        ({"s": ["999999"]}, "Choose the students whom it protects"),
        ({"effects": []}, "This field is required"),
        ({"effects": ["no_lunch"]}, "Select a valid choice"),
        ({"family_name": ""}, "This field is required"),
        ({"given_name": "", "family_name": "..."}, "needs a name"),
        ({"until_on": "2026-11-01"}, "cannot end before it begins"),
        ({"instruction": "x" * 141}, "at most 140 characters"),
    ],
)
def test_what_cannot_bind_is_refused_and_nothing_is_lost(
    office: Client, marisol: Student, said: dict[str, Any], why: str
) -> None:
    answer = office.post(f"{REGISTER}add/", an_order(marisol, **{"other_names": "Bobby", **said}))

    assert (answer.status_code, why in page(answer)) == (422, True)
    assert "Bobby" in page(answer)
    assert not Restriction.objects.exists()


def test_a_student_of_another_school_cannot_be_named_here(
    office: Client, marisol: Student, fir: School
) -> None:
    of_fir = a_listed_student(fir, "Fay", "Ward")

    answer = office.post(f"{REGISTER}add/", an_order(marisol, of_fir))

    assert answer.status_code == 422
    assert not Restriction.objects.exists()


def test_one_person_alone_lifts_nothing(office: Client, order: Restriction, lee: User) -> None:
    office.post(f"{REGISTER}{order.pk}/lift/", {"reason": "ended by the court"})

    alone = office.post(f"{REGISTER}{order.pk}/agree/")

    order.refresh_from_db()
    assert (alone.status_code, "somebody else must agree" in page(alone)) == (409, True)
    assert (order.lift_asked_by, order.lifted_at) == (lee, None)


def test_until_the_second_person_agrees_it_binds_and_then_it_does_not(
    office: Client, order: Restriction, marisol: Student, kim: User
) -> None:
    child = f"{OAK}/early-departure/{marisol.pk}/"
    office.post(f"{REGISTER}{order.pk}/lift/", {"reason": "ended by the court"})
    waiting = page(office.get(child))
    office.force_login(kim)

    office.post(f"{REGISTER}{order.pk}/agree/")

    order.refresh_from_db()
    assert "Do not release to" in waiting
    assert order.lifted_by == kim
    assert "Do not release to" not in page(office.get(child))
    assert "1 lifted" in page(office.get(REGISTER))


def test_a_wish_to_lift_is_refused_and_can_be_asked_again(
    office: Client, order: Restriction, kim: User
) -> None:
    office.post(f"{REGISTER}{order.pk}/lift/", {"reason": "ended by the court"})
    office.force_login(kim)
    office.post(f"{REGISTER}{order.pk}/keep/")

    late = office.post(f"{REGISTER}{order.pk}/agree/")

    order.refresh_from_db()
    assert late.status_code == 409
    assert (order.lift_asked_at, order.lift_reason, order.lifted_at) == (None, "", None)
    actions = AuditEntry.objects.filter(subject=f"restriction:{order.pk}")
    assert "restriction.kept" in actions.values_list("action", flat=True)


@pytest.mark.parametrize("reason", ["", "no", "   short  "])
def test_lifting_needs_a_reason(office: Client, order: Restriction, reason: str) -> None:
    answer = office.post(f"{REGISTER}{order.pk}/lift/", {"reason": reason})

    order.refresh_from_db()
    assert answer.status_code == 422
    assert order.lift_asked_at is None


def test_what_is_lifted_is_not_lifted_again(office: Client, order: Restriction, kim: User) -> None:
    office.post(f"{REGISTER}{order.pk}/lift/", {"reason": "ended by the court"})
    office.force_login(kim)
    office.post(f"{REGISTER}{order.pk}/agree/")

    again = office.post(f"{REGISTER}{order.pk}/agree/")

    assert "lifted already" in page(again)


@pytest.mark.parametrize("typed", ["dunn", "DUN car", "marisol", "rivera mar"])
def test_an_order_is_found_by_the_adult_or_the_child(
    office: Client, order: Restriction, typed: str
) -> None:
    found = page(office.post(REGISTER, {"q": typed}))
    other = page(office.post(REGISTER, {"q": "zzz"}))

    assert "Carl Dunn" in found
    assert "No restriction names this person" in other


def test_an_end_that_comes_soon_or_went_by_asks_for_a_review(
    office: Client, order: Restriction
) -> None:
    said = {}
    for until in ("2026-11-22", "2026-11-30", "2027-06-30"):
        Restriction.objects.update(until_on=until)
        said[until] = page(office.get(REGISTER))

    assert "Ended, not reviewed" in said["2026-11-22"]
    assert "Ends soon: review" in said["2026-11-30"]
    assert "In force" in said["2027-06-30"]


def test_a_clerk_is_told_of_no_register(desk: Client, order: Restriction) -> None:
    for address in (REGISTER, f"{REGISTER}add/", f"{REGISTER}{order.pk}/"):
        assert desk.get(address).status_code == 404
    assert "Restrictions</a>" not in page(desk.get(f"{OAK}/early-departure/"))


def test_the_order_of_another_district_is_not_there(
    office: Client, order: Restriction, pine: School
) -> None:
    Restriction.objects.create(
        id=77,
        district=pine.district,
        given_name="Pat",
        family_name="Quill",
        effects=[Effect.NO_RELEASE],
        from_on=order.from_on,
        added_at=order.added_at,
    )

    assert "Quill" not in page(office.get(REGISTER))
    assert office.get(f"{REGISTER}77/").status_code == 404
    assert office.post(f"{REGISTER}77/lift/", {"reason": "x" * 20}).status_code == 404
