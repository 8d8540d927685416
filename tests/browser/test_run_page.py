"""The page of a running sync in a real browser: figures that move, a button that stops it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, axe, screenshot, scrolls_sideways
from cast import a_district, a_district_admin, a_registration, a_run
from schoolgate.sync.models import SyncRun


@pytest.fixture
def run(transactional_db: None, context: BrowserContext, live_server: LiveServer) -> SyncRun:
    """A sync that has read a quarter in a minute; Lee is signed in."""
    district = a_district()
    lee = a_district_admin(district)
    client = Client()
    client.force_login(lee)
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])
    began = datetime.now(UTC) - timedelta(minutes=1)  # noqa: TID251  # what the page's clock shows
    return a_run(
        a_registration(district),
        state="running",
        stage="collect",
        asked_by=lee,
        asked_at=began,
        started_at=began,
        ended_at=None,
        complete=None,
        attempts=1,
        rows_read=12_000,
        rows_expected=48_000,
        pages=12,
    )


def test_the_figures_move_while_what_is_said_stays(page: Page, run: SyncRun) -> None:
    page.goto(f"/d/maple-valley/runs/{run.id}/")
    page.evaluate("document.querySelector('#run-progress p').dataset.kept = 'yes'")
    expect(page.locator("#run-figures")).to_contain_text("12,000 of about 48,000 (25 %)")

    SyncRun.objects.filter(pk=run.id).update(rows_read=24_000, pages=24)

    expect(page.locator("#run-figures")).to_contain_text("24,000 of about 48,000 (50 %)")
    assert page.evaluate("document.querySelector('#run-progress p').dataset.kept") == "yes"
    assert axe(page) == []
    screenshot(page, "run-in-progress")


def test_a_stage_that_begins_is_said_and_the_end_brings_the_outcome(
    page: Page, run: SyncRun
) -> None:
    page.goto(f"/d/maple-valley/runs/{run.id}/")
    now = datetime.now(UTC)  # noqa: TID251  # what the page's clock shows

    SyncRun.objects.filter(pk=run.id).update(stage="apply", fetched_at=now, planned_at=now)
    expect(page.get_by_role("status")).to_contain_text("Step 5 of 5")
    expect(page.get_by_role("button", name="Stop this sync")).to_have_count(0)
    screenshot(page, "run-writing")
    SyncRun.objects.filter(pk=run.id).update(
        state="applied", ended_at=now, complete=True, changes={"student.added": 3}
    )

    expect(page.get_by_role("status")).to_contain_text("Done")
    expect(page.locator("#run-outcome")).to_contain_text("3 students added")
    expect(page.locator("#run-figures")).to_be_empty()


def test_the_stop_button_works_by_keyboard_and_says_what_happens(page: Page, run: SyncRun) -> None:
    page.goto(f"/d/maple-valley/runs/{run.id}/")

    page.get_by_role("button", name="Stop this sync").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Stopping")
    assert axe(page) == []
    screenshot(page, "run-stopping")


def test_the_page_fits_a_phone(page: Page, run: SyncRun) -> None:
    page.set_viewport_size(PHONE)

    page.goto(f"/d/maple-valley/runs/{run.id}/")

    assert not scrolls_sideways(page)
    screenshot(page, "run-in-progress-phone")


def test_without_javascript_the_page_is_looked_at_again_by_hand(
    plain_page: Page, run: SyncRun, context: BrowserContext
) -> None:
    plain_page.context.add_cookies(context.cookies())

    plain_page.goto(f"/d/maple-valley/runs/{run.id}/")
    SyncRun.objects.filter(pk=run.id).update(rows_read=24_000)
    plain_page.get_by_role("link", name="Look again").click()

    expect(plain_page.locator("#run-figures")).to_contain_text("(50 %)")
