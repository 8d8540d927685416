import http.client
import json
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import pytest

from sandbox_reader import Answer, ask, get, get_all, ids, roster_of
from schoolgate.sandbox import District, Sandbox
from schoolgate.sandbox.quirks import TABLE, read_quirks, table_text

DISTRICT = District(60)
PEOPLE = [person.id for person in DISTRICT.people]


def _first_page(*quirks: str, path: str = "users", **parameters: object) -> Answer:
    with Sandbox(DISTRICT, quirks=quirks) as sis:
        return get(sis, path, **parameters)


def _statuses(count: int, *quirks: str) -> list[int]:
    with Sandbox(DISTRICT, quirks=quirks) as sis:
        return [get(sis, "orgs").status for _ in range(count)]


def _users(*quirks: str) -> list[Any]:
    with Sandbox(DISTRICT, quirks=quirks) as sis:
        return get_all(sis, "users")


# --- merely odd: another look, the same roster ----------------------------------------------------


@pytest.mark.parametrize(
    "quirk",
    [
        "page_cap=30", "no_total", "no_link", "ignores_limit=40", "hostless_links",
        "agents_student_side", "agents_adult_side", "string_booleans", "refs_as_strings",
        "empty_as_204", "extra_top_level", "role_case", "unknown_roles", "null_fields",
        "metadata_string", "retry_after=0",
        "loop_link", "foreign_links", "no_sort", "moving_total", "wrong_total",
    ],
)  # fmt: skip
def test_an_oddity_never_changes_the_roster(quirk: str) -> None:
    plain = roster_of(_users())

    odd = roster_of(_users(quirk))

    assert odd == plain


def test_oddities_combine() -> None:
    plain = roster_of(_users())

    odd = roster_of(_users("page_cap=7", "refs_as_strings", "role_case", "agents_adult_side"))

    assert odd == plain


def test_withdrawn_students_may_be_called_inactive() -> None:
    with Sandbox(District(300)) as sis:
        sis.tick(share=0.1)
        gone = [u["sourcedId"] for u in get_all(sis, "users") if u["status"] == "tobedeleted"]
        sis.set_quirks(["inactive_status"])

        inactive = [u["sourcedId"] for u in get_all(sis, "users") if u["status"] == "inactive"]

    assert inactive == gone
    assert gone != []


def test_oddities_look_as_they_say() -> None:
    quirks = ("string_booleans", "refs_as_strings", "role_case", "null_fields", "metadata_string")

    user = _first_page(*quirks, limit=1).payload["users"][0]

    assert user["enabledUser"] == "true"
    assert user["orgs"] == ["school-0000"]
    assert user["role"] == "Student"
    assert user["sms"] is None
    assert json.loads(user["metadata"]) == {"homeroom": "class-0000-02-00"}


def test_agents_may_stand_on_one_side_only() -> None:
    on_students = {u["role"] for u in _users("agents_student_side") if u["agents"]}
    on_adults = {u["role"] for u in _users("agents_adult_side") if u["agents"]}

    assert on_students == {"student"}
    assert on_adults == {"parent", "guardian", "relative"}


def test_teachers_may_have_a_role_of_their_own() -> None:
    assert "counselor" in {user["role"] for user in _users("unknown_roles")}


# --- pages ----------------------------------------------------------------------------------------


def test_a_cap_shortens_pages_and_their_links() -> None:
    answer = _first_page("page_cap=5", limit=50)

    assert len(answer.payload["users"]) == 5
    assert 'limit=5&offset=5>; rel="next"' in answer.headers["Link"]


def test_headers_can_be_missing() -> None:
    answer = _first_page("no_total", "no_link")

    assert "X-Total-Count" not in answer.headers
    assert "Link" not in answer.headers


def test_totals_can_be_wrong_or_moving() -> None:
    total = len(PEOPLE)

    wrong = [_first_page("wrong_total=3", offset=n).headers["X-Total-Count"] for n in (0, 100)]
    moving = [_first_page("moving_total", offset=n).headers["X-Total-Count"] for n in (0, 100)]

    assert wrong == [str(total + 3), str(total + 3)]
    assert moving == [str(total), str(total + 1)]


