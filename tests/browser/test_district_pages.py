"""The district administrator's and support's pages in a real browser."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import DESK, PHONE, axe, screenshot, scrolls_sideways
from cast import (
    a_district,
    a_district_admin,
    a_listed_student,
    a_registration,
    a_run,
    a_school,
    a_support_person,
    an_enabled_school,
)
from csv_bundles import a_zip
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, Edition, School
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.registrations.registering import RestAddress, add_registration
from schoolgate.sync.models import Hold, RowProblem, SyncRun

TWICE_THE_SIZE = {"width": 683, "height": 384}


@pytest.fixture
def district(transactional_db: None) -> District:
    return a_district()


@pytest.fixture
def lee(district: District, context: BrowserContext, live_server: LiveServer) -> User:
    return _signed_in(a_district_admin(district), context, live_server)


@pytest.fixture
def source(district: District) -> Registration:
    """Main SIS with Oak and Fir, a run that ended well, one that holds, one that failed."""
    now = _now()
    registration = add_registration(
        district,
        name="Main SIS",
        where=RestAddress(
            base_url="https://sis.maple-valley.example.org/ims/oneroster/v1p1",
            auth="oauth1",
            key="schoolgate",
            secret="three blue kites",
        ),
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
        by=None,
        at=now,
    )
    oak = a_school(district, "oak", "Oak Elementary")
    fir = a_school(district, "fir", "Fir Middle School")
    an_enabled_school(registration, "4f2c-oak", oak)
    an_enabled_school(registration, "77aa-fir", fir, DataChoice.STUDENTS)
    SourceSchool.objects.create(
        district=district,
        registration=registration,
        sourced_id="9b1e-elm",
        name="Elm High School",
        type="school",
        identifier="0443",
    )
    SourceSchool.objects.filter(school=oak).update(list_as_of=now - timedelta(hours=7))
    SourceSchool.objects.filter(school=fir).update(list_as_of=now - timedelta(days=3))
    for number in range(4):
        a_listed_student(oak, f"Ana {number}", "Lopez")
    return registration


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # pages tell ages against the real clock


def _run(registration: Registration, hours_ago: float, **fields: object) -> SyncRun:
    at = _now() - timedelta(hours=hours_ago)
    return a_run(
        registration,
        **{
            "asked_at": at,
            "started_at": at,
            "ended_at": at + timedelta(seconds=95),
            "rows_read": 28_114,
            "rows_unchanged": 28_101,
            "pages": 29,
            "changes": {"student.added": 3, "student.transferred": 1, "relationship.added": 6},
            "timings": {"fetch": 81.2, "decide": 2.04, "apply": 0.41},
            **fields,
        },
    )


def _held(registration: Registration) -> SyncRun:
    run = _run(registration, 1, state="held", problems={"missing_field": 2, "enum_case": 812})
    Hold.objects.create(
        district=registration.district,
        run=run,
        school=School.objects.get(code="oak"),
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    for position in (1204, 7733):
        RowProblem.objects.create(
            district=registration.district,
            run=run,
            kind="missing_field",
            severity="error",
            collection="users",
            position=position,
            sourced_id=f"u-{position}",
            field="familyName",
            expected="text, not empty",
        )
    return run


def _failed(registration: Registration) -> SyncRun:
    return _run(
        registration,
        26,
        state="failed",
        complete=None,
        changes={},
        timings={"fetch": 3.1},
        failure="not_signed_in",
        failure_detail="The source refused the key and secret (401). Ask the SIS administrator "
        "whether they are still valid.",
    )


def _signed_in(user: User, context: BrowserContext, live_server: LiveServer) -> User:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])
    return user


def _look_at(page: Page, address: str, name: str) -> list[str]:
    """What is wrong with a page at the desk's size, at 200 percent, and on 320 pixels."""
    page.set_viewport_size(DESK)
    page.goto(address)
    screenshot(page, name)
    wrong = axe(page)
    for size, suffix in ((TWICE_THE_SIZE, "twice"), (PHONE, "narrow")):
        page.set_viewport_size(size)
        screenshot(page, f"{name}-{suffix}")
        wrong += ["it scrolls sideways"] if scrolls_sideways(page) else []
    return wrong


def test_the_checklist_of_a_new_district(page: Page, lee: User) -> None:
    assert _look_at(page, "/d/maple-valley/", "overview-empty") == []


def test_the_overview(page: Page, lee: User, source: Registration) -> None:
    _failed(source)
    _held(source)

    assert _look_at(page, "/d/maple-valley/", "overview") == []


def test_the_overview_of_a_standard_district(
    page: Page, transactional_db: None, context: BrowserContext, live_server: LiveServer
) -> None:
    district = a_district("Elm Town", Edition.STANDARD)
    a_school(district, "elm", "Elm Elementary")
    _signed_in(a_district_admin(district), context, live_server)

    assert _look_at(page, "/d/elm-town/", "overview-standard") == []


