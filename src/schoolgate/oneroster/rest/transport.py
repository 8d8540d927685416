"""The wire. The only module that knows the HTTP library, and the only way out of this one.

It can send two things: a GET, and a POST to the one token URL it was made with. The SIS is only
read. Redirects stay on their server, certificates are always checked, answers are bounded, and a
connection goes only to an address that was checked a moment before.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin

import httpcore2
import httpx2

from schoolgate.oneroster.errors import (
    BadInput,
    BrokenAnswer,
    NotOneRoster,
    TooLarge,
    Unreachable,
    UntrustedCertificate,
)
from schoolgate.oneroster.rest.addresses import Resolve, origin, safe_addresses

Sign = Callable[[str], str]

# It logs every address with its query at level INFO, and a token URL may hold a secret there.
logging.getLogger("httpx2").setLevel(logging.WARNING)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What we put up with from a server. A slow gateway may need two minutes (sis.md, quirk 26)."""

    connect_seconds: float = 15
    read_seconds: float = 120
    answer_seconds: float = 600
    answer_bytes: int = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; `url` is where it came from in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Wire:
    """How to connect. `ca_file` adds to the trusted authorities, it never replaces the check."""

    token_url: str | None = None
    insecure: bool = False
    ca_file: str | None = None
    connections: int = 4
    limits: Limits = Limits()
    resolve: Resolve = socket.getaddrinfo
    clock: Callable[[], float] = time.monotonic


class _CheckedBackend(httpcore2.SyncBackend):
    """Connects to addresses, not to names, and only to those that may be connected to."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = safe_addresses(
                host, port, resolve=self._wire.resolve, insecure=self._wire.insecure
            )
        except OSError as error:
            raise httpcore2.ConnectError("The name cannot be resolved.") from error
        failure: Exception = httpcore2.ConnectError("The name has no address.")
        for address in addresses:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class _ReadOnlyTransport(httpx2.HTTPTransport):
    """Refuses, below everything else, to carry a request that could change the SIS."""

    def __init__(self, wire: Wire, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        self._token_url = None if wire.token_url is None else httpx2.URL(wire.token_url)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=wire.connections,
            keepalive_expiry=30,
            network_backend=_CheckedBackend(wire),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for_token = request.method == "POST" and request.url == self._token_url
        if request.method != "GET" and not for_token:
            raise AssertionError(f"The SIS is only read: {request.method} is never sent.")
        return super().handle_request(request)


class Transport:
    """Sends GET requests, and the POST that asks for a token. Safe to share between threads."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if wire.ca_file is not None:
            try:
                context.load_verify_locations(cafile=wire.ca_file)
            except OSError as error:
                raise BadInput("The CA file cannot be read as a PEM certificate.") from error
        limits = wire.limits
        # Its cookie jar matters: a load balancer, or the token's answer, may set one (quirk 14).
        self._client = httpx2.Client(
            transport=_ReadOnlyTransport(wire, context),
            trust_env=False,
            timeout=httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds, pool=None),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": f"schoolgate/{version('schoolgate')}",
            },
        )

    def get(self, url: str, sign: Sign) -> Answer:
        """Read one address. `sign` makes the Authorization header for the exact address sent.

        A redirect is followed on the same server only, and signed anew.

        Raises:
            Unreachable, BrokenAnswer: trying again may help.
            UntrustedCertificate, NotOneRoster, TooLarge, BadInput: it will not.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._client.build_request("GET", _sendable(url))
            request.headers["Authorization"] = sign(str(request.url))
            answer = self._send(request)
            if answer.status not in _REDIRECTS:
                return answer
            url = _redirected(answer)
        raise NotOneRoster("The source keeps redirecting: check the base URL.")

    def post_for_token(self, form: bytes, headers: Mapping[str, str]) -> Answer:
        """Ask the token URL for a token. Redirects are never followed: they would carry secrets."""
        if self._wire.token_url is None:
            raise BadInput("There is no token URL to ask for a token.")
        request = self._client.build_request(
            "POST",
            _sendable(self._wire.token_url),
            content=form,
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        return self._send(request)

    def close(self) -> None:
        self._client.close()

    def _send(self, request: httpx2.Request) -> Answer:
        host = request.url.host
        deadline = self._wire.clock() + self._wire.limits.answer_seconds
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        except httpx2.DecodingError as error:
            raise BrokenAnswer(f"The answer of {host} is compressed and damaged.") from error
        except httpx2.TransportError as error:
            raise _unreachable(host, error) from error
        return Answer(str(request.url), response.status_code, dict(response.headers), body)

    def _read(self, response: httpx2.Response, deadline: float) -> bytes:
        """Take the body in bounded pieces: a small compressed one may unpack to anything."""
        host = response.request.url.host
        pieces = bytearray()
        for piece in response.iter_bytes():
            pieces += piece
            if len(pieces) > self._wire.limits.answer_bytes:
                limit = self._wire.limits.answer_bytes // (1024 * 1024)
                raise TooLarge(f"An answer of {host} is over {limit} MiB: ask for smaller pages.")
            if self._wire.clock() > deadline:
                raise Unreachable(f"{host} answers too slowly: try again when it is less busy.")
        return bytes(pieces)


def _sendable(url: str) -> httpx2.URL:
    try:
        return httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise BadInput("An address is not one that can be asked for: check the URL.") from error


def _redirected(answer: Answer) -> str:
    try:
        target = urljoin(answer.url, answer.headers.get("location", ""))
        same = origin(target) == origin(answer.url)
    except ValueError:
        same = False
    if not same:
        raise NotOneRoster(
            "The source redirects to another server, and credentials do not follow there: "
            "check the base URL, or ask the SIS for its final address.",
            status=answer.status,
        )
    return target


def _unreachable(host: str, error: httpx2.TransportError) -> Unreachable | UntrustedCertificate:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return UntrustedCertificate(
            f"The certificate of {host} cannot be verified: ask the SIS for a complete chain, or "
            "give its certificate authority as a CA file."
        )
    if isinstance(error, httpx2.TimeoutException):
        return Unreachable(f"{host} did not answer in time: try again later.")
    if isinstance(error, httpx2.ConnectError):
        return Unreachable(f"{host} cannot be reached: check the address, or try again later.")
    return Unreachable(f"The connection to {host} broke: try again later.")
