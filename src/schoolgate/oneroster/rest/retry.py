"""When to ask again, and how long to wait before it.

What may be asked again says so itself (`retry_helps`). Waiting grows 1, 2, 4 ... seconds with
jitter; what the source asks for in Retry-After wins (T-34). Tries and total time are bounded.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from schoolgate.oneroster.errors import BrokenAnswer, OneRosterError, ServerFault, SourceFailed

T = TypeVar("T")

_INTERNAL_ERROR = 500
_GATEWAY_TIMEOUT = 504


def wall_clock() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on with one request. `few_tries` is for what seldom heals by asking again."""

    tries: int = 6
    few_tries: int = 3
    seconds: float = 300
    longest_wait: float = 60


@dataclass(frozen=True, slots=True)
class Time:
    """The clocks and the chance that waiting needs, so that a test can hold them still."""

    elapsed: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = wall_clock
    sleep: Callable[[float], None] = time.sleep
    # Between 0 and 1.
    chance: Callable[[], float] = random.random


def tries_for(error: BaseException, patience: Patience) -> int:
    """Say how often a request that ended so may be sent in all. 1: never again."""
    if not isinstance(error, OneRosterError) or not error.retry_helps:
        return 1
    # A 500 is often a bug that one record triggers, a 504 a page too large, broken JSON a fault.
    if isinstance(error, BrokenAnswer):
        return patience.few_tries
    if isinstance(error, ServerFault) and error.status in {_INTERNAL_ERROR, _GATEWAY_TIMEOUT}:
        return patience.few_tries
    return patience.tries


def asked_wait(retry_after: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from now."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def own_wait(attempt: int, patience: Patience, *, chance: float) -> float:
    """Wait 1, 2, 4 ... seconds, less up to half by chance, so that many do not come at once."""
    longest = min(float(2 ** (attempt - 1)), patience.longest_wait)
    return longest * (1 - chance / 2)


class Retrier:
    """Runs a call until it succeeds or patience ends, then raises its last error.

    Safe to share between threads. `count` is the number of repeated requests so far.
    """

    def __init__(self, patience: Patience | None = None, clocks: Time | None = None) -> None:
        self._patience = patience or Patience()
        self._time = clocks or Time()
        self._lock = threading.Lock()
        self.count = 0

    def run(self, call: Callable[[], T]) -> T:
        started = self._time.elapsed()

        def is_over(state: RetryCallState) -> bool:
            waited = self._time.elapsed() - started + state.upcoming_sleep
            tries = tries_for(_error(state), self._patience)
            return state.attempt_number >= tries or waited > self._patience.seconds

        return Retrying(
            retry=retry_if_exception(lambda error: tries_for(error, self._patience) > 1),
            wait=self._wait,
            stop=is_over,
            sleep=self._time.sleep,
            before_sleep=self._count,
            reraise=True,
        )(call)

    def _wait(self, state: RetryCallState) -> float:
        error = _error(state)
        header = error.retry_after if isinstance(error, SourceFailed) else None
        asked = asked_wait(header, now=self._time.now())
        if asked is not None:
            return asked
        return own_wait(state.attempt_number, self._patience, chance=self._time.chance())

    def _count(self, _: RetryCallState) -> None:
        with self._lock:
            self.count += 1


def _error(state: RetryCallState) -> BaseException:
    found = None if state.outcome is None else state.outcome.exception()
    assert found is not None  # noqa: S101 (tenacity asks these questions only after an exception)
    return found
