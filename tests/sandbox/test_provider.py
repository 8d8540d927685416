import base64
import gzip
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from oauthlib.oauth1 import Client

from sandbox_reader import Answer, ask, get, get_all, ids
from schoolgate.sandbox import District, Sandbox

SCOPE = "https://purl.imsglobal.org/spec/or/v1p1/scope/"


@pytest.fixture(scope="module")
def sis() -> Iterator[Sandbox]:
    with Sandbox(District(150, schools=3)) as running:
        yield running


def _signed(sis: Sandbox, url: str, **options: str) -> Answer:
    secret = options.pop("secret", sis.secret)
    method = options.pop("method", "HMAC-SHA256")
    signer = Client(sis.key, client_secret=secret, signature_method=method, **options)
    _, headers, _ = signer.sign(url)
    return ask(url, **headers)


def _token(sis: Sandbox, *, basic: bool = True, **form: str) -> Answer:
    words = {"grant_type": "client_credentials", **form}
    if not basic:
        return ask(sis.token_url, method="POST", body=urlencode(words).encode())
    login = base64.b64encode(f"{sis.key}:{sis.secret}".encode()).decode()
    return ask(
        sis.token_url, method="POST", body=urlencode(words).encode(), Authorization=f"Basic {login}"
    )


def _read_with(token: str, url: str) -> Answer:
    return ask(url, Authorization=f"Bearer {token}")


# --- who may read ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_a_signed_request_is_answered(sis: Sandbox, method: str) -> None:
    url = f"{sis.base_url}/users?filter=role%3D%27parent%27%20AND%20status%3D%27active%27&limit=2"

    assert _signed(sis, url, method=method).status == 200


def test_a_signature_with_another_secret_is_refused(sis: Sandbox) -> None:
    answer = _signed(sis, f"{sis.base_url}/orgs", secret="not-it")

    assert (answer.status, answer.code) == (401, "unauthorized")


def test_a_signature_of_another_address_is_refused(sis: Sandbox) -> None:
    _, headers, _ = Client(sis.key, client_secret=sis.secret).sign(f"{sis.base_url}/orgs")

    assert ask(f"{sis.base_url}/users", **headers).status == 401


def test_a_signed_request_is_good_only_once(sis: Sandbox) -> None:
    _, headers, _ = Client(sis.key, client_secret=sis.secret).sign(f"{sis.base_url}/orgs")

    statuses = [ask(f"{sis.base_url}/orgs", **headers).status for _ in range(2)]

    assert statuses == [200, 401]


def test_an_old_timestamp_is_refused(sis: Sandbox) -> None:
    assert _signed(sis, f"{sis.base_url}/orgs", timestamp="1500000000").status == 401


def test_a_request_without_credentials_is_refused_whatever_it_asks_for(sis: Sandbox) -> None:
    assert ask(f"{sis.base_url}/users").status == 401
    assert ask(f"{sis.base_url}/nothing-here").status == 401
    assert _read_with("guessed", f"{sis.base_url}/users").status == 401


@pytest.mark.parametrize("basic", [True, False])
def test_a_token_opens_the_roster(sis: Sandbox, basic: bool) -> None:
    body = {} if basic else {"client_id": sis.key, "client_secret": sis.secret}

    token = _token(sis, basic=basic, **body).payload

    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert _read_with(token["access_token"], f"{sis.base_url}/users").status == 200


def test_a_token_opens_only_what_its_scopes_cover(sis: Sandbox) -> None:
    core = _token(sis, scope=f"{SCOPE}roster-core.readonly").payload["access_token"]
    nested = _token(sis, scope=f"{SCOPE}roster.readonly").payload["access_token"]
    private = _token(sis, scope=f"{SCOPE}roster-demographics.readonly").payload["access_token"]

    students = f"{sis.base_url}/schools/school-0000/students"
    births = f"{sis.base_url}/demographics"
    assert _read_with(core, students).status == 403
    assert _read_with(nested, students).status == 200
    assert _read_with(nested, f"{sis.base_url}/users").status == 200
    assert _read_with(nested, births).status == 403
    assert _read_with(private, births).status == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_token_request_is_refused(
    sis: Sandbox, form: dict[str, str], status: int, error: str
) -> None:
    known = {"client_id": sis.key, "client_secret": sis.secret}

    answer = _token(sis, basic=False, **{**known, **form})

    assert (answer.status, answer.payload) == (status, {"error": error})


def test_a_token_expires() -> None:
    now = [0.0]
    with Sandbox(District(20), token_seconds=60, clock=lambda: now[0]) as sis:
        token = _token(sis).payload["access_token"]
        early = _read_with(token, f"{sis.base_url}/orgs").status
        now[0] = 60.0

        late = _read_with(token, f"{sis.base_url}/orgs").status

    assert (early, late) == (200, 401)


