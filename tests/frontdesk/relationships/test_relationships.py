"""Parent-Student Relationships: decided per school or for all, tried first, locked for all."""

import pytest
from django.test import Client

from cast import a_contact, a_district_admin
from desk_cast import DESK, a_listed_parent, no_custody_check
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.cases import Purpose
from schoolgate.frontdesk.models import DeskEvent, RelationshipPolicy
from schoolgate.frontdesk.policies import policy_of
from schoolgate.roster.models import Student

pytestmark = pytest.mark.django_db

PAGE = "/d/maple-valley/desk/oak/relationships/"
DECISION = {
    "scope": "school",
    "validates_departures": "on",
    "validates_visits": "on",
    "roles_that_count": ["parent", "guardian"],
    "warn_hours": 24,
    "verify_hours": 72,
    "limit_hours": 168,
}


@pytest.fixture
def lee(desk: Client, oak: School) -> User:
    """Sign Lee in at Oak's desk, in Dana's place."""
    lee = a_district_admin(oak.district)
    desk.force_login(lee)
    return lee


def word(desk: Client, student: Student, name: str, purpose: str = "early-departure") -> str:
    address = f"/d/maple-valley/desk/oak/{purpose}/{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": name})
    form = {"shown": named.context["sealed"], "name": name, "evidence": ["photo_id"]}
    return str(desk.post(f"{address}verdict/", form).context["box"].word.word)


def test_departures_and_visits_are_switched_apart(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_listed_parent(marisol)
    without = {key: value for key, value in DECISION.items() if key != "validates_visits"}

    desk.post(PAGE, without)

    assert word(desk, marisol, "Sue Smith") == "DENY"
    assert word(desk, marisol, "Sue Smith", "visit") == "ALLOW"


def test_relatives_count_where_the_school_says_so(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_contact(marisol, "Ada", "Stone", role="relative")
    assert word(desk, marisol, "Ada Stone") != "ALLOW"

    desk.post(PAGE, {**DECISION, "roles_that_count": ["parent", "relative"]})

    assert word(desk, marisol, "Ada Stone") == "ALLOW"


def test_what_is_decided_for_all_holds_where_a_school_decided_nothing(
    desk: Client, lee: User, oak: School, fir: School
) -> None:
    desk.post(PAGE, {**DECISION, "scope": "district", "known_by_sight": "on"})
    no_custody_check(oak)

    assert policy_of(fir, Purpose.RELEASE).known_by_sight_permitted
    assert not policy_of(oak, Purpose.RELEASE).known_by_sight_permitted


def test_a_locked_decision_holds_everywhere_and_no_school_differs(
    desk: Client, lee: User, oak: School
) -> None:
    no_custody_check(oak)
    desk.post(PAGE, {**DECISION, "scope": "district", "locked": "on"})
    assert policy_of(oak, Purpose.RELEASE).validates_custody

    answer = desk.post(PAGE, DECISION)

    assert answer.status_code == 422
    assert "The district has locked this" in answer.content.decode()


def test_another_district_decides_for_itself(lee: User, desk: Client, pine: School) -> None:
    desk.post(PAGE, {**DECISION, "scope": "district", "known_by_sight": "on", "locked": "on"})

    assert not policy_of(pine, Purpose.RELEASE).known_by_sight_permitted


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"roles_that_count": []}, "This field is required."),
        ({"verify_hours": 12}, "Each age is at least the one before it."),
        ({"limit_hours": 100_000}, "less than or equal to 720"),
        ({"locked": "on"}, "One school cannot be locked"),
        ({"scope": "world"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    desk: Client, lee: User, change: dict[str, object], says: str
) -> None:
    answer = desk.post(PAGE, {**DECISION, **change})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not RelationshipPolicy.objects.exists()


def test_the_decision_stands_in_the_audit_log(desk: Client, lee: User, oak: School) -> None:
    desk.post(PAGE, DECISION)

    entry = AuditEntry.objects.get(action="relationships.decided")
    assert (entry.actor_id, entry.detail["roles"]) == (lee.pk, ["parent", "guardian"])


def test_a_change_is_tried_on_who_came_lately_and_decides_nothing(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_contact(marisol, "Ada", "Stone", role="relative")
    a_listed_parent(marisol)
    address = f"{DESK}{marisol.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": "Ada Stone"})
    form = {"shown": named.context["sealed"], "name": "Ada Stone", "evidence": ["photo_id"]}
    desk.post(f"{address}not-released/", form)

    answer = desk.post(f"{PAGE}try/", {**DECISION, "roles_that_count": ["parent", "relative"]})

    effects = [(one["word"].word, one["now"], one["then"]) for one in answer.context["effects"]]
    assert effects == [("ALLOW", 0, 1), ("VERIFY", 1, 0)]
    assert not RelationshipPolicy.objects.exists()
    assert DeskEvent.objects.count() == 1


def test_with_nobody_lately_there_is_nothing_to_compare(desk: Client, lee: User) -> None:
    page = desk.post(f"{PAGE}try/", DECISION).content.decode()

    assert "Nobody came for a student in the last 30 days" in page


def test_a_clerk_decides_nothing_here(desk: Client, oak: School) -> None:
    assert desk.get(PAGE).status_code == 404
    assert desk.post(PAGE, DECISION).status_code == 404


def test_releases_that_ended_ask_for_the_reason_in_words(
    desk: Client, lee: User, oak: School, marisol: Student
) -> None:
    a_listed_parent(marisol)
    desk.post(PAGE, {**DECISION, "releases_end_at": "13:00"})
    desk.force_login(User.objects.get(username="dana"))
    address = f"{DESK}{marisol.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": "Robert Rivera"})
    form = {
        "shown": named.context["sealed"],
        "name": "Robert Rivera",
        "evidence": ["photo_id", "reason_stated"],
    }

    assert desk.post(f"{address}release/", form).status_code == 409
    desk.post(f"{address}release/", {**form, "note": "The dentist at two."})

    assert DeskEvent.objects.get().note == "The dentist at two."


def test_each_school_is_asked_for_its_own(desk: Client, lee: User, fir: School) -> None:
    desk.post(PAGE, {**DECISION, "known_by_sight": "on"})

    assert not policy_of(fir, Purpose.RELEASE).known_by_sight_permitted