def test_an_offset_can_be_ignored() -> None:
    assert ids(_first_page("ignores_offset", offset=50, limit=2).payload["users"]) == PEOPLE[:2]


def test_links_can_loop_or_lead_nowhere() -> None:
    loop = _first_page("loop_link", limit=2, offset=2).headers["Link"]
    bare = _first_page("hostless_links", limit=2).headers["Link"]
    foreign = _first_page("foreign_links", limit=2).headers["Link"]

    assert 'limit=2&offset=2>; rel="next"' in loop
    assert bare.startswith("</ims/oneroster/v1p1/users?")
    assert foreign.startswith("<https://roster.example.net/ims/oneroster/v1p1/users?")


def test_records_shift_while_they_are_first_read_and_then_no_more() -> None:
    with Sandbox(DISTRICT, quirks=["shifting_pages"]) as sis:
        first = ids(get_all(sis, "users", limit=50))
        second = ids(get_all(sis, "users", limit=50))

    assert len(first) == len(PEOPLE)
    assert set(PEOPLE) - set(first) == {PEOPLE[50]}
    assert second == PEOPLE


def test_an_empty_page_can_be_a_204() -> None:
    answer = _first_page("empty_as_204", offset=9999)

    assert (answer.status, answer.body) == (204, b"")


def test_sorting_can_be_refused() -> None:
    assert _first_page("no_sort", sort="sourcedId").status == 400


# --- what is missing or unreadable ----------------------------------------------------------------


def test_half_of_the_users_can_be_gone_with_a_total_that_agrees() -> None:
    with Sandbox(DISTRICT, quirks=["shrink=0.5"]) as sis:
        users = get_all(sis, "users")
        total = get(sis, "users").headers["X-Total-Count"]

    assert 0.35 < len(users) / len(PEOPLE) < 0.65
    assert total == str(len(users))


def test_guardians_can_be_left_out() -> None:
    users = _users("omit_guardians")

    assert {user["role"] for user in users} == {"student", "teacher"}
    assert not any(user["agents"] for user in users)


def test_one_user_can_be_unreadable() -> None:
    users = _users("bad_record=3")

    spoiled = [user["sourcedId"] for user in users if user["role"] is None]

    assert spoiled == [PEOPLE[2]]


def test_some_ids_can_be_missing() -> None:
    users = _users("missing_ids=10")

    without = sum("sourcedId" not in user for user in users)

    assert 0 < without < len(users) / 4


def test_all_ids_can_be_new_ones() -> None:
    with Sandbox(DISTRICT, quirks=["new_ids"]) as sis:
        users = get_all(sis, "users")
        alone = get(sis, "users/new-0000000-01")
        old = get(sis, "users/0000000-01")

    assert ids(users) == [f"new-{sourced_id}" for sourced_id in PEOPLE]
    assert ids(alone.payload["user"]["agents"]) == ["new-0000000-02", "new-0000000-03"]
    assert old.status == 404


def test_users_can_have_the_shape_of_one_two() -> None:
    user = _first_page("one_two_shape", limit=1).payload["users"][0]

    assert user["roles"][0]["role"] == "student"
    assert "role" not in user
    assert "orgs" not in user


def test_the_envelope_can_be_another_one() -> None:
    assert list(_first_page("wrong_envelope").payload) == ["data"]
    assert list(_first_page("envelope_students_key").payload) == ["students"]
    assert list(_first_page("extra_top_level").payload) == ["users", "statusInfoSet"]


# --- a bad day of the server ----------------------------------------------------------------------


def test_every_third_request_can_be_too_many() -> None:
    assert _statuses(6, "flaky_429=3") == [200, 200, 429, 200, 200, 429]


def test_every_second_request_can_find_the_server_busy() -> None:
    assert _statuses(4, "flaky_503=2") == [200, 503, 200, 503]


def test_a_busy_server_can_say_when_to_come_back() -> None:
    assert _first_page("flaky_429=1", "retry_after=7").headers["Retry-After"] == "7"
    assert "Retry-After" not in _first_page("flaky_429=1").headers


