"""The whole early departure in a real browser: keys, no JavaScript, every state, every width."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, axe, screenshot, scrolls_sideways, sign_in
from cast import a_contact, a_district_admin, a_listed_student
from desk_cast import (
    DESK,
    NOW,
    a_fresh_list,
    a_listed_parent,
    an_order_against,
    dana_at,
    marisol_at,
    no_custody_check,
)
from licences import of_2020
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.registrations.models import SourceSchool
from schoolgate.roster.models import Relationship, RelationshipState, Student

pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def source(transactional_db: None, oak: School) -> SourceSchool:
    return a_fresh_list(oak)


@pytest.fixture
def marisol(source: SourceSchool, oak: School) -> Student:
    """Give Marisol her two listed parents, and an order against Carl Dunn."""
    marisol = marisol_at(oak)
    a_listed_parent(marisol)
    a_listed_parent(marisol, "Elena", "Rivera-Cruz", phone="555-7719")
    an_order_against(marisol)
    return marisol


@pytest.fixture
def namesake(marisol: Student, oak: School) -> Student:
    return a_listed_student(
        oak,
        middle_name="Luz",
        identifier="20099025",
        sourced_id="marisol-luz",
    )


def open_child(page: Page, student: Student) -> None:
    page.goto(f"{DESK}{student.pk}/")


def check(page: Page, name: str) -> None:
    page.locator("#adult").fill(name)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#verdict-word")).to_be_focused()


def test_a_release_takes_few_keys_and_never_the_mouse(
    page: Page, dana: User, marisol: Student, oak: School
) -> None:
    a_listed_student(oak, "Marco", "Reyes", grade="05", identifier="20091180")
    page.goto(DESK)

    page.keyboard.type("mar r")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#adult")).to_be_focused()
    page.keyboard.type("robert rivera")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-word")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="ALLOW")).to_be_visible()
    page.keyboard.press("Control+Enter")

    heading = page.get_by_role("heading", name="Marisol J. RIVERA released to Robert RIVERA")
    expect(heading).to_be_focused()
    assert DeskEvent.objects.get().evidence == ["photo_id"]


def test_a_parent_who_is_missing_is_asked_about_from_the_childs_card(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.get_by_role("link", name="Somebody is missing?").click()
    page.get_by_label("Who should be on the list?").fill("Carmen Rivera")
    page.get_by_role("button", name="Why is this adult missing?").click()

    expect(page.get_by_role("heading", name="About Carmen Rivera")).to_be_focused()
    assert_good(page, "missing-parent")


def test_a_scanned_licence_names_the_adult_wherever_the_focus_is(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(f"{DESK}{marisol.pk}/")
    page.locator("#search").focus()

    # As a scanner types: at once, with Enter for a line break and Ctrl+J for another.
    page.evaluate(
        """(text) => {
          for (const one of `~${text}`) {
            const keys = { "\\n": { key: "Enter" }, "\\r": { key: "j", ctrlKey: true } };
            const key = keys[one] ?? { key: one };
            const event = new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true });
            if (document.activeElement.dispatchEvent(event)) throw new Error("let through");
          }
        }""",
        of_2020(DCU="", DAD=""),
    )

    expect(page.locator("#adult")).to_have_value("ROBERT RIVERA")
    expect(page.locator("#verdict-word")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")
    expect(page.get_by_text("Scanned from the ID")).to_be_visible()
    assert_good(page, "scanned")


def test_the_agency_form_is_filled_in_and_an_administrator_releases(
    page: Page, context: BrowserContext, live_server: LiveServer, oak: School, marisol: Student
) -> None:
    sign_in(context, live_server, a_district_admin(oak.district))
    page.goto(f"{DESK}{marisol.pk}/")
    page.get_by_role("link", name="Police, child protection, ambulance").click()
    page.get_by_label("Office or station").fill("Maple County Sheriff")
    page.get_by_label("Name of the official, as on the ID").fill("Ruth Hale")
    page.get_by_label("Badge number").fill("4471")
    page.get_by_label("Number called back").fill("555-0199")
    page.get_by_label("Spoke with").fill("Sgt. Moss")
    page.get_by_label("Yes").check()
    assert_good(page, "agency-form")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="ADMINISTRATOR")).to_be_focused()
    page.get_by_label("Photo ID says Ruth Hale").check()
    page.get_by_label("Agency called back").check()
    page.get_by_label("What the agency said").fill("Sgt. Moss confirms the visit")
    assert_good(page, "agency-answer")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="released to Ruth Hale")).to_be_visible()
    assert_good(page, "agency-released")


def test_what_is_typed_before_the_page_is_ready_is_searched_for_all_the_same(
    page: Page, dana: User, marisol: Student
) -> None:
    held: list[Route] = []
    # Playwright marks the function that it is given, and a built-in takes no mark.
    page.route("**/htmx.min.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(DESK, wait_until="commit")
    page.locator("#search").press_sequentially("mar r")
    expect(page.get_by_role("option")).to_have_count(0)

    held[0].continue_()

    expect(page.get_by_role("option")).to_have_count(1)


def test_an_answer_that_comes_after_the_arrow_key_keeps_what_was_marked(
    page: Page, dana: User, marisol: Student, namesake: Student
) -> None:
    page.goto(DESK)
    page.keyboard.type("maris", delay=60)
    expect(page.get_by_role("option")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("option").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")

    with page.expect_response("**/search/"):
        page.evaluate(
            "() => { const box = document.querySelector('#search');"
            " htmx.ajax('POST', box.getAttribute('hx-post'),"
            " {source: box, target: '#found-area', values: {q: 'maris'}}); }"
        )

    page.wait_for_load_state("networkidle")
    expect(second).to_have_attribute("aria-selected", "true")


def test_the_usual_states_meet_the_accessibility_rules(
    page: Page, dana: User, marisol: Student, namesake: Student, oak: School
) -> None:
    a_listed_student(oak, "Marco", "Reyes", grade="05", identifier="20091180")

    page.goto(DESK)
    screenshot(page, "departure-empty")
    assert axe(page) == []

    page.keyboard.type("mar r")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(page.locator("#found-words")).to_have_text("3 students. Two have the same name.")
    screenshot(page, "departure-results")
    assert axe(page) == []

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#adult")).to_be_focused()
    screenshot(page, "departure-child")
    assert axe(page) == []

    page.keyboard.type("Bob Rivera")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="VERIFY")).to_be_focused()
    screenshot(page, "departure-verify")
    assert axe(page) == []


def test_a_release_with_evidence_fits_the_desk_without_scrolling(
    page: Page, dana: User, marisol: Student, namesake: Student
) -> None:
    a_contact(marisol, "Rosa", "Vega", role="relative")
    open_child(page, marisol)

    check(page, "Bob Rivera")

    assert page.evaluate("document.documentElement.scrollHeight") <= 768


def test_allow_and_released_meet_the_rules(page: Page, dana: User, marisol: Student) -> None:
    open_child(page, marisol)
    check(page, "Robert Rivera")
    page.get_by_label("Photo ID says").check()
    expect(page.get_by_role("heading", name="ALLOW")).to_be_visible()

    expect(page.locator("#verdict-said")).to_have_text("ALLOW. Listed as parent. Identity proved.")
    # The hand stays on the tick: the next Tab goes on from there.
    expect(page.get_by_label("Photo ID says")).to_be_focused()
    screenshot(page, "departure-allow")
    assert axe(page) == []

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="released to Robert RIVERA")).to_be_focused()
    screenshot(page, "departure-released")
    assert axe(page) == []
    page.keyboard.press("Alt+o")
    expect(page.locator("#search")).to_be_focused()


def test_a_refusal_is_calm_and_meets_the_rules(page: Page, dana: User, marisol: Student) -> None:
    open_child(page, marisol)

    check(page, "Carl Dunn")

    expect(page.get_by_role("alert").filter(has_text="DENY")).to_contain_text(
        "Please take a seat, someone will be with you."
    )
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    page.keyboard.press("F9")
    screenshot(page, "departure-deny")
    assert axe(page) == []


def test_a_possible_restricted_person_is_asked_about(
    page: Page, dana: User, marisol: Student
) -> None:
    a_listed_parent(marisol, "Carlo", "Dunn")
    open_child(page, marisol)
    check(page, "Carlo Dunn")
    expect(page.get_by_role("button", name="Carlo Dunn")).to_contain_text("Ask: restriction")
    expect(page.get_by_role("heading", name="ADMINISTRATOR")).to_be_focused()
    screenshot(page, "departure-admin")
    assert axe(page) == []

    page.get_by_label("Not sure").check()

    expect(page.get_by_role("heading", name="DENY")).to_be_visible()


def test_an_administrator_writes_down_why(
    page: Page, complaints: list[str], lee: User, marisol: Student
) -> None:
    Relationship.objects.filter(student=marisol).delete()
    open_child(page, marisol)
    screenshot(page, "departure-no-contacts")
    assert axe(page) == []
    check(page, "Elena Rivera")
    page.get_by_label("Photo ID says").check()
    page.get_by_label("Paper card on file").check()
    expect(page.get_by_role("button", name="Release")).to_be_enabled()
    screenshot(page, "departure-admin-decides")
    assert axe(page) == []

    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Write down why, in at least 10 characters")).to_be_visible()
    # The browser reports every page of 400 and up.
    complaints.clear()
    page.get_by_label("Why").fill("Paper card of August names her")
    page.get_by_role("button", name="Release").click()

    expect(page.get_by_role("heading", name="released to Elena Rivera")).to_be_focused()


def test_a_child_who_has_left_is_not_released_again(
    page: Page, dana: User, marisol: Student
) -> None:
    open_child(page, marisol)
    check(page, "Robert Rivera")
    page.get_by_label("Photo ID says").check()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("heading", name="released to")).to_be_visible()

    open_child(page, marisol)

    expect(page.get_by_role("heading", name="NOT POSSIBLE")).to_be_focused()
    screenshot(page, "departure-block")
    assert axe(page) == []
    page.get_by_role("link", name="Earlier record").click()
    page.get_by_text("Child not gone?").click()
    page.get_by_label("Why is it undone?").fill("The child came back to the desk")
    page.get_by_role("button", name="Undo").click()
    expect(
        page.get_by_role("heading", name="Undone: Marisol J. RIVERA is not gone")
    ).to_be_focused()
    screenshot(page, "departure-undone")
    assert axe(page) == []


def test_an_old_list_and_a_relative_meet_the_rules(
    page: Page, dana: User, source: SourceSchool, marisol: Student
) -> None:
    source.list_as_of = NOW - timedelta(hours=80)
    source.save()
    a_contact(marisol, "Rosa", "Vega", role="relative")
    gone = a_contact(marisol, "Tom", "Baker")
    gone.relationships.update(state=RelationshipState.ENDED, ended_at=NOW - timedelta(days=1))
    open_child(page, marisol)

    check(page, "Rosa Vega")

    expect(page.locator(".sg-header .sg-chip")).to_have_text(
        "Lists old: synced 3 days ago (Fri, Nov 20, 5:42 AM)"
    )
    screenshot(page, "departure-old-list")
    assert axe(page) == []


def test_a_desk_without_custody_check_says_so(
    page: Page, dana: User, marisol: Student, oak: School
) -> None:
    no_custody_check(oak)
    open_child(page, marisol)

    check(page, "Aunt May")

    expect(page.get_by_role("heading", name="ALLOW")).to_be_visible()
    expect(page.get_by_text("No custody check")).to_be_visible()
    screenshot(page, "departure-no-custody-check")
    assert axe(page) == []


def test_a_student_who_is_not_listed_is_looked_for_elsewhere(
    page: Page, dana: User, source: SourceSchool, fir: School
) -> None:
    a_listed_student(fir, "Cy", "Okafor")
    page.goto(DESK)
    page.keyboard.type("okaf")
    expect(page.get_by_text("Not on Oak Elementary's list (synced 6:10 AM).")).to_be_visible()
    screenshot(page, "departure-not-found")
    assert axe(page) == []

    page.get_by_role("button", name="Look in other schools").click()

    expect(page.get_by_text("Fir Middle School")).to_be_visible()
    expect(page.get_by_role("option")).to_have_count(0)
    assert axe(page) == []


def test_enter_never_chooses_a_contact(page: Page, dana: User, marisol: Student) -> None:
    open_child(page, marisol)

    page.keyboard.type("Bob Rivera")
    page.keyboard.press("Enter")

    expect(page.locator("#verdict-word")).to_be_focused()
    expect(page.get_by_text("As the contact")).to_have_count(0)


def test_a_pressed_contact_still_asks_for_the_id(page: Page, dana: User, marisol: Student) -> None:
    open_child(page, marisol)

    page.get_by_role("button", name="Elena Rivera-Cruz").click()

    expect(page.get_by_text("As the contact Elena Rivera-Cruz")).to_be_visible()
    expect(page.get_by_label("Photo ID says Elena Rivera-Cruz")).not_to_be_checked()
    expect(page.get_by_role("button", name="Release")).to_be_disabled()


def test_escape_goes_one_step_back_and_drops_nothing(
    page: Page, dana: User, marisol: Student
) -> None:
    open_child(page, marisol)
    check(page, "Bob Rivera")

    page.keyboard.press("Escape")
    expect(page.locator("#adult")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#adult")).to_have_value("Bob Rivera")


def test_the_page_fits_a_narrow_screen_and_twice_the_size(
    page: Page, dana: User, marisol: Student, namesake: Student
) -> None:
    open_child(page, marisol)
    check(page, "Bob Rivera")

    page.set_viewport_size(PHONE)
    screenshot(page, "departure-narrow")
    assert not scrolls_sideways(page)
    page.set_viewport_size({"width": 683, "height": 384})

    assert not scrolls_sideways(page)


def test_a_release_works_without_javascript(
    plain_page: Page, live_server: LiveServer, marisol: Student, oak: School
) -> None:
    sign_in(plain_page.context, live_server, dana_at(oak))
    plain_page.goto(DESK)

    plain_page.locator("#search").fill("rivera mar")
    plain_page.get_by_role("button", name="Search").click()
    plain_page.locator("#adult").fill("Robert Rivera")
    plain_page.get_by_role("button", name="Check").click()
    plain_page.get_by_label("Photo ID says").check()
    plain_page.get_by_role("button", name="Check").click()
    plain_page.get_by_role("button", name="Release").click()

    expect(plain_page.get_by_role("heading", name="released to Robert RIVERA")).to_be_visible()
    screenshot(plain_page, "departure-plain")


def test_the_receipt_prints_on_one_label(page: Page, dana: User, marisol: Student) -> None:
    open_child(page, marisol)
    check(page, "Robert Rivera")
    page.get_by_label("Photo ID says").check()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("heading", name="released to")).to_be_visible()

    label = page.pdf(prefer_css_page_size=True)

    # 62 x 60 mm in points; the printer rounds.
    assert label.count(b"/Type /Page\n") == 1
    assert re.search(rb"/MediaBox\s*\[0 0 17[56][.0-9]* 1(69|70)", label), label[:2000]
