"""OAuth 2 client credentials: getting a token from servers that each want to be asked otherwise.

Credentials go as Basic first and in the body only on 400 or 401 (sis.md, quirk 3). Scopes are asked
for from the full set down to none (4.3). Nothing of it is ever logged.
"""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from schoolgate.oneroster.errors import NotAllowed, NotSignedIn, NotTokenEndpoint, OneRosterError
from schoolgate.oneroster.rest.answers import failure_of
from schoolgate.oneroster.rest.auth import PostForToken
from schoolgate.oneroster.rest.transport import Answer
from schoolgate.oneroster.values.reading import BAD_JSON

_SCOPE = "https://purl.imsglobal.org/spec/or/v1p1/scope/"
SCOPE_LADDER = (
    f"{_SCOPE}roster-core.readonly {_SCOPE}roster.readonly",
    f"{_SCOPE}roster-core.readonly",
    "",
)
_RENEW_BEFORE_SECONDS = 60
_MOST_SECONDS = 366 * 24 * 3600

Style = Literal["basic", "body"]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    renew_at: float | None

    def is_fresh(self, now: float) -> bool:
        return self.renew_at is None or now < self.renew_at


@dataclass
class OAuth2:
    """A bearer token asked for when needed, renewed before it ends. Safe to share between threads.

    `token_url` is used exactly as given: a slash more or less is another route (T-18). `scope` None
    tries the ladder; anything else, also an empty text, is asked for as it is.
    """

    key: str
    secret: str = field(repr=False)
    token_url: str
    scope: str | None = None
    clock: Callable[[], float] = time.monotonic
    _token: _Token | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    # What the server accepted last time is asked first the next time.
    _accepted: tuple[str, Style] | None = field(default=None, init=False, repr=False)

    def authorization(self, url: str, post_for_token: PostForToken) -> str:  # noqa: ARG002 (one token for every address)
        with self._lock:
            if self._token is None or not self._token.is_fresh(self.clock()):
                self._token = self._ask(post_for_token)
            return f"Bearer {self._token.text}"

    def discard(self, authorization: str) -> bool:
        with self._lock:
            # Another thread may have renewed it already.
            if self._token is not None and authorization == f"Bearer {self._token.text}":
                self._token = None
            return True

    def _ask(self, post_for_token: PostForToken) -> _Token:
        """Ask in every way that may help, the one that worked before first.

        Raises:
            NotSignedIn, NotAllowed, NotTokenEndpoint: none of them did.
        """
        refusal: OneRosterError | None = None
        dead_scopes: set[str] = set()
        for scope, style in self._ways():
            if scope in dead_scopes:
                continue
            answer = post_for_token(*self._request(scope, style))
            payload = _payload(answer)
            token = payload.get("access_token")
            if answer.status == HTTPStatus.OK and isinstance(token, str) and token:
                self._accepted = (scope, style)
                return _Token(token, _renewal(payload.get("expires_in"), self.clock()))
            refusal = refusal_of(answer, payload)
            if not _may_ask_otherwise(answer):
                break
            dead_scopes |= _useless_scopes(scope, style, payload)
        assert refusal is not None  # noqa: S101 (there is always one way to ask)
        raise refusal

    def _ways(self) -> Iterator[tuple[str, Style]]:
        if self._accepted is not None:
            yield self._accepted
        for scope in SCOPE_LADDER if self.scope is None else (self.scope,):
            yield scope, "basic"
            yield scope, "body"

    def _request(self, scope: str, style: Style) -> tuple[bytes, dict[str, str]]:
        form = {"grant_type": "client_credentials"}
        headers: dict[str, str] = {}
        if scope:
            form["scope"] = scope
        if style == "basic":
            pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            form |= {"client_id": self.key, "client_secret": self.secret}
        return urlencode(form).encode(), headers


def _payload(answer: Answer) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(answer.body)
    except BAD_JSON:
        return {}
    return payload if isinstance(payload, dict) else {}


def _renewal(expires_in: object, now: float) -> float | None:
    """Say when to renew: a minute early, or at three quarters of a short life. None: on a 401."""
    try:
        seconds = float(str(expires_in))
    except ValueError:
        return None
    if not 0 < seconds <= _MOST_SECONDS:
        return None
    return now + seconds - min(_RENEW_BEFORE_SECONDS, seconds / 4)


def _may_ask_otherwise(answer: Answer) -> bool:
    return answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}


def _useless_scopes(scope: str, style: Style, payload: dict[str, Any]) -> set[str]:
    """Name the scopes that need not be asked for again after this refusal."""
    error = payload.get("error")
    if error == "invalid_scope":
        return {scope}
    # After both styles, only a complaint about the request itself makes another scope worth a try.
    if style == "body" and error != "invalid_request":
        return set(SCOPE_LADDER)
    return set()


def refusal_of(answer: Answer, payload: dict[str, Any]) -> OneRosterError:
    """Tell wrong credentials from a wrong token URL (4.2, T-19). Pure."""
    status, error = answer.status, payload.get("error")
    if error == "invalid_scope":
        return NotAllowed(
            "The token URL refuses every scope: in the SIS, allow roster-core.readonly for this "
            "connection.",
            status=status,
        )
    if error is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotSignedIn("The token URL refuses the key or the secret.", status=status)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return NotSignedIn("The token URL refuses the key or the secret.", status=status)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _BUSY:
        return NotTokenEndpoint(
            f"The token URL answered {status} and no token: it is not a token endpoint. Copy it "
            "from the SIS exactly, with or without a slash at its end."
        )
    failure = failure_of(answer, "the token")
    assert failure is not None  # noqa: S101 (only statuses of failure are left)
    return failure


_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
