"""One district, read in every way we know, gives one roster; a day's changes are exactly those."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cast import MONDAY, a_district
from fakes import FakeClock
from schoolgate.districts.models import District
from schoolgate.registrations import school_choice
from schoolgate.registrations.models import Auth, DataChoice, Registration
from schoolgate.registrations.registering import CsvPlace, RestAddress, add_registration
from schoolgate.registrations.sources import open_source
from schoolgate.roster.queries import roster_of
from schoolgate.sandbox import District as SandboxDistrict
from schoolgate.sandbox import Sandbox
from schoolgate.sandbox.csv_zip import write_csv_zip
from schoolgate.sync import runs
from schoolgate.sync.models import SyncRun

pytestmark = pytest.mark.django_db

ODD = [
    "page_cap=97",
    "flaky_429=7",
    "no_total",
    "no_link",
    "string_booleans",
    "refs_as_strings",
    "empty_as_204",
    "role_case",
    "null_fields",
    "extra_top_level",
    "no_sort",
]
ODDER = [
    "flaky_503=9",
    "hostless_links",
    "agents_adult_side",
    "ignores_limit=90",
    "envelope_students_key",
    "metadata_string",
    "inactive_status",
    "drop_connection=11",
]


@pytest.fixture
def sis() -> Iterator[Sandbox]:
    with Sandbox(SandboxDistrict(300, seed=3, schools=3)) as sandbox:
        yield sandbox


def rest(sis: Sandbox, auth: str) -> RestAddress:
    return RestAddress(
        base_url=sis.base_url,
        auth=auth,
        key=sis.key,
        secret=sis.bearer if auth == Auth.BEARER else sis.secret,
        token_url=sis.token_url,
        page_size=200,
        insecure=True,
    )


def connect(name: str, where: RestAddress | CsvPlace) -> Registration:
    registration = add_registration(
        a_district(name),
        name="SIS",
        where=where,
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
        by=None,
        at=MONDAY,
    )
    source = open_source(registration)
    school_choice.look_at_source(registration, source)
    source.close()
    school_choice.map_all(registration, at=MONDAY, by=None)
    return registration


def sync(registration: Registration) -> SyncRun:
    run = runs.ask_for_run(registration, by=None, at=MONDAY)
    return runs.carry_out(run, clock=FakeClock(), tell=lambda _stage, _count: None)


def roster(district: District) -> list[dict[str, Any]]:
    return sorted(roster_of(district), key=str)


def test_oauth1_oauth2_bearer_odd_servers_and_the_zip_give_the_same_roster(
    sis: Sandbox, tmp_path: Path
) -> None:
    write_csv_zip(sis.district, tmp_path / "oneroster.zip")
    plain = connect("Plain", rest(sis, Auth.OAUTH1))
    others = [
        connect("Token", rest(sis, Auth.OAUTH2)),
        connect("Bearer", rest(sis, Auth.BEARER)),
        connect("Zip", CsvPlace(path=str(tmp_path / "oneroster.zip"))),
    ]
    odd = connect("Odd", rest(sis, Auth.OAUTH1))
    odder = connect("Odder", rest(sis, Auth.OAUTH2))

    finished = [sync(registration) for registration in (plain, *others)]
    sis.set_quirks(ODD)
    finished.append(sync(odd))
    sis.set_quirks(ODDER)
    finished.append(sync(odder))

    assert [(run.state, run.complete, run.failure_detail) for run in finished] == [
        ("applied", True, "")
    ] * 6
    expected = roster(plain.district)
    assert len(expected) > 1_000
    for registration in (*others, odd, odder):
        assert roster(registration.district) == expected, registration.district.name


def test_what_a_sync_reports_after_a_day_is_exactly_what_happened(sis: Sandbox) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH1))
    sync(registration)
    nothing = sync(registration)

    for _ in range(4):
        happened = sis.tick(share=0.08)
        reported = sync(registration)

        assert reported.changes == {what: count for what, count in happened.items() if count}
    assert nothing.changes == {}


def test_students_who_only_vanish_depart_too(tmp_path: Path) -> None:
    district = SandboxDistrict(200, seed=5, schools=2, deletes="absence")
    with Sandbox(district) as sis:
        registration = connect("Plain", rest(sis, Auth.OAUTH2))
        sync(registration)
        happened = sis.tick(share=0.1)

        reported = sync(registration)

    assert happened["student.departed"] > 0
    assert reported.changes == {what: count for what, count in happened.items() if count}


@pytest.mark.parametrize(
    ("quirk", "reason"),
    [
        ("moving_total", "total_moved"),
        ("page_fails=3", "page_failed"),
        ("ignores_offset", "repeated_page"),
        ("wrong_total=25", "fewer_than_total"),
    ],
)
def test_a_pull_that_is_not_whole_removes_nobody_and_says_why(
    sis: Sandbox, quirk: str, reason: str
) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH1))
    sync(registration)
    before = roster(registration.district)
    sis.set_quirks([quirk])

    run = sync(registration)

    assert (run.complete, run.incomplete_reason) == (False, reason)
    assert roster(registration.district) == before


def test_a_page_that_shifts_while_it_is_read_is_read_again(sis: Sandbox) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH1))
    sis.set_quirks(["shifting_pages", "no_sort"])

    run = sync(registration)

    assert (run.state, run.complete) == ("applied", True)
    assert sync(registration).state == "unchanged"


@pytest.mark.parametrize(
    ("quirk", "failure"),
    [
        ("html_200", "not_one_roster"),
        ("broken_json", "broken_answer"),
        ("wrong_envelope", "not_one_roster"),
        ("one_two_shape", "unsupported_version"),
        ("redirect_elsewhere", "not_one_roster"),
    ],
)
def test_a_source_that_does_not_answer_as_it_should_leaves_the_roster_alone(
    sis: Sandbox, quirk: str, failure: str
) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH1))
    sync(registration)
    before = roster(registration.district)
    sis.set_quirks([quirk])

    run = sync(registration)

    assert (run.state, run.failure) == ("failed", failure)
    assert run.failure_detail.endswith(".")
    assert roster(registration.district) == before


def test_half_the_users_missing_under_a_fitting_total_is_held(sis: Sandbox) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH1))
    sync(registration)
    before = roster(registration.district)
    sis.set_quirks(["shrink=0.5"])

    run = sync(registration)

    assert (run.state, run.complete) == ("held", True)
    assert [row for row in roster(registration.district) if row["type"] == "student"] == [
        row for row in before if row["type"] == "student"
    ]


def test_the_sis_is_only_read(sis: Sandbox) -> None:
    registration = connect("Plain", rest(sis, Auth.OAUTH2))

    sync(registration)

    asked = {(request.method, request.path) for request in sis.requests}
    assert {method for method, path in asked if path != "/oauth/token"} == {"GET"}
    assert {method for method, path in asked if path == "/oauth/token"} == {"POST"}
