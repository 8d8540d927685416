"""A visitor, a call for authorisation, and two people who decide, in a real browser by keys."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, sign_in
from cast import a_district_admin
from desk_cast import DESK, LONG_AGO, NOW, a_fresh_list, a_listed_parent, an_order_against, dana_at
from desk_cast import marisol_at as marisol_of
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind, TemporaryAuthorisation
from schoolgate.roster.models import Guardian, Student

OAK = "/d/maple-valley/desk/oak/"
VISITS = f"{OAK}visits/"


@pytest.fixture(autouse=True)
def _at_142_pm() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    """Give Marisol a mother whose number is long known, and an order against Carl Dunn."""
    a_fresh_list(oak)
    marisol = marisol_of(oak)
    a_listed_parent(marisol, "Elena", "Rivera-Cruz", phone="555-7719")
    Guardian.objects.update(first_seen_at=LONG_AGO)
    an_order_against(marisol)
    return marisol


@pytest.fixture
def lee(context: BrowserContext, live_server: LiveServer, oak: School) -> User:
    lee = a_district_admin(oak.district)
    a_district_admin(oak.district, username="kim")
    sign_in(context, live_server, lee)
    return lee


def test_a_visitor_is_checked_signed_in_and_out_by_keys(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(VISITS)
    assert_good(page, "visits-empty")
    page.get_by_label("Name as on the ID").fill("Paul Green")
    page.get_by_label("Where or with whom").fill("Boiler room")
    page.get_by_label("Photo ID matches the person").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="ALLOW")).to_be_focused()
    assert_good(page, "visitor-allow")

    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Paul Green signed in")).to_be_focused()
    assert_good(page, "visitor-badge")
    page.keyboard.press("Alt+v")
    expect(page.get_by_text("Here now: 1")).to_be_visible()
    assert_good(page, "visits")
    page.keyboard.press("Alt+w")
    expect(page.get_by_role("heading", name="Who is here")).to_be_visible()
    assert_good(page, "roll-call")
    page.keyboard.press("Alt+v")
    page.get_by_role("button", name=re.compile("Sign out.*Paul Green")).click()
    expect(page.get_by_text("No visitors in the school")).to_be_visible()
    assert DeskEvent.objects.filter(kind=EventKind.VISIT_END).count() == 1


def test_a_visitor_whom_an_order_names_is_not_let_in(
    page: Page, dana: User, marisol: Student, complaints: list[str]
) -> None:
    marisol.restriction_set.update(effects=["no_contact"])
    page.goto(VISITS)
    page.get_by_label("Name as on the ID").fill("Carl Dunn")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="DENY")).to_be_focused()
    assert_good(page, "visitor-deny")
    page.get_by_role("button", name="Record that nobody was let in").click()

    expect(page.get_by_role("heading", name="Carl Dunn was not let in")).to_be_visible()
    assert_good(page, "visitor-turned-away")


def test_a_student_is_chosen_and_her_mother_comes_for_lunch(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(VISITS)
    page.locator("#search").press_sequentially("mar")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#adult")).to_be_focused()
    page.keyboard.type("elena rivera-cruz")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-word")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="ALLOW")).to_be_visible()
    assert_good(page, "visit-to-a-student")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Elena RIVERA-CRUZ signed in")).to_be_focused()


def test_a_listed_contact_is_called_and_who_is_not_listed_may_come(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.keyboard.type("Sue Smith")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="DENY")).to_be_focused()
    assert_good(page, "authorise-deny")

    page.keyboard.press("Alt+a")
    expect(page.get_by_role("heading", name="May Sue Smith come for")).to_be_visible()
    page.get_by_label("Elena Rivera-Cruz").check()
    page.get_by_label("I called this number myself").check()
    assert_good(page, "authorise")
    page.keyboard.press("Control+Enter")

    page.get_by_role("button", name="Sue Smith").click()
    expect(page.get_by_role("heading", name="VERIFY")).to_be_focused()
    assert_good(page, "authorised")
    page.get_by_label("Photo ID says Sue Smith").check()
    expect(page.get_by_role("heading", name="ALLOW")).to_be_visible()
    page.goto("/d/maple-valley/desk/oak/authorisations/")
    assert_good(page, "authorisations")
    assert TemporaryAuthorisation.objects.get().name == "Sue Smith"


def test_two_people_decide_at_one_screen(page: Page, lee: User, marisol: Student) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.keyboard.type("Carl Dunn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="DENY")).to_be_focused()
    page.get_by_text("Decide otherwise: two people").click()
    page.get_by_label("Why does it not bind?").select_option("order_not_in_force")
    page.get_by_label("In your words").fill("Order ended on 3 Nov, copy of the court seen.")
    page.get_by_label("The other administrator's user name").fill("kim")
    page.get_by_label("Her or his password").fill("maple-valley-oak")
    assert_good(page, "override")
    page.get_by_role("button", name="Release all the same").click()

    expect(page.get_by_role("heading", name="released to Carl Dunn")).to_be_focused()
    expect(page.get_by_text("Two people decided")).to_be_visible()
    assert_good(page, "overridden")


def test_an_administrator_looks_before_she_decides(page: Page, lee: User, marisol: Student) -> None:
    page.goto(f"{OAK}relationships/")
    page.get_by_label("Relatives").check()
    page.get_by_role("button", name="What would change?").click()
    expect(page.get_by_text("Nobody came for a student in the last 30 days")).to_be_visible()
    assert_good(page, "relationships-tried")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("the school's own decision of 1:42 PM")).to_be_visible()
    expect(page.get_by_label("Relatives")).to_be_checked()
    assert_good(page, "relationships")


def test_an_administrator_says_who_may_collect(
    page: Page, lee: User, marisol: Student, complaints: list[str]
) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.get_by_role("link", name="Who may collect").click()
    elena = page.get_by_role("form", name="Elena Rivera-Cruz")
    elena.get_by_label("Pickup").select_option("denied")
    elena.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_good(page, "collecting-wrong")
    complaints.clear()
    elena.get_by_label("Why").fill("Letter of 20 Nov, seen by Ms. Lee")
    elena.get_by_role("button", name="Save").click()

    expect(page.get_by_text("1:42 PM, Lee P.")).to_be_visible()
    page.get_by_label("What").select_option("administrator_only")
    page.get_by_role("textbox", name="Why").last.fill("Nurse clears first")
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_role("button", name=re.compile("End"))).to_be_visible()
    assert_good(page, "collecting")
    page.get_by_role("link", name="Back to the child").click()
    expect(page.get_by_text("Nurse clears first")).to_be_visible()
    assert_good(page, "child-held")


@pytest.mark.parametrize("place", ["visits/", "here/", "authorisations/"])
def test_a_narrow_screen_scrolls_one_way_only(
    page: Page, dana: User, marisol: Student, place: str
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    page.goto(f"/d/maple-valley/desk/oak/{place}")

    assert_good(page, f"narrow-{place.strip('/')}")


@pytest.mark.parametrize("place", ["relationships/", "collecting/"])
def test_a_narrow_screen_of_an_administrator_scrolls_one_way_only(
    page: Page, lee: User, marisol: Student, place: str
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    child = f"{marisol.pk}/" if place == "collecting/" else ""

    page.goto(f"{OAK}{place}{child}")

    assert_good(page, f"narrow-{place.strip('/')}")


def test_without_javascript_a_visitor_signs_in(
    plain_page: Page, live_server: LiveServer, oak: School, marisol: Student
) -> None:
    sign_in(plain_page.context, live_server, dana_at(oak))
    plain_page.goto(VISITS)
    plain_page.get_by_label("Name as on the ID").fill("Paul Green")
    plain_page.get_by_label("Photo ID matches the person").check()
    plain_page.get_by_role("button", name="Check").click()
    plain_page.get_by_role("button", name="Sign in").click()

    expect(plain_page.get_by_role("heading", name="Paul Green signed in")).to_be_visible()


def test_a_visitor_who_comes_again_is_two_keys_at_the_desk(
    page: Page, context: BrowserContext, live_server: LiveServer, marisol: Student, oak: School
) -> None:
    sign_in(context, live_server, a_district_admin(oak.district, username="ida"))
    page.goto("/d/maple-valley/desk/oak/visits/")
    page.get_by_role("link", name="Visitors who come again").click()
    page.get_by_label("Name as on the ID").fill("Ada Stone")
    page.get_by_label("Reason").select_option("volunteer")
    page.get_by_label("Until").fill("2027-06-12")
    page.get_by_role("button", name="Name this visitor").click()
    expect(page.get_by_role("heading", name="Named: 1")).to_be_visible()
    assert_good(page, "visitors-expected")

    page.get_by_role("link", name="Back to the visitors").click()
    assert_good(page, "visitors-with-expected")
    page.get_by_role("button", name="Ada Stone").click()
    page.get_by_label("Photo ID says Ada Stone").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Ada Stone signed in")).to_be_visible()
