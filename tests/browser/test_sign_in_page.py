import pytest
from playwright.sync_api import Page, expect

from browsers import PHONE, axe, screenshot, scrolls_sideways
from schoolgate.accounts.models import User

PASSWORD = "seven quiet otters"


@pytest.fixture
def dana(transactional_db: None) -> User:
    return User.objects.create_user("dana", password=PASSWORD, first_name="Dana", last_name="Sims")


def test_the_sign_in_page_meets_the_accessibility_rules(page: Page) -> None:
    page.goto("/sign-in/")

    screenshot(page, "sign-in")
    assert axe(page) == []


def test_the_sign_in_page_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size(PHONE)

    page.goto("/sign-in/")

    screenshot(page, "sign-in-narrow")
    assert not scrolls_sideways(page)


def test_a_person_signs_in_with_the_keyboard_alone(page: Page, dana: User) -> None:
    page.goto("/sign-in/?next=/sign-out/")

    page.get_by_label("Username").focus()
    page.keyboard.type("dana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Dana S.")).to_be_visible()


def test_a_wrong_password_is_said_in_words_and_meets_the_rules(page: Page, dana: User) -> None:
    page.goto("/sign-in/")

    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password").fill("six loud otters")
    page.get_by_role("button", name="Sign in").click()

    screenshot(page, "sign-in-refused")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    assert axe(page) == []


def test_sign_in_works_without_javascript(plain_page: Page, dana: User) -> None:
    plain_page.goto("/sign-in/?next=/sign-out/")

    plain_page.get_by_label("Username").fill("dana")
    plain_page.get_by_label("Password").fill(PASSWORD)
    plain_page.get_by_role("button", name="Sign in").click()

    expect(plain_page.get_by_text("Dana S.")).to_be_visible()


def test_the_cursor_stands_in_the_first_field(page: Page) -> None:
    page.goto("/sign-in/")

    expect(page.get_by_label("Username")).to_be_focused()


def test_the_skip_link_is_the_first_stop_of_the_keyboard(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="Schoolgate").focus()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("() => document.activeElement.id") == "content"


def test_the_question_mark_lists_the_keys_of_the_page(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="Schoolgate").focus()

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keys on this page")).to_contain_text("Alt+K")
    screenshot(page, "keys")
    assert axe(page) == []


def test_the_question_mark_can_be_switched_off(page: Page) -> None:
    page.goto("/sign-in/")
    page.keyboard.press("Alt+k")
    page.get_by_label("The ? key shows this list").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("link", name="Schoolgate").focus()

    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_question_mark_in_a_field_stays_in_the_field(page: Page) -> None:
    page.goto("/sign-in/")

    page.get_by_label("Username").press("?")

    expect(page.get_by_label("Username")).to_have_value("?")


def test_an_address_that_is_not_there_gets_a_page_that_helps(
    page: Page, complaints: list[str]
) -> None:
    page.goto("/no/such/page/")

    screenshot(page, "not-found")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert axe(page) == []
    assert complaints == [
        "Failed to load resource: the server responded with a status of 404 (Not Found)"
    ]
    complaints.clear()
