"""A SIS to try things on: a synthetic district behind a real HTTP server on this machine."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import TracebackType
from typing import Literal, Self

from schoolgate.sandbox.diary import Diary, LivedDay
from schoolgate.sandbox.invented.days import USUAL_SHARE, live_a_day
from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.quirks import checked, read_quirks
from schoolgate.sandbox.serving.access import WAYS, Credentials, Gate
from schoolgate.sandbox.serving.exchange import Asked, Reply, Request
from schoolgate.sandbox.serving.provider import ROOT, TOKEN_PATH, Provider
from schoolgate.sandbox.serving.remote_control import CONTROL, obey
from schoolgate.sandbox.serving.server import Server

_MOST_ASKED_KEPT = 1_000_000
_TOKEN_SECONDS = 3600

Auth = Literal["any", "oauth1", "oauth2", "bearer"]
Settings = Mapping[str, float] | Iterable[str]


class Sandbox:
    """Serves a district until the `with` block ends.

    `quirks` are words like `page_cap=500` or a mapping of their names to values. `auth` is the one
    way to get in, or any. `requests` is everything that was asked of the SIS, in order. A `diary`
    is told of every day.

    `stamp` gives the time that a day's changes bear; without it they bear the district's own
    calendar, and the same days give the same bytes. `clock` and `sleep` are in seconds.

    Raises:
        ValueError: no such quirk.
    """

    def __init__(  # noqa: PLR0913 - all but the district have a default that suits most
        self,
        district: District,
        *,
        quirks: Settings = (),
        auth: Auth = "any",
        port: int = 0,
        credentials: Credentials | None = None,
        diary: Diary | None = None,
        token_seconds: int = _TOKEN_SECONDS,
        stamp: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.district = district
        self.credentials = credentials or (diary.credentials if diary else Credentials())
        self.requests: deque[Asked] = deque(maxlen=_MOST_ASKED_KEPT)
        self._stamp = stamp
        self._diary = diary
        gate = Gate(
            self.credentials,
            ways=frozenset(WAYS if auth == "any" else (auth,)),
            clock=clock,
            token_seconds=token_seconds,
        )
        wanted = _read(quirks)
        self._server = Server(port)
        origin = self._server.origin
        self._provider = Provider(district, origin=origin, gate=gate, sleep=sleep)
        self._provider.set_quirks(wanted)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start(self._answer)

    def stop(self) -> None:
        self._server.stop()

    @property
    def origin(self) -> str:
        return self._server.origin

    @property
    def base_url(self) -> str:
        return self.origin + ROOT

    @property
    def token_url(self) -> str:
        return self.origin + TOKEN_PATH

    @property
    def key(self) -> str:
        return self.credentials.key

    @property
    def secret(self) -> str:
        return self.credentials.secret

    @property
    def bearer(self) -> str:
        return self.credentials.bearer

    @property
    def quirks(self) -> dict[str, float]:
        return dict(self._provider.quirks)

    def set_quirks(self, quirks: Settings) -> None:
        """Be odd in these ways from now on, and in no other."""
        self._provider.set_quirks(_read(quirks))

    def tick(self, *, days: int = 1, share: float = USUAL_SHARE) -> dict[str, int]:
        """Let school days happen. Gives what a reader has to change who read after each of them.

        `share` of the students are touched each day. Kinds of change that did not happen are left
        out.
        """
        counts: Counter[str] = Counter()
        for _ in range(days):
            modified = self._stamp() if self._stamp else None
            day = partial(live_a_day, share=share, modified=modified)
            counts += Counter(self._provider.change(day))
            if self._diary:
                self._diary.add(LivedDay(share, modified))
        return dict(sorted(counts.items()))

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(CONTROL):
            return obey(self, request)
        reply = self._provider.answer(request)
        self.requests.append(Asked(request.method, request.path, request.query, reply.status))
        return reply


def _read(quirks: Settings) -> dict[str, float]:
    return checked(quirks) if isinstance(quirks, Mapping) else read_quirks(quirks)
