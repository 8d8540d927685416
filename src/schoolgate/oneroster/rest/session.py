"""One signed read: sent, asked again where that helps, and its failure put into words."""

from collections.abc import Callable
from typing import TypeVar

from schoolgate.oneroster.errors import NotSignedIn
from schoolgate.oneroster.rest.answers import failure_of
from schoolgate.oneroster.rest.auth import Auth
from schoolgate.oneroster.rest.retry import Retrier
from schoolgate.oneroster.rest.transport import Answer, Transport

T = TypeVar("T")
_UNAUTHORIZED = 401


class Session:
    """Reads addresses of one source. Safe to share between threads."""

    def __init__(self, transport: Transport, auth: Auth, retrier: Retrier) -> None:
        self._transport = transport
        self._auth = auth
        self._retrier = retrier

    @property
    def retries(self) -> int:
        return self._retrier.count

    def read(self, url: str, *, what: str, parse: Callable[[Answer], T]) -> T:
        """Read an address and make of the answer what `parse` makes of it.

        An answer that `parse` finds broken is asked for again, like one that never came.

        Raises:
            SourceFailed: when there is no good answer to the end of our patience.
        """

        def once() -> T:
            answer = self._signed(url)
            failure = failure_of(answer, what)
            if failure is not None:
                raise failure
            return parse(answer)

        return self._retrier.run(once)

    def _signed(self, url: str) -> Answer:
        answer, used = self._send(url)
        if answer.status != _UNAUTHORIZED or not self._auth.discard(used):
            return answer
        answer, _ = self._send(url)
        if answer.status == _UNAUTHORIZED:
            raise NotSignedIn(
                "The source refuses a token it gave a moment ago: not the token's age is wrong, "
                "a permission is missing. Ask the SIS what this connection may read.",
                status=_UNAUTHORIZED,
            )
        return answer

    def _send(self, url: str) -> tuple[Answer, str]:
        used = ""

        def sign(address: str) -> str:
            nonlocal used
            used = self._auth.authorization(address, self._transport.post_for_token)
            return used

        return self._transport.get(url, sign), used
