"""F9 in a real browser: the verdict stays on the screen, and the principal's own screen speaks."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import assert_good, sign_in
from cast import a_district_admin
from desk_cast import DESK, a_fresh_list, a_listed_parent, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import HelpCall, Responder
from schoolgate.roster.models import Student

HELP = "/d/maple-valley/desk/oak/help/"


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    a_fresh_list(oak)
    marisol = marisol_at(oak)
    a_listed_parent(marisol)
    return marisol


@pytest.fixture
def lee(oak: School) -> User:
    lee = a_district_admin(oak.district)
    lee.first_name, lee.last_name = "Lee", "Anders"
    lee.save()
    Responder.objects.create(
        district=oak.district, school=oak, user=lee, phone="555-0100", position=0
    )
    return lee


def test_one_key_asks_for_help_and_the_other_screen_says_who_comes(
    page: Page, dana: User, lee: User, marisol: Student, live_server: LiveServer
) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.keyboard.type("Robert Rivera")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-word")).to_be_focused()

    page.keyboard.press("F9")

    expect(page.get_by_text("Help is on the way")).to_be_visible()
    expect(page.locator("#verdict-word")).to_be_visible()
    assert_good(page, "help-asked")
    assert HelpCall.objects.get().student == marisol

    principals = page.context.browser
    assert principals is not None
    with principals.new_context(base_url=live_server.url) as other:
        sign_in(other, live_server, lee)
        screen = other.new_page()
        screen.goto("/d/maple-valley/desk/oak/log/")
        expect(screen.get_by_role("alert").filter(has_text="Help is needed")).to_be_visible()
        assert_good(screen, "help-needed")
        screen.get_by_role("button", name="I am coming").click()
        expect(screen.get_by_text("Lee Anders is coming")).to_be_visible()

    # Nobody touches Dana's page: it asks by itself.
    expect(page.get_by_text("Lee Anders is coming (seen 1:42 PM)")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="It is over").click()
    expect(page.get_by_text("is coming")).to_have_count(0)


def test_the_help_page_names_who_comes_and_works_without_javascript(
    plain_page: Page, context: BrowserContext, lee: User, live_server: LiveServer, oak: School
) -> None:
    a_fresh_list(oak)
    sign_in(plain_page.context, live_server, lee)
    plain_page.goto(HELP)
    expect(plain_page.get_by_text("Lee Anders, 555-0100")).to_be_visible()
    plain_page.get_by_role("button", name="Help").click()

    # Nobody but the one who asks: there is no one to tell.
    expect(plain_page.get_by_text("Nobody is named who would come")).to_be_visible()
    plain_page.get_by_role("button", name="It is over").click()
    expect(plain_page.get_by_text("Nobody said that they were coming")).to_be_visible()


def test_the_help_page_is_good_to_use(
    page: Page, context: BrowserContext, lee: User, live_server: LiveServer, oak: School
) -> None:
    a_fresh_list(oak)
    sign_in(context, live_server, lee)
    page.goto(HELP)
    expect(page.get_by_role("heading", name="Who comes, one after the other")).to_be_visible()
    assert_good(page, "help-page")
