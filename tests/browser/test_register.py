"""The restriction register in a real browser: by keys, by two people, on a narrow screen."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, sign_in
from cast import a_district_admin
from desk_cast import a_fresh_list, an_order_against, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.roster.models import Restriction, Student

REGISTER = "/d/maple-valley/desk/oak/restrictions/"


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    a_fresh_list(oak)
    return marisol_at(oak)


def test_an_order_is_typed_and_stands_in_the_register(
    page: Page, lee: User, marisol: Student
) -> None:
    page.goto(REGISTER)
    assert_good(page, "register-empty")
    page.get_by_role("link", name="Add a restriction").click()
    expect(page.locator("#search")).to_be_focused()

    page.keyboard.type("mar")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Protected: RIVERA, Marisol J.")).to_be_attached()
    page.get_by_label("First name").fill("Carl")
    page.get_by_label("Last name").fill("Dunn")
    page.get_by_label("No release").check()
    page.get_by_label("What the clerk should do").fill("Call Mr. Lee at once.")
    assert_good(page, "register-add")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Carl Dunn")).to_be_focused()
    assert_good(page, "register-one")
    page.get_by_role("link", name="All restrictions").click()
    expect(page.get_by_text("In force")).to_be_visible()
    assert_good(page, "register")
    assert Restriction.objects.get().effects == ["no_release"]


def test_a_file_of_orders_is_shown_before_it_is_added(
    page: Page, lee: User, marisol: Student
) -> None:
    page.goto(REGISTER)
    page.get_by_role("link", name="From a file").click()
    assert_good(page, "register-load")
    lines = "last name,student numbers,effects\nDunn,20094471,no release\nGray,,no release\n"
    page.get_by_label("CSV file").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    page.get_by_role("button", name="Show what it comes to").click()

    heading = page.get_by_role("heading", name="1 would be added, 0 stand there already, 1 cannot")
    expect(heading).to_be_focused()
    assert_good(page, "register-load-shown")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1 restriction added")).to_be_visible()
    assert Restriction.objects.get().family_name == "Dunn"


def test_what_is_missing_is_said_at_the_top_and_nothing_typed_is_lost(
    page: Page, complaints: list[str], lee: User, marisol: Student
) -> None:
    page.goto(f"{REGISTER}add/?s={marisol.pk}")
    page.get_by_label("Last name").fill("Dunn")

    page.keyboard.press("Control+Enter")

    page.locator("form").nth(2).evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Add, in force at once").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Last name")).to_have_value("Dunn")
    assert_good(page, "register-wrong")
    complaints.clear()


def test_two_people_lift_it(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    lee: User,
    marisol: Student,
) -> None:
    order = an_order_against(marisol)
    page.goto(f"{REGISTER}{order.pk}/")
    page.get_by_text("Lift it: two people").click()
    page.get_by_label("Why may it be lifted?").fill("Ended by the court on 3 Nov, copy seen.")
    page.get_by_role("button", name="Ask a second person").click()
    expect(page.get_by_text("another administrator signs in and agrees")).to_be_visible()
    assert_good(page, "register-asked")

    sign_in(context, live_server, a_district_admin(marisol.district, username="kim"))
    page.reload()
    page.get_by_role("button", name="Agree: lift it now").click()

    expect(page.get_by_text("It binds no more")).to_be_visible()
    assert_good(page, "register-lifted")


@pytest.mark.parametrize("place", ["", "add/"])
def test_a_narrow_screen_scrolls_one_way_only(
    page: Page, lee: User, marisol: Student, place: str
) -> None:
    an_order_against(marisol)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    page.goto(f"{REGISTER}{place}")

    assert_good(page, f"narrow-register-{place.strip('/')}")
