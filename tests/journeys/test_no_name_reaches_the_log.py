"""Syncs that end well and badly, and a day at a desk: the log tells of it, and names nobody."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from cast import a_school, an_enabled_school
from csv_bundles import a_zip, users_of
from desk_cast import DESK
from logs import lines_in, log_of_a_service
from schoolgate.accounts.models import User
from schoolgate.districts.adding import add_staff
from schoolgate.districts.models import District, Role
from schoolgate.frontdesk import type_ahead
from schoolgate.registrations.models import DataChoice, Registration
from schoolgate.registrations.registering import CsvPlace, RestAddress, add_registration
from schoolgate.roster.models import Student
from schoolgate.sandbox import District as Invented
from schoolgate.sandbox import Sandbox
from schoolgate.sync import runs
from schoolgate.sync.models import SyncRun

pytestmark = pytest.mark.django_db

# Words that stand nowhere else.
NEVER = [
    "Xanthippe",
    "Quillfeather",
    "Zebulon",
    "Ostrander",
    "555-0197",
    "zebulon@example.org",
    "Wilhelmina",
    "Thistlewood",
    "three-blue-kites",
    "wilhelmina.signs.in",
    "a-long-password",
]
CHILD = 's-1,,,true,oak,student,xan,,Xanthippe,Quillfeather,,17,,,,"g-1",09,'
PARENT = "g-1,,,true,oak,parent,,,Zebulon,Ostrander,,,zebulon@example.org,,555-0197,s-1,,"
# Without a sourcedId: a row that cannot be read.
BROKEN = ",,,true,oak,student,,,Xanthippe,Thistlewood,,18,,,,,09,"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    with log_of_a_service() as stream:
        # Even what a library tells to who asks for everything.
        logging.getLogger("django.request").setLevel(logging.DEBUG)
        yield stream


@pytest.fixture
def oak_zip(maple_valley: District, tmp_path: Path) -> Registration:
    registration = add_registration(
        maple_valley,
        name="Nightly zip",
        where=CsvPlace(path=str(a_zip(tmp_path, {"users.csv": users_of(CHILD, PARENT, BROKEN)}))),
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
        by=None,
        at=_now(),
    )
    an_enabled_school(registration, "oak", a_school(maple_valley, "oak", "Oak Elementary"))
    return registration


@pytest.fixture
def desk(maple_valley: District, oak_zip: Registration) -> Client:
    """Give the browser of a clerk who has just signed in, by the page."""
    user = User.objects.create_user(
        "wilhelmina.signs.in",
        first_name="Wilhelmina",
        last_name="Thistlewood",
        password="a-long-password",
    )
    add_staff(
        district=maple_valley, user=user, role=Role.CLERK, schools=list(maple_valley.schools.all())
    )
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"login": user.username, "password": "a-long-password"})
    return client


def _now() -> Any:
    return timezone.now()  # noqa: TID251  # the pages ask the real clock


def a_sync_of(registration: Registration) -> SyncRun:
    run = runs.ask_for_run(registration, by=None, at=_now())
    return runs.carry_out(run, clock=_now, tell=lambda _stage, _count: None)


def named_in(stream: io.StringIO) -> list[str]:
    text = stream.getvalue().casefold()
    return [word for word in NEVER if word.casefold() in text]


def events_in(stream: io.StringIO) -> set[str]:
    return {line["event"] for line in lines_in(stream)}


def test_a_sync_tells_its_ids_and_figures(written: io.StringIO, oak_zip: Registration) -> None:
    run = a_sync_of(oak_zip)

    started, ended = [line for line in lines_in(written) if line["event"].startswith("sync.run")]
    assert run.state == "applied"
    assert (started["event"], started["run"], started["attempt"]) == (
        "sync.run.started",
        run.id,
        1,
    )
    assert (ended["event"], ended["state"], ended["registration"]) == (
        "sync.run.ended",
        "applied",
        oak_zip.id,
    )
    assert (ended["rows"], ended["changes"], ended["complete"]) == (3, 3, False)
    assert named_in(written) == []


def test_a_source_that_refuses_us_is_told_without_its_address_and_our_secret(
    written: io.StringIO, maple_valley: District
) -> None:
    with Sandbox(Invented(20, seed=1, schools=2)) as sandbox:
        source = add_registration(
            maple_valley,
            name="Main SIS",
            where=RestAddress(
                base_url=sandbox.base_url,
                auth="oauth1",
                key=sandbox.key,
                secret="three-blue-kites",
                insecure=True,
            ),
            data_choice=DataChoice.STUDENTS,
            by=None,
            at=_now(),
        )
        an_enabled_school(source, "oak", a_school(maple_valley, "oak", "Oak Elementary"))

        run = a_sync_of(source)

    (failed,) = [line for line in lines_in(written) if line["event"] == "sync.run.failed"]
    assert (run.failure, failed["failure"]) == ("not_signed_in", "not_signed_in")
    assert failed["retry_helps"] is False
    assert "127.0.0.1" not in written.getvalue()
    assert named_in(written) == []


def test_a_fault_in_the_middle_of_a_sync_is_told_without_the_row(
    written: io.StringIO, oak_zip: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_words: object) -> None:
        raise IntegrityError("Key (name)=(Xanthippe Quillfeather) already exists.")

    monkeypatch.setattr(runs.path, "decide", breaks)

    with pytest.raises(IntegrityError):
        a_sync_of(oak_zip)

    assert "sync.run.failed" in events_in(written)
    assert named_in(written) == []


def test_a_day_at_the_desk_is_told_by_its_views(
    written: io.StringIO, oak_zip: Registration, desk: Client
) -> None:
    a_sync_of(oak_zip)
    xan = Student.objects.get(given_name="Xanthippe")
    desk.get(DESK)
    desk.post(f"{DESK}search/", {"q": "xanthippe quill"})
    desk.get(f"{DESK}?q=Xanthippe+Quillfeather")
    child = desk.get(f"{DESK}{xan.pk}/")
    desk.post(
        f"{DESK}{xan.pk}/verdict/",
        {"shown": child.context["sealed"], "name": "Zebulon Ostrander"},
    )
    desk.get("/nobody/Xanthippe-Quillfeather/")
    desk.get("/d/maple-valley/?who=Zebulon")

    views = {line["view"] for line in lines_in(written) if line["event"] == "web.request"}
    assert views >= {
        "account_login",
        "frontdesk:early_departure",
        "frontdesk:search",
        "frontdesk:child",
        "frontdesk:verdict",
        "none",
    }
    assert named_in(written) == []


def test_a_page_that_breaks_is_told_with_its_place_and_without_what_was_typed(
    written: io.StringIO,
    desk: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_args: object, **_words: object) -> None:
        raise ValueError("no such name: Xanthippe Quillfeather, 555-0197")

    monkeypatch.setattr(type_ahead, "find_students", breaks)

    answer = desk.post(f"{DESK}search/", {"q": "xanthippe"})

    assert answer.status_code == 500
    (fault,) = [line for line in lines_in(written) if line["logger"] == "django.request"]
    assert fault["error"] == "ValueError"
    assert any(place.startswith("schoolgate.frontdesk.views:") for place in fault["where"])
    assert named_in(written) == []
