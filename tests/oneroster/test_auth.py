import base64
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

import pytest

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import (
    BadInput,
    NotAllowed,
    NotOneRoster,
    NotSignedIn,
    NotTokenEndpoint,
    ServerFault,
)
from schoolgate.oneroster.rest.auth import Bearer, OAuth1, SignatureMethod
from schoolgate.oneroster.rest.tokens import SCOPE_LADDER, OAuth2
from schoolgate.oneroster.rest.transport import Answer, Transport, Wire
from sis_server import ROOT, Asked, Said, Sis, in_turn, orgs_numbered, paged

Open = Callable[..., Client]

VECTOR_URL = (
    "https://sis.example.org/ims/oneroster/v1p1/users?limit=100&offset=0"
    "&filter=role%3D%27parent%27%20AND%20status%3D%27active%27"
)
TOKEN = Said(body=b'{"access_token": "t1", "token_type": "bearer", "expires_in": 3600}')


def no_token(form: bytes, headers: object) -> Answer:
    raise AssertionError("no token is asked for here")


def signature_in(header: str) -> str:
    return unquote(header.partition('oauth_signature="')[2].partition('"')[0])


@pytest.mark.parametrize(
    ("method", "signature"),
    [
        ("HMAC-SHA256", "wSvuEOv96vwanShPqicfz1jltv5SEQgqUpLUWaP+xx8="),
        ("HMAC-SHA1", "ECbmj6FVfWSVz35evbKWk1wnWEU="),
    ],
)
def test_signatures_match_the_test_vector(method: SignatureMethod, signature: str) -> None:
    signer = OAuth1(
        "schoolgate", "s3cr&t", method, clock=lambda: 1795392000.9, nonce=lambda: "7d8f3e4a"
    )

    header = signer.authorization(VECTOR_URL, no_token)

    assert signature_in(header) == signature


def test_what_is_signed_is_what_is_sent(sis: Sis) -> None:
    """The vector's query on the wire: %20 for a space, upper-case hex, nothing encoded anew."""
    signed: list[str] = []
    transport = Transport(Wire(insecure=True))

    transport.get(
        VECTOR_URL.replace("https://sis.example.org", sis.url),
        lambda url: signed.append(url) or "signed",  # type: ignore[func-returns-value]
    )

    transport.close()
    assert sis.asked[0].target == VECTOR_URL.removeprefix("https://sis.example.org")
    assert signed == [sis.url + sis.asked[0].target]


def test_the_signature_method_is_never_another() -> None:
    """Quirk 30."""
    assert OAuth1("k", "s").signature == "HMAC-SHA256"
    with pytest.raises(BadInput):
        OAuth1("k", "s", "PLAINTEXT")  # type: ignore[arg-type]


def test_a_link_that_cannot_be_signed_is_the_sources_fault() -> None:
    with pytest.raises(NotOneRoster):
        OAuth1("k", "s").authorization("https://sis.example.org/users?a=<b>", no_token)


def test_each_request_has_its_own_nonce(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(6), total=6))

    list(open_client(auth=OAuth1("schoolgate", "s3cr&t")).orgs())

    headers = {asked.headers["authorization"] for asked in sis.asked}
    assert len(headers) == 3


def test_no_secret_is_shown() -> None:
    shown = f"{OAuth1('k', 's3cr&t')} {Bearer('s3cr&t')} {OAuth2('k', 's3cr&t', 'https://x.org')}"

    assert "s3cr&t" not in shown


def oauth2(sis: Sis, **more: object) -> OAuth2:
    return OAuth2("key", "s3cr:t", f"{sis.url}/oauth/token/?app=7", **more)  # type: ignore[arg-type]


def forms(sis: Sis) -> list[dict[str, list[str]]]:
    return [parse_qs(asked.body.decode()) for asked in sis.asked if asked.method == "POST"]


def test_a_token_is_asked_for_once_and_used_for_every_page(sis: Sis, open_client: Open) -> None:
    sis.routes["/oauth/token/"] = lambda _: TOKEN
    sis.serve(orgs=paged("orgs", orgs_numbered(20), total=20))

    found = list(open_client(auth=oauth2(sis)).orgs())

    posts = [asked for asked in sis.asked if asked.method == "POST"]
    assert len(found) == 20
    # T-18: verbatim, with its slash and its query.
    assert [asked.target for asked in posts] == ["/oauth/token/?app=7"]
    expected = base64.b64encode(b"key:s3cr:t").decode()
    assert posts[0].headers["authorization"] == f"Basic {expected}"
    assert forms(sis) == [{"grant_type": ["client_credentials"], "scope": [SCOPE_LADDER[0]]}]
    assert {asked.headers["authorization"] for asked in sis.asked[1:]} == {"Bearer t1"}


def test_credentials_go_in_the_body_when_basic_is_refused(sis: Sis, open_client: Open) -> None:
    """Quirk 3."""
    sis.routes["/oauth/token/"] = in_turn(Said(401, b'{"error": "invalid_client"}'), TOKEN)
    sis.serve(orgs=paged("orgs", []))

    list(open_client(auth=oauth2(sis)).orgs())

    assert [set(form) for form in forms(sis)] == [
        {"grant_type", "scope"},
        {"grant_type", "scope", "client_id", "client_secret"},
    ]