def test_the_page_of_a_source(page: Page, lee: User, source: Registration) -> None:
    _failed(source)
    _run(source, 8)
    _held(source)

    assert _look_at(page, "/d/maple-valley/registrations/main-sis/", "source") == []


def test_the_page_of_a_sync_that_holds(page: Page, lee: User, source: Registration) -> None:
    run = _held(source)

    assert _look_at(page, f"/d/maple-valley/runs/{run.id}/", "run-held") == []


def test_the_page_of_a_sync_that_failed(page: Page, lee: User, source: Registration) -> None:
    run = _failed(source)

    assert _look_at(page, f"/d/maple-valley/runs/{run.id}/", "run-failed") == []


def test_the_form_of_a_rest_source(page: Page, lee: User) -> None:
    assert _look_at(page, "/d/maple-valley/registrations/add/", "add-rest") == []


def test_the_form_of_a_csv_source(page: Page, lee: User) -> None:
    assert _look_at(page, "/d/maple-valley/registrations/add/csv/", "add-csv") == []


def test_the_settings_of_a_source(page: Page, lee: User, source: Registration) -> None:
    assert _look_at(page, "/d/maple-valley/registrations/main-sis/settings/", "settings") == []


def test_the_choice_of_schools(page: Page, lee: User, source: Registration) -> None:
    assert _look_at(page, "/d/maple-valley/registrations/main-sis/schools/", "schools") == []


def test_the_choice_of_schools_before_anybody_looked(
    page: Page, lee: User, district: District
) -> None:
    a_registration(district)

    assert _look_at(page, "/d/maple-valley/registrations/main-sis/schools/", "schools-empty") == []


def test_supports_list_of_districts(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    _failed(source)
    a_district("Pine Ridge", Edition.STANDARD)
    _signed_in(a_support_person(), context, live_server)

    assert _look_at(page, "/districts/", "districts") == []


def test_somebody_without_a_school(
    page: Page, transactional_db: None, context: BrowserContext, live_server: LiveServer
) -> None:
    _signed_in(User.objects.create_user("noor", first_name="Noor"), context, live_server)

    assert _look_at(page, "/", "no-school") == []


def test_the_tables_of_a_narrow_screen(page: Page, lee: User, source: Registration) -> None:
    page.set_viewport_size(PHONE)

    page.goto("/d/maple-valley/registrations/main-sis/schools/")

    assert axe(page) == []


def test_a_wrong_address_is_told_at_its_field_and_takes_the_focus(
    page: Page, lee: User, complaints: list[str]
) -> None:
    page.goto("/d/maple-valley/registrations/add/")
    page.get_by_label("Name", exact=True).fill("Main SIS")
    page.get_by_label("Base URL").fill("http://10.0.0.7/ims/oneroster/v1p2")
    page.get_by_label("Key or client ID").fill("schoolgate")
    page.get_by_label("Secret or token").fill("three blue kites")

    page.get_by_role("button", name="Add this source").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Base URL")).to_have_attribute("aria-invalid", "true")
    screenshot(page, "add-refused")
    assert axe(page) == []
    # The browser reports every answer that is not 2xx.
    complaints.clear()


def test_a_running_sync_tells_of_its_end_by_itself(
    page: Page, lee: User, source: Registration
) -> None:
    run = _run(source, 0, state="running", stage="collect", complete=None, ended_at=None)
    page.goto(f"/d/maple-valley/runs/{run.id}/")
    expect(page.get_by_role("status")).to_contain_text("reading the source")
    screenshot(page, "run-running")

    SyncRun.objects.filter(id=run.id).update(state="applied", complete=True, ended_at=run.asked_at)

    expect(page.get_by_role("status")).to_contain_text("Done", timeout=6_000)
    expect(page.get_by_text("3 students added")).to_be_visible()
    assert axe(page) == []


def test_a_source_is_added_and_its_schools_chosen_with_the_keyboard_alone(
    page: Page, lee: User, tmp_path: Path
) -> None:
    page.goto("/d/maple-valley/registrations/add/csv/")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Nightly zip")
    page.get_by_label("OneRoster CSV zip").set_input_files(a_zip(tmp_path))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Schools of Nightly zip")).to_be_visible()

    _press(page, "Look for schools")
    page.get_by_role("checkbox", name="Take: Oak School").press("Space")
    _press(page, "Save")

    expect(page.get_by_text("1 school is changed.")).to_be_visible()
    assert SourceSchool.objects.get().enabled


def test_the_pages_work_without_javascript(
    plain_page: Page, lee: User, source: Registration, live_server: LiveServer
) -> None:
    run = _run(source, 0, state="running", stage="apply", complete=None, ended_at=None)
    _signed_in(lee, plain_page.context, live_server)
    plain_page.goto(f"/d/maple-valley/runs/{run.id}/")
    SyncRun.objects.filter(id=run.id).update(state="applied", complete=True, ended_at=run.asked_at)

    plain_page.get_by_role("link", name="Look again").click()

    expect(plain_page.get_by_text("3 students added")).to_be_visible()


def _press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).focus()
    page.keyboard.press("Enter")
