"""How a request is signed: OAuth 1.0a, or a bearer token that was handed out (section 4)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from oauthlib import oauth1
from oauthlib.common import generate_nonce

from schoolgate.oneroster.errors import BadInput, NotOneRoster
from schoolgate.oneroster.rest.transport import Answer

PostForToken = Callable[[bytes, Mapping[str, str]], Answer]
SignatureMethod = Literal["HMAC-SHA256", "HMAC-SHA1"]


class Auth(Protocol):
    """Safe to share between threads."""

    @property
    def token_url(self) -> str | None:
        """Where a token is asked for; None when there is nothing to ask for."""
        ...

    def authorization(self, url: str, post_for_token: PostForToken) -> str:
        """Make the Authorization header for a GET of exactly this address."""
        ...

    def discard(self, authorization: str) -> bool:
        """Forget a header that was refused. True when the next one will be another."""
        ...


@dataclass(frozen=True)
class Bearer:
    """A token that the SIS handed out once, as ClassLink's proxy does."""

    token: str = field(repr=False)
    token_url: None = None

    def authorization(self, url: str, post_for_token: PostForToken) -> str:  # noqa: ARG002 (one token for every address)
        return f"Bearer {self.token}"

    def discard(self, authorization: str) -> bool:  # noqa: ARG002 (there is no other token)
        return False


@dataclass(frozen=True)
class OAuth1:
    """Two-legged message signing, 1.1's original method.

    HMAC-SHA1 only where it is chosen: it is never fallen back to.
    """

    key: str
    secret: str = field(repr=False)
    signature: SignatureMethod = "HMAC-SHA256"
    clock: Callable[[], float] = time.time
    nonce: Callable[[], str] = generate_nonce
    token_url: None = None

    def __post_init__(self) -> None:
        if self.signature not in {"HMAC-SHA256", "HMAC-SHA1"}:
            raise BadInput("An OAuth 1 signature is HMAC-SHA256 or HMAC-SHA1.")

    def authorization(self, url: str, post_for_token: PostForToken) -> str:  # noqa: ARG002 (no token here)
        signer = oauth1.Client(
            self.key,
            client_secret=self.secret,
            signature_method=self.signature,
            nonce=self.nonce(),
            timestamp=str(int(self.clock())),
        )
        try:
            _, headers, _ = signer.sign(url)
        except ValueError as error:
            # From a page link of the source: our own addresses are always well formed.
            raise NotOneRoster("The source sent a page link that cannot be signed.") from error
        return str(headers["Authorization"])

    def discard(self, authorization: str) -> bool:  # noqa: ARG002 (a new signature would be as good)
        return False
