"""Who may read: OAuth 1.0a signatures, OAuth 2 client credentials, a fixed bearer token."""

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from schoolgate.sandbox.catalog import CORE, NESTED, PRIVATE
from schoolgate.sandbox.payload import Fault

SCOPE_PREFIX = "https://purl.imsglobal.org/spec/or/v1p1/scope/"
SCOPES = frozenset({CORE, NESTED, PRIVATE})
WAYS = ("oauth1", "oauth2", "bearer")
_USUAL_SCOPES = frozenset({CORE, NESTED})


@dataclass(frozen=True)
class Credentials:
    """What a district's administrator hands over. New ones are drawn unless given."""

    key: str = "sandbox-reader"
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    bearer: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass
class _Token:
    scopes: frozenset[str]
    expires_at: float
    uses: int = 0


@dataclass(frozen=True)
class Refusal:
    """An answer of the token endpoint that is no token (RFC 6749, section 5.2)."""

    status: int
    error: str


class Gate:
    """Checks credentials. `clock` gives seconds; tokens live `token_seconds`."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        ways: frozenset[str],
        clock: Callable[[], float],
        token_seconds: int,
    ) -> None:
        self._credentials = credentials
        self._ways = ways
        self._clock = clock
        self._token_seconds = token_seconds
        self._tokens: dict[str, _Token] = {}
        self._signatures = SignatureOnlyEndpoint(_OneReader(credentials))

    def issue_token(self, authorization: str, form: Mapping[str, str]) -> dict[str, Any] | Refusal:
        """Answer the token endpoint: a token, or why not."""
        key, secret = _client_of(authorization, form)
        known = secrets.compare_digest(key.encode(), self._credentials.key.encode())
        known &= secrets.compare_digest(secret.encode(), self._credentials.secret.encode())
        if not known or "oauth2" not in self._ways:
            return Refusal(401, "invalid_client")
        if form.get("grant_type") != "client_credentials":
            return Refusal(400, "unsupported_grant_type")
        asked = {scope.removeprefix(SCOPE_PREFIX) for scope in form.get("scope", "").split()}
        if not asked <= SCOPES:
            return Refusal(400, "invalid_scope")
        scopes = frozenset(asked) or _USUAL_SCOPES
        token = secrets.token_urlsafe(24)
        self._tokens[token] = _Token(scopes, self._clock() + self._token_seconds)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self._token_seconds,
            "scope": " ".join(sorted(SCOPE_PREFIX + scope for scope in scopes)),
        }

    def admit(self, authorization: str, *, url: str, scope: str, uses: float | None) -> None:
        """Let a read through, or not. A token is good for `uses` requests where that is given.

        Raises:
            Fault: 401, not known here; 403, known, and not allowed to read this.
        """
        kind, _, value = authorization.partition(" ")
        if kind == "OAuth" and "oauth1" in self._ways:
            valid, _ = self._signatures.validate_request(
                url, "GET", "", {"Authorization": authorization}
            )
            if valid:
                return
        if kind == "Bearer" and self._admits_bearer(value, scope=scope, uses=uses):
            return
        raise Fault(401, "unauthorized", "These credentials are not known here.")

    def _admits_bearer(self, value: str, *, scope: str, uses: float | None) -> bool:
        fixed = secrets.compare_digest(value.encode(), self._credentials.bearer.encode())
        if fixed and "bearer" in self._ways:
            return True
        token = self._tokens.get(value)
        if token is None or self._clock() >= token.expires_at:
            return False
        token.uses += 1
        if uses is not None and token.uses > uses:
            return False
        # roster.readonly includes the core collections (section 4.3).
        allowed = token.scopes | {CORE} if NESTED in token.scopes else token.scopes
        if scope not in allowed:
            raise Fault(403, "forbidden", "The scopes of this token do not cover this collection.")
        return True


def read_form(body: bytes) -> dict[str, str]:
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _client_of(authorization: str, form: Mapping[str, str]) -> tuple[str, str]:
    kind, _, value = authorization.partition(" ")
    if kind != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        key, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(key), unquote(secret)


class _OneReader(RequestValidator):  # type: ignore[misc]  # oauthlib has no types
    """The one consumer this SIS knows. Nonces are remembered, so that no request is good twice."""

    enforce_ssl = False
    # Real consumers send nonces of any length; RFC 5849 sets none.
    nonce_length = (1, 128)
    allowed_signature_methods = ("HMAC-SHA1", "HMAC-SHA256")
    dummy_client = "nobody"

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials
        self._used: set[tuple[str, str]] = set()

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_nonce(self, nonce: str) -> bool:
        return 1 <= len(nonce) <= self.nonce_length[1]

    def validate_client_key(self, client_key: str, _request: object) -> bool:
        return client_key == self._credentials.key

    def get_client_secret(self, client_key: str, _request: object) -> str:
        return self._credentials.secret if client_key == self._credentials.key else ""

    def validate_timestamp_and_nonce(
        self, _client_key: str, timestamp: str, nonce: str, *_rest: object
    ) -> bool:
        if (timestamp, nonce) in self._used:
            return False
        self._used.add((timestamp, nonce))
        return True
