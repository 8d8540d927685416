"""A SIS gives everybody, and every school, a new id: the district says so, and nothing is lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cast import MONDAY, a_district, a_district_admin
from fakes import FakeClock
from schoolgate.registrations import school_choice
from schoolgate.registrations.models import Auth, DataChoice, Registration
from schoolgate.registrations.registering import RestAddress, add_registration
from schoolgate.registrations.school_rekey import take_under_new_ids
from schoolgate.registrations.sources import open_source
from schoolgate.roster.models import Guardian, Student
from schoolgate.roster.queries import roster_of
from schoolgate.sandbox import District as SandboxDistrict
from schoolgate.sandbox import Sandbox
from schoolgate.sync import runs
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.rekey import Done, rekey_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def sis() -> Iterator[Sandbox]:
    with Sandbox(SandboxDistrict(400, seed=3, schools=3)) as sandbox:
        yield sandbox


@pytest.fixture
def registration(sis: Sandbox) -> Registration:
    registration = add_registration(
        a_district(),
        name="SIS",
        where=RestAddress(
            base_url=sis.base_url,
            auth=Auth.BEARER,
            key=sis.key,
            secret=sis.bearer,
            token_url=sis.token_url,
            page_size=200,
            insecure=True,
        ),
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
        by=None,
        at=MONDAY,
    )
    look(registration)
    school_choice.map_all(registration, at=MONDAY, by=None)
    return registration


def look(registration: Registration) -> None:
    source = open_source(registration)
    school_choice.look_at_source(registration, source)
    source.close()


def sync(registration: Registration) -> SyncRun:
    run = runs.ask_for_run(registration, by=None, at=MONDAY)
    return runs.carry_out(run, clock=FakeClock(), tell=lambda _stage, _count: None)


def roster(registration: Registration) -> list[dict[str, Any]]:
    """Everybody who is there, and how they belong together."""
    records = roster_of(registration.district)
    return sorted((one for one in records if one["state"] in ("active", "current")), key=str)


def under_new_ids(record: dict[str, Any]) -> dict[str, Any]:
    ids = ("sourced_id", "student", "guardian")
    return {key: f"new-{value}" if key in ids else value for key, value in record.items()}


def test_the_same_people_at_the_same_schools_go_on(
    sis: Sandbox, registration: Registration
) -> None:
    sync(registration)
    before = roster(registration)
    students = set(Student.objects.values_list("id", flat=True))
    guardians = set(Guardian.objects.values_list("id", flat=True))
    lee = a_district_admin(registration.district).pk

    sis.set_quirks(["new_ids"])
    without_schools = sync(registration)
    look(registration)
    taken = take_under_new_ids(registration, without_schools.schools_missing, by=lee, at=MONDAY)
    turned = sync(registration)
    turned.refresh_from_db()
    done = rekey_all(
        turned, why="Our SIS was upgraded.", by=lee, clock=FakeClock(), within=timedelta(minutes=1)
    )
    after = sync(registration)

    assert len(taken) == 3
    assert set(
        Hold.objects.filter(run=turned, kind="student").values_list("reason", flat=True)
    ) == {"ids_turned_over"}
    assert done == Done(schools=3, people=len(students), in_doubt=(), left=0)
    assert after.state == "unchanged"
    there = Student.objects.filter(state="active"), Guardian.objects.filter(state="active")
    assert [set(rows.values_list("id", flat=True)) for rows in there] == [students, guardians]
    assert roster(registration) == sorted(map(under_new_ids, before), key=str)
