import gzip
import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from schoolgate.oneroster.errors import (
    BadInput,
    BrokenAnswer,
    NotOneRoster,
    TooLarge,
    Unreachable,
    UnsafeAddress,
)
from schoolgate.oneroster.rest.transport import Limits, Transport, Wire
from sis_server import Said, Sis

METHODS = ["PUT", "DELETE", "PATCH", "POST", "HEAD", "OPTIONS"]


@pytest.fixture
def transport(sis: Sis) -> Any:
    with_token = Wire(
        token_url=f"{sis.url}/token", insecure=True, limits=Limits(answer_bytes=1024 * 1024)
    )
    made = Transport(with_token)
    yield made
    made.close()


def sign(url: str) -> str:
    return f"signed {url.rpartition('/')[2]}"


@pytest.mark.parametrize("method", METHODS)
def test_the_sis_is_only_read(sis: Sis, transport: Transport, method: str) -> None:
    request = httpx2.Request(method, f"{sis.url}/users")

    with pytest.raises(AssertionError, match="only read"):
        transport._client.send(request)

    assert sis.asked == []


def test_only_the_token_url_may_be_posted_to(sis: Sis, transport: Transport) -> None:
    sis.routes["/token"] = lambda _: Said(body=b"{}")

    transport.post_for_token(b"grant_type=client_credentials", {})
    with pytest.raises(AssertionError):
        transport._client.post(f"{sis.url}/token/")

    assert [(asked.method, asked.target) for asked in sis.asked] == [("POST", "/token")]


def test_without_a_token_url_nothing_can_be_posted() -> None:
    transport = Transport(Wire(insecure=True))

    with pytest.raises(BadInput):
        transport.post_for_token(b"", {})

    transport.close()


def test_we_say_who_we_are_and_ask_for_json(sis: Sis, transport: Transport) -> None:
    transport.get(f"{sis.url}/users", sign)

    headers = sis.asked[0].headers
    assert headers["user-agent"].startswith("schoolgate/")
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip, deflate"


def test_a_redirect_on_the_same_server_is_followed_and_signed_anew(
    sis: Sis, transport: Transport
) -> None:
    sis.routes["/old"] = lambda _: Said(302, headers={"Location": "/new"})
    sis.routes["/new"] = lambda _: Said(body=b"here")

    answer = transport.get(f"{sis.url}/old", sign)

    assert answer.body == b"here"
    assert [asked.headers["authorization"] for asked in sis.asked] == ["signed old", "signed new"]


@pytest.mark.parametrize("target", ["https://127.0.0.1/x", "http://elsewhere.example.org/", "//[x"])
def test_a_redirect_to_another_server_is_an_error(
    sis: Sis, transport: Transport, target: str
) -> None:
    sis.routes["/old"] = lambda _: Said(301, headers={"Location": target})

    with pytest.raises(NotOneRoster, match="redirects to another server"):
        transport.get(f"{sis.url}/old", sign)

    assert len(sis.asked) == 1


def test_redirects_without_end_are_an_error(sis: Sis, transport: Transport) -> None:
    sis.routes["/old"] = lambda _: Said(307, headers={"Location": "/old"})

    with pytest.raises(NotOneRoster, match="keeps redirecting"):
        transport.get(f"{sis.url}/old", sign)

    assert len(sis.asked) == 4


def test_a_compressed_bomb_is_stopped_while_it_unpacks(sis: Sis, transport: Transport) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    sis.routes["/users"] = lambda _: Said(body=bomb, headers={"Content-Encoding": "gzip"})

    with pytest.raises(TooLarge, match="over 1 MiB"):
        transport.get(f"{sis.url}/users", sign)


def test_a_compressed_answer_is_unpacked(sis: Sis, transport: Transport) -> None:
    body = gzip.compress(b"[1]")
    sis.routes["/users"] = lambda _: Said(body=body, headers={"Content-Encoding": "gzip"})

    answer = transport.get(f"{sis.url}/users", sign)

    assert answer.body == b"[1]"