def test_a_connection_can_drop_without_an_answer() -> None:
    with Sandbox(DISTRICT, quirks=["drop_connection=1"]) as sis, pytest.raises(RemoteDisconnected):
        get(sis, "users")


def test_pages_can_be_slow() -> None:
    slept: list[float] = []
    with Sandbox(DISTRICT, quirks=["latency=0.15"], sleep=slept.append) as sis:
        get(sis, "users")
        get(sis, "orgs")

    assert slept == [0.15, 0.15]


def test_a_page_can_always_fail() -> None:
    with Sandbox(DISTRICT, quirks=["page_fails=2"]) as sis:
        statuses = [get(sis, "users", limit=20, offset=n).status for n in (0, 20, 20, 40)]

    assert statuses == [200, 500, 500, 200]


def test_a_page_can_be_a_web_page_or_no_json() -> None:
    web = _first_page("html_200")
    broken = _first_page("broken_json=1")
    good = _first_page("broken_json=2")

    assert (web.status, web.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        broken.payload  # noqa: B018 - reading it is the act
    assert good.payload["users"] != []


def test_a_page_can_break_off_in_the_middle() -> None:
    with Sandbox(DISTRICT, quirks=["truncated_page"]) as sis, pytest.raises(IncompleteRead):
        get(sis, "users")


def test_a_read_can_be_sent_elsewhere() -> None:
    answer = _first_page("redirect_elsewhere")

    assert answer.status == 302
    assert answer.headers["Location"].startswith("https://roster.example.net/ims/")


def test_a_cookie_can_be_asked_back() -> None:
    with Sandbox(DISTRICT, quirks=["cookie_required"]) as sis:
        first = get(sis, "orgs")
        cookie = first.headers["Set-Cookie"].partition(";")[0]

        without = get(sis, "orgs").status
        with_it = ask(
            f"{sis.base_url}/orgs", Authorization=f"Bearer {sis.bearer}", Cookie=cookie
        ).status

    assert (first.status, without, with_it) == (200, 401, 200)


def test_a_token_can_die_after_some_requests() -> None:
    with Sandbox(DISTRICT, quirks=["unauthorized_second=2"]) as sis:
        login = f"grant_type=client_credentials&client_id={sis.key}&client_secret={sis.secret}"
        token = ask(sis.token_url, method="POST", body=login.encode()).payload["access_token"]

        statuses = [
            ask(f"{sis.base_url}/orgs", Authorization=f"Bearer {token}").status for _ in range(3)
        ]

    assert statuses == [200, 200, 401]


# --- the table ------------------------------------------------------------------------------------


def test_quirks_are_read_from_words() -> None:
    assert read_quirks(["page_cap=500", "no_total", "shrink"]) == {
        "page_cap": 500.0,
        "no_total": 1.0,
        "shrink": 0.5,
    }


@pytest.mark.parametrize("word", ["page_cap", "page_cap=many", "unheard_of", "latency=-1"])
def test_a_quirk_that_makes_no_sense_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=word.partition("=")[0]):
        Sandbox(DISTRICT, quirks=[word])


def test_quirks_can_be_given_as_numbers() -> None:
    with Sandbox(DISTRICT, quirks={"page_cap": 4}) as sis:
        sis.set_quirks({"page_cap": 6})

        assert sis.quirks == {"page_cap": 6.0}
        assert len(get(sis, "users").payload["users"]) == 6


def test_the_table_names_every_quirk() -> None:
    assert [line.split()[0].partition("=")[0] for line in table_text().splitlines()] == list(TABLE)


def test_a_connection_is_kept_for_the_next_request() -> None:
    with Sandbox(DISTRICT) as sis:
        connection = http.client.HTTPConnection(sis.origin.removeprefix("http://"))
        for _ in range(3):
            connection.request("GET", "/ims/oneroster/v1p1/orgs")
            connection.getresponse().read()
            kept = connection.sock
        connection.request("GET", "/ims/oneroster/v1p1/orgs")
        connection.getresponse().read()

        assert connection.sock is kept
        connection.close()
