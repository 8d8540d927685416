import pytest
from playwright.sync_api import Page, expect

from browsers import PHONE, axe, screenshot, scrolls_sideways

pytestmark = pytest.mark.urls("theme_page")


def test_every_piece_of_the_theme_meets_the_accessibility_rules(page: Page) -> None:
    page.goto("/theme/")

    screenshot(page, "theme")
    assert axe(page) == []


def test_the_shell_fits_a_screen_of_320_pixels(page: Page) -> None:
    page.set_viewport_size(PHONE)

    page.goto("/theme/")

    screenshot(page, "theme-narrow")
    assert not scrolls_sideways(page)


def test_the_shell_fits_the_desk_at_twice_the_size(page: Page) -> None:
    page.set_viewport_size({"width": 683, "height": 384})

    page.goto("/theme/")

    assert not scrolls_sideways(page)


def test_a_key_presses_its_button_and_the_focus_moves_to_the_verdict(page: Page) -> None:
    page.goto("/theme/")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#verdict h2")).to_be_focused()


def test_a_key_brings_the_focus_to_its_field(page: Page) -> None:
    page.goto("/theme/")

    page.keyboard.press("Alt+s")

    expect(page.get_by_role("combobox")).to_be_focused()


def test_the_sheet_lists_keys_with_a_modifier_and_never_a_bare_letter(page: Page) -> None:
    page.goto("/theme/")

    page.keyboard.press("?")

    assert page.locator("#sg-keys dt").all_inner_texts() == [
        "Alt+K",
        "Alt+L",
        "Alt+O",
        "Alt+S",
        "Ctrl+Enter",
        "F9",
    ]
    assert page.locator("#sg-keys dd").all_inner_texts() == [
        "Show this list",
        "Late arrival",
        "Early departure",
        "Search",
        "Check",
        "Break",
    ]


def test_the_list_under_a_search_box_is_walked_with_the_arrows(page: Page) -> None:
    page.goto("/theme/")
    page.keyboard.press("Alt+s")
    page.keyboard.type("r")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "s2")
    screenshot(page, "theme-search")
    assert axe(page) == []


def test_enter_takes_the_chosen_option(page: Page) -> None:
    page.goto("/theme/")
    page.keyboard.press("Alt+s")
    page.keyboard.type("r")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")

    page.keyboard.press("Enter")

    page.wait_for_url("**/theme/?student=1")


def test_a_swap_that_failed_says_so_and_shows_nothing_half(
    page: Page, complaints: list[str]
) -> None:
    page.goto("/theme/")

    page.keyboard.press("F9")

    expect(page.locator("#sg-offline")).to_be_visible()
    assert page.locator("#verdict").inner_html() == ""
    complaints.clear()


def test_paper_carries_no_header_and_no_buttons(page: Page) -> None:
    page.goto("/theme/")

    page.emulate_media(media="print")

    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.locator(".btn:visible")).to_have_count(0)