def test_scopes_are_asked_for_down_to_none(sis: Sis, open_client: Open) -> None:
    """T-17."""

    def answer(asked: Asked) -> Said:
        return Said(400, b'{"error": "invalid_scope"}') if b"scope" in asked.body else TOKEN

    sis.routes["/oauth/token/"] = answer
    sis.serve(orgs=paged("orgs", []))

    list(open_client(auth=oauth2(sis)).orgs())

    asked_for = [form.get("scope", [""])[0] for form in forms(sis)]
    assert asked_for == list(SCOPE_LADDER)


def test_an_invalid_request_is_tried_in_every_way(sis: Sis, open_client: Open) -> None:
    sis.routes["/oauth/token/"] = in_turn(*[Said(400, b'{"error": "invalid_request"}')] * 5, TOKEN)
    sis.serve(orgs=paged("orgs", []))

    list(open_client(auth=oauth2(sis)).orgs())

    assert len(forms(sis)) == 6


def test_a_scope_that_was_set_is_the_only_one_asked_for(sis: Sis, open_client: Open) -> None:
    sis.routes["/oauth/token/"] = lambda _: Said(400, b'{"error": "invalid_scope"}')

    with pytest.raises(NotAllowed):
        list(open_client(auth=oauth2(sis, scope="roster")).orgs())

    assert [form["scope"] for form in forms(sis)] == [["roster"]]


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (Said(401, b'{"error": "invalid_client"}'), NotSignedIn),
        (Said(401, b"<html>"), NotSignedIn),
        (Said(403, b""), NotSignedIn),
        (Said(400, b'{"error": "unauthorized_client"}'), NotSignedIn),
        (Said(400, b"bad request"), NotTokenEndpoint),
        (Said(404, b""), NotTokenEndpoint),
        (Said(405, b""), NotTokenEndpoint),
        (Said(200, b'{"hello": 1}'), NotTokenEndpoint),
        (Said(200, b"[]"), NotTokenEndpoint),
        (Said(302, b"", {"Location": "/login"}), NotTokenEndpoint),
        (Said(500, b""), ServerFault),
    ],
)
def test_a_refused_token_is_told_from_a_wrong_token_url(
    sis: Sis, open_client: Open, said: Said, failure: type[Exception]
) -> None:
    """T-19."""
    sis.routes["/oauth/token/"] = lambda _: said

    with pytest.raises(failure) as found:
        list(open_client(auth=oauth2(sis)).orgs())

    assert "s3cr" not in str(found.value)
    assert "app=7" not in str(found.value)


def test_a_token_is_renewed_before_it_ends(sis: Sis, open_client: Open) -> None:
    now = [0.0]
    sis.routes["/oauth/token/"] = lambda _: TOKEN
    sis.serve(orgs=paged("orgs", []))
    client = open_client(auth=oauth2(sis, clock=lambda: now[0]))

    list(client.orgs())
    now[0] = 3539.0
    list(client.orgs())
    now[0] = 3541.0
    list(client.orgs())

    assert len(forms(sis)) == 2


@pytest.mark.parametrize("expires_in", ["null", '"soon"', "-1", "1e12"])
def test_a_token_without_a_life_is_used_until_it_is_refused(
    sis: Sis, open_client: Open, expires_in: str
) -> None:
    body = '{"access_token": "t1", "expires_in": ' + expires_in + "}"
    sis.routes["/oauth/token/"] = lambda _: Said(body=body.encode())
    sis.serve(orgs=paged("orgs", []))
    client = open_client(auth=oauth2(sis, clock=iter([0.0, 1e9]).__next__))

    list(client.orgs())
    list(client.orgs())

    assert len(forms(sis)) == 1


def test_a_refused_token_is_renewed_once(sis: Sis, open_client: Open) -> None:
    second = Said(body=b'{"access_token": "t2"}')
    sis.routes["/oauth/token/"] = in_turn(TOKEN, second)
    page = paged("orgs", orgs_numbered(9), total=9)
    sis.serve(
        orgs=lambda asked: (
            page(asked) if asked.headers["authorization"] == "Bearer t2" else Said(401)
        )
    )

    found = list(open_client(auth=oauth2(sis)).orgs())

    assert len(found) == 9
    assert len(forms(sis)) == 2


def test_a_fresh_token_that_is_refused_is_a_matter_of_permission(
    sis: Sis, open_client: Open
) -> None:
    sis.routes["/oauth/token/"] = lambda _: TOKEN
    sis.serve(orgs=lambda _: Said(401))

    with pytest.raises(NotSignedIn, match="a permission is missing"):
        list(open_client(auth=oauth2(sis)).orgs())

    assert len(sis.targets("orgs")) == 2


def test_a_token_that_another_thread_renewed_is_not_discarded() -> None:
    answers = iter(["t1", "t2"])
    auth = OAuth2("k", "s", "https://sis.example.org/token")

    def post(form: bytes, headers: object) -> Answer:
        body = '{"access_token": "' + next(answers) + '"}'
        return Answer("https://sis.example.org/token", 200, {}, body.encode())

    first = auth.authorization(ROOT, post)
    auth.discard(first)
    second = auth.authorization(ROOT, post)
    retry = auth.discard(first)

    assert retry
    assert second == "Bearer t2"
    assert auth.authorization(ROOT, post) == "Bearer t2"


@pytest.mark.parametrize("auth", [Bearer("t0ken"), OAuth1("k", "s")])
def test_without_a_token_to_renew_a_401_is_final(sis: Sis, open_client: Open, auth: object) -> None:
    sis.serve(orgs=lambda _: Said(401))

    with pytest.raises(NotSignedIn, match="check the key"):
        list(open_client(auth=auth).orgs())

    assert len(sis.asked) == 1
