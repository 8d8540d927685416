import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import (
    BadInput,
    BrokenAnswer,
    Busy,
    NotAllowed,
    NotOffered,
    NotOneRoster,
    Rejected,
    ServerFault,
    UnsafeAddress,
    UnsupportedVersion,
)
from schoolgate.oneroster.probe import ProbeReport, probe
from schoolgate.oneroster.records import Status
from schoolgate.oneroster.rest.answers import error_word
from schoolgate.oneroster.rest.retry import (
    Patience,
    Retrier,
    Time,
    asked_wait,
    own_wait,
    wall_clock,
)
from sis_server import ROOT, Said, Sis, a_user, an_org, in_turn, page, paged, refs

Open = Callable[..., Client]

SORTED = "?limit=3&offset=0&sort=sourcedId&orderBy=asc"


def test_every_collection_has_its_method(sis: Sis, open_client: Open) -> None:
    names = ("orgs", "schools", "users", "students", "enrollments", "classes", "academicSessions")
    sis.serve(**{name: lambda _: Said(204) for name in (*names, "demographics")})
    with open_client() as client:
        streams = [
            client.orgs(),
            client.schools(),
            client.users(),
            client.students(),
            client.enrollments(),
            client.classes(),
            client.academic_sessions(),
            client.demographics(),
        ]

        found = [list(stream) for stream in streams]

    assert found == [[]] * 8
    assert [asked.path for asked in sis.asked] == [f"{ROOT}/{n}" for n in (*names, "demographics")]


def test_ids_are_escaped_in_paths(sis: Sis, open_client: Open) -> None:
    """Quirk 19."""
    students = open_client().students_of_school("a/b @1")

    with pytest.raises(NotOffered) as failure:
        list(students)

    assert sis.asked[0].target == f"{ROOT}/schools/a%2Fb%20%401/students{SORTED}"
    assert "a/b" not in str(failure.value)


@pytest.mark.parametrize("role", ["teacher", "parent"])
def test_a_view_of_students_is_checked_for_others(sis: Sis, open_client: Open, role: str) -> None:
    """T-28, T-29."""
    sis.serve(students=paged("users", [a_user("s-1"), a_user("x-1", role)], total=2))
    students = open_client().students()

    found = [user.sourced_id for user in students]

    assert found == ["s-1"]
    assert students.problems.counts == {"other_role": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"students": [a_user("s-1")]},
        {"users": [a_user("s-1")], "statusInfoSet": [{"imsx_codeMajor": "success"}]},
        {"user": a_user("s-1")},
    ],
)
def test_records_are_found_under_every_key_they_are_known_by(
    sis: Sis, open_client: Open, body: object
) -> None:
    """T-7, T-8, quirk 13."""
    sis.serve(users=lambda _: Said(body=json.dumps(body).encode(), headers={"X-Total-Count": "1"}))
    users = open_client().users()

    found = [user.sourced_id for user in users]

    assert found == ["s-1"]
    assert users.verdict.complete


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(body=b" <!DOCTYPE html>"), "a web page, probably a sign-in page"),
        (Said(body=b"Hi", headers={"Content-Type": "text/html"}), "a web page"),
        (Said(body=b'{"people": []}'), "without a list of `users`"),
        (Said(body=b'{"users": null}'), "without a list of `users`"),
        (Said(body=b"[]"), "without a list of `users`"),
        (Said(body=b'{"users": "none"}'), "without a list of `users`"),
        (Said(body=b'{"statusInfoSet":[{"imsx_codeMinor":"server_busy"}]}'), "server busy"),
    ],
)
def test_a_success_that_is_no_roster_fails_the_pull(
    sis: Sis, open_client: Open, said: Said, sentence: str
) -> None:
    """T-6."""
    sis.serve(users=lambda _: said)

    with pytest.raises(NotOneRoster, match=sentence):
        list(open_client().users())

    assert len(sis.asked) == 1


def test_a_cut_off_answer_is_asked_for_again(sis: Sis, open_client: Open) -> None:
    good = page("orgs", [an_org()], x_total_count="1")
    sis.serve(orgs=in_turn(Said(body=good.body[:-3]), Said(body=b"\xef\xbb\xbf" + good.body), good))
    client = open_client()

    found = [org.name for org in client.orgs()]

    assert found == ["Oak"]
    assert client.retries == 1


def test_an_answer_that_is_always_cut_off_is_given_up(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: Said(body=b'{"orgs": [{}'))

    with pytest.raises(BrokenAnswer):
        list(open_client().orgs())

    assert len(sis.asked) == 3