def test_a_damaged_compression_is_a_broken_answer(sis: Sis, transport: Transport) -> None:
    sis.routes["/users"] = lambda _: Said(body=b"no gzip", headers={"Content-Encoding": "gzip"})

    with pytest.raises(BrokenAnswer):
        transport.get(f"{sis.url}/users", sign)


def test_a_body_cut_off_is_a_broken_connection(sis: Sis, transport: Transport) -> None:
    sis.routes["/users"] = lambda _: Said(body=b"[1,", promised=400)

    with pytest.raises(Unreachable, match="broke"):
        transport.get(f"{sis.url}/users", sign)


def test_an_answer_that_drips_is_given_up(sis: Sis) -> None:
    seconds = iter([0.0, 700.0])
    transport = Transport(Wire(insecure=True, clock=lambda: next(seconds)))
    sis.routes["/users"] = lambda _: Said(body=b"[1]")

    with pytest.raises(Unreachable, match="too slowly"):
        transport.get(f"{sis.url}/users", sign)

    transport.close()


def test_a_server_that_is_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Transport(Wire(insecure=True, limits=Limits(read_seconds=0.05)))

        with pytest.raises(Unreachable, match="in time"):
            transport.get(f"http://127.0.0.1:{silent.getsockname()[1]}/x", sign)

        transport.close()


def test_a_port_where_nobody_listens_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = Transport(Wire(insecure=True))

    with pytest.raises(Unreachable, match="cannot be reached"):
        transport.get(f"http://127.0.0.1:{port}/x", sign)

    transport.close()


def answering(*addresses: str) -> Callable[..., list[tuple[Any, ...]]]:
    return lambda _host, port, **_: [(0, 0, 0, "", (address, port)) for address in addresses]


def test_a_public_name_that_leads_to_a_private_network_is_refused(sis: Sis) -> None:
    """The check is made when the connection is, so that no name can be turned in between."""
    transport = Transport(Wire(resolve=answering("93.184.216.34", "127.0.0.1")))

    with pytest.raises(UnsafeAddress, match="private network"):
        transport.get(sis.url.replace("127.0.0.1", "sis.example.org"), sign)

    transport.close()
    assert sis.asked == []


def test_a_name_is_looked_up_by_the_checked_resolver_and_its_addresses_tried(sis: Sis) -> None:
    sis.routes["/x"] = lambda _: Said(body=b"here")
    transport = Transport(Wire(insecure=True, resolve=answering("::1", "127.0.0.1")))

    answer = transport.get(sis.url.replace("127.0.0.1", "localhost") + "/x", sign)

    assert answer.body == b"here"
    transport.close()


@pytest.mark.parametrize("error", [socket.gaierror("no such name"), None])
def test_a_name_without_an_address_cannot_be_reached(error: OSError | None) -> None:
    def resolve(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
        if error is not None:
            raise error
        return []

    transport = Transport(Wire(resolve=resolve))

    with pytest.raises(Unreachable, match="cannot be reached"):
        transport.get("https://sis.example.org/", sign)

    transport.close()


def test_certificates_are_always_checked(sis: Sis, tmp_path: Any) -> None:
    transport = Transport(Wire(insecure=True))

    context = transport._client._transport._pool._ssl_context  # type: ignore[attr-defined]

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    transport.close()


def test_a_ca_file_that_is_none_is_said(tmp_path: Any) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")

    with pytest.raises(BadInput, match="CA file"):
        Transport(Wire(ca_file=str(path)))


def test_an_address_that_cannot_be_sent_is_bad_input(transport: Transport) -> None:
    with pytest.raises(BadInput):
        transport.get("http://127.0.0.1/\x01", sign)


def test_cookies_are_kept(sis: Sis, transport: Transport) -> None:
    """Quirk 14: a load balancer's cookie."""
    sis.routes["/token"] = lambda _: Said(headers={"Set-Cookie": "node=b; Path=/"})

    transport.post_for_token(b"", {})
    transport.get(f"{sis.url}/users", sign)

    assert sis.asked[1].headers["cookie"] == "node=b"