def test_a_sandbox_may_know_one_way_in_only() -> None:
    with Sandbox(District(20), auth="oauth1") as sis:
        assert get(sis, "orgs").status == 401
        assert _token(sis).status == 401
        assert _signed(sis, f"{sis.base_url}/orgs").status == 200


# --- pages ----------------------------------------------------------------------------------------


def test_pages_hold_every_user_once_and_the_header_counts_them(sis: Sandbox) -> None:
    answer = get(sis, "users")

    users = get_all(sis, "users", limit=70)

    assert len(answer.payload["users"]) == 100
    assert answer.headers["X-Total-Count"] == str(len(users))
    assert ids(users) == [person.id for person in sis.district.people]


def test_links_lead_through_the_pages(sis: Sandbox) -> None:
    root = f"{sis.base_url}/schools"

    middle = get(sis, "schools", limit=1, offset=1).headers["Link"]

    assert middle == (
        f'<{root}?limit=1&offset=0>; rel="first", <{root}?limit=1&offset=2>; rel="last", '
        f'<{root}?limit=1&offset=2>; rel="next", <{root}?limit=1&offset=0>; rel="prev"'
    )
    assert 'rel="next"' not in get(sis, "schools", limit=3).headers["Link"]


def test_beyond_the_end_a_page_is_empty(sis: Sandbox) -> None:
    assert get(sis, "users", offset=1_000_000).payload == {"users": []}


def test_users_are_sorted_both_ways(sis: Sandbox) -> None:
    up = get(sis, "users", sort="familyName", orderBy="asc", limit=2000).payload["users"]
    down = get(sis, "users", sort="sourcedId", orderBy="desc", limit=3).payload["users"]

    names = [user["familyName"].casefold() for user in up]
    assert names == sorted(names)
    assert ids(down) == [person.id for person in sis.district.people][:-4:-1]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("givenName='Marco' AND familyName='Reyes'", ["0000002-01"]),
        ("sourcedId='0000000-01' OR sourcedId='0000001-01'", ["0000000-01", "0000001-01"]),
        ("familyName~'garcía-l' AND givenName='josé'", ["0000005-01"]),
        ("familyName='O''Brien' AND givenName='María Elena'", ["0000005-02"]),
        ("dateLastModified>'2030-01-01T00:00:00.000Z'", []),
        ("sourcedId<'0000000-03' AND status!='tobedeleted'", ["0000000-01", "0000000-02"]),
        ("orgs.sourcedId='school-0001' AND identifier='100081'", ["0000005-01"]),
    ],
)
def test_a_filter_is_followed(sis: Sandbox, filter_: str, expected: list[str]) -> None:
    answer = get(sis, "users", filter=filter_, limit=1000)

    assert ids(answer.payload["users"]) == expected


def test_fields_are_selected(sis: Sandbox) -> None:
    answer = get(sis, "users", fields="sourcedId,givenName", limit=1)

    assert answer.payload == {"users": [{"sourcedId": "0000000-01", "givenName": "Marisol"}]}


def test_unknown_fields_in_sort_or_selection_are_only_warned_of(sis: Sandbox) -> None:
    sort = get(sis, "orgs", sort="shoeSize", limit=1)
    fields = get(sis, "orgs", fields="name,shoeSize", limit=1)

    assert (sort.status, sort.code, len(sort.payload["orgs"])) == (200, "invalid_sort_field", 1)
    assert (fields.status, fields.code) == (200, "invalid_selection_field")
    assert fields.payload["orgs"] == [{"name": "Maple Valley School District"}]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"limit": "0"}, "invalid data"),
        ({"limit": "many"}, "invalid data"),
        ({"offset": "-1"}, "invalid data"),
        ({"orderBy": "up"}, "invalid data"),
        ({"filter": "role=student"}, "invalid data"),
        ({"filter": "role='a' AND role='b' AND role='c'"}, "invalid data"),
        ({"filter": "dateLastModified>'yesterday'"}, "invalid data"),
        ({"filter": "shoeSize='37'"}, "invalid_filter_field"),
        ({"fields": ""}, "invalid_blank_selection_field"),
    ],
)
def test_a_wrong_parameter_is_answered_400(
    sis: Sandbox, parameters: dict[str, str], code: str
) -> None:
    answer = get(sis, "users", **parameters)

    assert (answer.status, answer.code) == (400, code)