def test_a_bad_record_costs_only_itself(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", [an_org("a"), {"name": "Fir"}, an_org("b")], total=3))
    orgs = open_client().orgs()

    found = [org.sourced_id for org in orgs]

    assert found == ["a", "b"]
    assert orgs.problems.counts == {"missing_id": 1}
    assert orgs.verdict.complete
    assert not orgs.verdict.every_id_known


def test_rows_can_be_had_unread(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: Said(body=b'{"orgs": [ {"a": 1} ]}', headers={"X-Total-Count": "1"}))
    orgs = open_client().orgs()

    rows = list(orgs.raw())

    assert [(row.position, row.data) for row in rows] == [(1, b'{"a": 1}')]


def test_a_verdict_is_known_only_in_the_end_and_a_stream_read_once(
    sis: Sis, open_client: Open
) -> None:
    sis.serve(orgs=paged("orgs", []))
    orgs = open_client().orgs()

    with pytest.raises(RuntimeError, match="not before"):
        _ = orgs.verdict
    list(orgs)
    with pytest.raises(RuntimeError, match="read once"):
        list(orgs)


def test_users_of_version_1_2_on_a_1_1_path_are_refused(sis: Sis, open_client: Open) -> None:
    new = a_user("s-1", roles=[{"role": "student"}])
    del new["role"]
    sis.serve(users=paged("users", [new, new | {"sourcedId": "s-2"}]))

    with pytest.raises(UnsupportedVersion, match=r"generate a OneRoster 1\.1 connection") as found:
        list(open_client().users())

    assert found.value.version == "1.2"


def test_one_user_of_another_shape_is_only_a_problem(sis: Sis, open_client: Open) -> None:
    new = a_user("s-1", roles=[])
    del new["role"]
    sis.serve(users=paged("users", [new, a_user("s-2"), [1]], total=3))
    users = open_client().users()

    found = [user.sourced_id for user in users]

    assert found == ["s-2"]
    assert users.problems.counts == {"version_1_2_shape": 1, "not_an_object": 1}


def test_a_first_record_that_is_no_object_decides_no_version(sis: Sis, open_client: Open) -> None:
    sis.serve(users=paged("users", [[1], a_user("s-2")], total=2))

    found = [user.sourced_id for user in open_client().users()]

    assert found == ["s-2"]


def test_one_id_with_two_roles_is_two_records(sis: Sis, open_client: Open) -> None:
    """T-12."""
    sis.serve(users=paged("users", [a_user("x", "teacher"), a_user("x", "parent")], total=2))

    found = [(user.sourced_id, user.role) for user in open_client().users()]

    assert found == [("x", "teacher"), ("x", "parent")]


@pytest.mark.parametrize("key", ["user", "users"])
def test_one_user_is_asked_for_by_id(sis: Sis, open_client: Open, key: str) -> None:
    found_user = a_user("s-1", status="tobedeleted")
    body = {key: found_user if key == "user" else [a_user("s-0"), found_user]}
    sis.routes[f"{ROOT}/users/s-1"] = lambda _: Said(body=json.dumps(body).encode())

    user = open_client().user("s-1")

    assert user is not None
    assert user.status is Status.TO_BE_DELETED


@pytest.mark.parametrize("said", [Said(404), Said(body=b'{"users": []}')])
def test_a_user_the_source_does_not_know_is_none(sis: Sis, open_client: Open, said: Said) -> None:
    sis.routes[f"{ROOT}/users/s-1"] = lambda _: said

    assert open_client().user("s-1") is None


@pytest.mark.parametrize(
    ("said", "failure"),
    [(Said(405), NotOffered), (Said(body=b'{"user": {"sourcedId": "s-2"}}'), NotOneRoster)],
)
def test_an_answer_about_somebody_else_is_none_to_believe(
    sis: Sis, open_client: Open, said: Said, failure: type[Exception]
) -> None:
    sis.routes[f"{ROOT}/users/s-1"] = lambda _: said

    with pytest.raises(failure):
        open_client().user("s-1")


@pytest.mark.parametrize(
    ("status", "failure", "requests", "retry_helps"),
    [
        (400, Rejected, 2, False),
        (403, NotAllowed, 1, False),
        (408, Busy, 6, True),
        (422, Rejected, 2, False),
        (429, Busy, 6, True),
        (500, ServerFault, 3, True),
        (502, ServerFault, 6, True),
        (503, Busy, 6, True),
        (304, NotOneRoster, 1, False),
    ],
)
def test_failures_by_status(  # noqa: PLR0917 (two fixtures and four columns)
    sis: Sis,
    open_client: Open,
    status: int,
    failure: type[Exception],
    requests: int,
    retry_helps: bool,
) -> None:
    """T-34, T-36: the status decides, whatever the body says."""
    body = b'{"codeMajor": "success", "severity": "error", "codeMinor": "full success"}'
    sis.serve(orgs=lambda _: Said(status, body if status != 304 else b""))

    with pytest.raises(failure) as found:
        list(open_client(page_size=10).orgs())

    assert len(sis.asked) == requests
    assert found.value.retry_helps is retry_helps  # type: ignore[attr-defined]


def test_waits_grow_and_what_the_source_asks_for_wins(
    sis: Sis, open_client: Open, naps: list[float]
) -> None:
    """T-34."""
    asked = Said(429, headers={"Retry-After": "7"})
    sis.serve(orgs=in_turn(Said(503), Said(502), asked, Said(204)))
    client = open_client()

    list(client.orgs())

    assert naps == [1.0, 2.0, 7.0]
    assert client.retries == 3


def test_a_source_that_asks_for_too_long_a_wait_is_left(
    sis: Sis, open_client: Open, naps: list[float]
) -> None:
    sis.serve(orgs=lambda _: Said(429, headers={"Retry-After": "86400"}))

    with pytest.raises(Busy):
        list(open_client().orgs())

    assert naps == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    now = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

    assert asked_wait(header, now=now) == seconds


def test_our_own_waits_are_bounded_and_jittered() -> None:
    assert own_wait(3, Patience(), chance=0.0) == 4.0
    assert own_wait(3, Patience(), chance=1.0) == 2.0
    assert own_wait(30, Patience(), chance=0.0) == 60.0


def test_patience_ends_with_time() -> None:
    naps: list[float] = []
    clocks = Time(sleep=naps.append, elapsed=lambda: sum(naps), chance=lambda: 0.0)
    retrier = Retrier(Patience(tries=100, seconds=10), clocks)

    def fail() -> None:
        raise Busy("later")

    with pytest.raises(Busy):
        retrier.run(fail)

    assert naps == [1.0, 2.0, 4.0]


def test_another_error_is_none_of_a_retriers_business() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        Retrier().run(fail)


def test_the_wall_clock_knows_its_zone() -> None:
    assert wall_clock().tzinfo is UTC


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (
            b'{"statusInfoSet": [{"imsx_codeMinor": "invalid_filter_field"}]}',
            "invalid filter field",
        ),
        (b'{"CodeMajor": "failure", "CodeMinor": "unknown object"}', "unknown object"),
        (b'{"errors": [{"codeMinor": "Invalid Data"}]}', "invalid data"),
        (
            b'{"imsx_CodeMinor":{"imsx_codeMinorField":[{"imsx_codeMinorFieldValue":"forbidden"}]}}',
            "forbidden",
        ),
        (b'{"codeMinor": "Ana Reyes is unknown", "description": "forbidden"}', None),
        (b'{"errors": [[[[[["forbidden"]]]]]]}', None),
        (b'{"codeMinor": 5}', None),
        (b"<html>", None),
    ],
)
def test_only_the_standards_own_words_are_repeated(body: bytes, word: str | None) -> None:
    """1.4: three shapes of errors; free text may hold a person's name."""
    assert error_word(body) == word


