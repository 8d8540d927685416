"""The kiosk in a real browser: two languages, large targets, and a start over."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, sign_in
from cast import a_district_admin, a_listed_student
from desk_cast import NOW, a_fresh_list, dana_at, marisol_at
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, KioskArrival

OAK = "/d/maple-valley/desk/oak/"


@pytest.fixture(autouse=True)
def _at_142_pm() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def school(transactional_db: None, oak: School) -> School:
    a_fresh_list(oak)
    marisol_at(oak)
    a_listed_student(oak, "Marco", "Vega", sourced_id="marco")
    a_listed_student(oak, "Ben", "Ash", grade="04")
    return oak


def test_a_tablet_becomes_a_kiosk_takes_a_late_child_and_the_desk_confirms(
    page: Page, context: BrowserContext, live_server: LiveServer, school: School
) -> None:
    sign_in(context, live_server, a_district_admin(school.district))
    page.goto(f"{OAK}kiosks/")
    assert_good(page, "kiosks-empty")
    page.get_by_label("Where it stands").fill("Front door")
    page.get_by_role("button", name="Make this device a kiosk").click()
    expect(page.get_by_role("heading", name="Late today?")).to_be_visible()
    assert_good(page, "kiosk-start")

    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", name="¿Llegas tarde?")).to_be_visible()
    assert_good(page, "kiosk-start-es")
    page.get_by_label("Tu nombre o tu tarjeta").fill("mar")
    page.get_by_label("2", exact=True).check()
    page.get_by_role("button", name="Buscarme").click()
    expect(page.get_by_role("button", name="Marisol R. · Grado 2")).to_be_visible()
    assert_good(page, "kiosk-who")
    page.get_by_role("button", name="Marisol R.").click()
    assert_good(page, "kiosk-why")
    page.get_by_role("button", name="El autobús llegó tarde").click()
    expect(page.get_by_text("Tu llegada tarde está anotada.")).to_be_visible()
    assert_good(page, "kiosk-done")

    sign_in(context, live_server, dana_at(school))
    page.goto(f"{OAK}late-arrival/")
    expect(page.get_by_text("From the kiosk, to confirm: 1")).to_be_visible()
    assert_good(page, "kiosk-to-confirm")
    page.keyboard.press("Alt+c")
    expect(page.get_by_text("Late today: 1")).to_be_visible()
    assert DeskEvent.objects.get().kind == "late_arrival"
    assert KioskArrival.objects.get().event == DeskEvent.objects.get()


def test_a_kiosk_on_a_narrow_screen_that_was_left_alone_begins_again(
    page: Page, context: BrowserContext, live_server: LiveServer, school: School
) -> None:
    sign_in(context, live_server, a_district_admin(school.district))
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{OAK}kiosks/")
    page.get_by_label("Where it stands").fill("Front door")
    page.get_by_role("button", name="Make this device a kiosk").click()
    page.clock.install()
    page.get_by_label("Your name").fill("mar")
    page.get_by_label("2", exact=True).check()
    assert_good(page, "narrow-kiosk-start")
    page.get_by_role("button", name="Find me").click()
    expect(page.get_by_text("Marco V.")).to_be_visible()
    # The seconds are counted from when the page's script has run.
    page.wait_for_load_state("load")

    page.clock.run_for(11_000)
    expect(page.get_by_text("This page begins again in")).to_be_visible()
    assert_good(page, "narrow-kiosk-reset")
    page.get_by_role("button", name="I need more time").click()
    page.clock.run_for(9_000)
    expect(page.get_by_text("Marco V.")).to_be_visible()
    page.clock.run_for(12_000)

    expect(page.get_by_role("button", name="Find me")).to_be_visible()
    expect(page.get_by_text("Marco V.")).to_have_count(0)


def test_another_device_is_no_kiosk(page: Page, complaints: list[str], school: School) -> None:
    page.goto("/kiosk/")

    expect(page.get_by_text("This kiosk is switched off.")).to_be_visible()
    assert_good(page, "kiosk-off")
    complaints.clear()