# --- what there is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("orgs", "orgs"), ("schools", "orgs"), ("users", "users"), ("students", "users"),
        ("teachers", "users"), ("classes", "classes"), ("courses", "courses"),
        ("enrollments", "enrollments"), ("demographics", "demographics"),
        ("academicSessions", "academicSessions"), ("terms", "academicSessions"),
        ("gradingPeriods", "academicSessions"),
        ("schools/school-0000/students", "users"), ("schools/school-0000/teachers", "users"),
        ("schools/school-0000/classes", "classes"), ("schools/school-0000/courses", "courses"),
        ("schools/school-0000/enrollments", "enrollments"),
        ("schools/school-0000/terms", "academicSessions"),
        ("schools/school-0000/classes/class-0000-02-00/students", "users"),
        ("classes/class-0000-02-00/students", "users"),
        ("classes/class-0000-02-00/teachers", "users"),
        ("students/0000000-01/classes", "classes"), ("teachers/staff-000000/classes", "classes"),
        ("users/0000000-01/classes", "classes"), ("courses/course-02/classes", "classes"),
        ("terms/session-year-1/classes", "classes"),
        ("terms/session-year-1/gradingPeriods", "academicSessions"),
    ],
)  # fmt: skip
def test_every_collection_is_served(sis: Sandbox, path: str, key: str) -> None:
    answer = get(sis, path)

    assert answer.status == 200
    assert answer.payload[key] != []


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("orgs/district-maple-valley", "org"), ("schools/school-0001", "org"),
        ("users/0000000-02", "user"), ("students/0000000-01", "user"),
        ("teachers/staff-000000", "user"), ("classes/class-0000-02-00", "class"),
        ("courses/course-02", "course"), ("enrollments/enrollment-0000000-01", "enrollment"),
        ("demographics/0000000-01", "demographics"), ("terms/session-year-1", "academicSession"),
    ],
)  # fmt: skip
def test_every_record_is_served_alone(sis: Sandbox, path: str, key: str) -> None:
    answer = get(sis, path)

    assert answer.payload[key]["sourcedId"] == path.rpartition("/")[2]


@pytest.mark.parametrize(
    "path",
    [
        "pupils", "users/nobody", "students/0000000-02", "schools/district-maple-valley",
        "schools/nowhere/students", "enrollments/0000000-01",
        "schools/school-0001/classes/class-0000-02-00/students",
    ],
)  # fmt: skip
def test_what_is_not_there_is_answered_404(sis: Sandbox, path: str) -> None:
    answer = get(sis, path)

    assert (answer.status, answer.code) == (404, "unknown object")


def test_a_nested_collection_holds_only_what_belongs_there(sis: Sandbox) -> None:
    students = get_all(sis, "schools/school-0001/students", key="users")
    room = get(sis, "classes/class-0000-02-00/students").payload["users"]

    assert all("school-0001" in ids(user["orgs"]) for user in students)
    assert {user["metadata"]["homeroom"] for user in room} == {"class-0000-02-00"}


def test_a_page_is_compressed_for_those_who_ask(sis: Sandbox) -> None:
    url = f"{sis.base_url}/users"

    answer = ask(url, Authorization=f"Bearer {sis.bearer}", Accept_Encoding="gzip")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body)) == get(sis, "users").payload


# --- only read ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_whoever_writes_is_refused_and_recorded(method: str) -> None:
    with Sandbox(District(20)) as sis:
        answer = ask(f"{sis.base_url}/users/1", method=method, body=b"{}")

        asked = [(line.method, line.path, line.status) for line in sis.requests]

    assert answer.status == 405
    assert asked == [(method, "/ims/oneroster/v1p1/users/1", 405)]


def test_the_token_address_takes_only_posts(sis: Sandbox) -> None:
    assert ask(sis.token_url).status == 405


# --- orders from outside --------------------------------------------------------------------------


def test_a_day_can_be_ordered_and_shows_in_the_next_read() -> None:
    with Sandbox(District(200), stamp=lambda: "2026-10-05T06:00:00.000Z") as sis:
        before = get_all(sis, "users")
        order = b'{"days": 2, "share": 0.05}'

        answer = ask(f"{sis.origin}/sandbox/tick", method="POST", body=order)

        delta = get(sis, "users", filter="dateLastModified>='2026-10-05T06:00:00Z'")
        changed = [user for user in get_all(sis, "users") if user not in before]
        asked = {line.path for line in sis.requests}
    assert sum(answer.payload["changes"].values()) > 0
    assert delta.payload["users"] == changed
    assert asked == {"/ims/oneroster/v1p1/users"}


def test_quirks_can_be_ordered() -> None:
    with Sandbox(District(20)) as sis:
        order = b'{"quirks": ["page_cap=7"]}'

        answer = ask(f"{sis.origin}/sandbox/quirks", method="POST", body=order)

        assert answer.payload == {"quirks": {"page_cap": 7.0}}
        assert len(get(sis, "users").payload["users"]) == 7


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("tick", "POST", b'{"share": 7}', 400),
        ("tick", "POST", b'{"weeks": 1}', 400),
        ("quirks", "POST", b'{"quirks": ["nonsense"]}', 400),
        ("tick", "GET", None, 405),
        ("explode", "POST", b"{}", 404),
    ],
)
def test_a_wrong_order_is_refused(
    sis: Sandbox, path: str, method: str, body: bytes | None, status: int
) -> None:
    answer = ask(f"{sis.origin}/sandbox/{path}", method=method, body=body)

    assert (answer.status, list(answer.payload)) == (status, ["error"])