def test_settings_are_checked() -> None:
    from schoolgate.oneroster.rest.auth import Bearer  # noqa: PLC0415 (beside its use)
    from schoolgate.oneroster.rest.tokens import OAuth2  # noqa: PLC0415 (beside its use)

    with pytest.raises(BadInput):
        Client("https://sis.example.org", Bearer("t"), concurrency=0)
    with pytest.raises(UnsafeAddress):
        Client("https://sis.example.org", OAuth2("k", "s", "http://sis.example.org/token"))


def test_a_probe_says_what_works(sis: Sis, open_client: Open) -> None:
    """T-14, T-15, T-32."""
    users = [a_user("s-1", agents=refs("p-1")), a_user("p-1", "parent"), a_user("t-1", "teacher")]
    sis.serve(orgs=paged("orgs", [an_org()]), users=paged("users", [*users, [1]], total=4))

    report = probe(open_client(), sample=3)

    assert report == ProbeReport(
        orgs=1,
        users_seen=3,
        total_header=True,
        limit_honoured=True,
        second_page_differs=True,
        sort_accepted=True,
        guardians_seen=1,
        students_with_agents=1,
        adults_with_agents=0,
    )


def test_a_probe_of_an_empty_source_that_does_not_sort(sis: Sis, open_client: Open) -> None:
    empty = page("users", [])
    sis.serve(orgs=paged("orgs", []), users=lambda a: Said(400) if "sort" in a.target else empty)

    report = probe(open_client())

    assert (report.orgs, report.users_seen, report.sort_accepted) == (0, 0, False)
    assert report.second_page_differs is None


def test_a_probe_of_a_source_that_fails_is_a_report(sis: Sis, open_client: Open) -> None:
    report = probe(open_client())

    assert isinstance(report.failure, NotOffered)
