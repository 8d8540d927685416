"""Fetching ahead: windows of a collection asked for side by side and read in order."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from schoolgate.oneroster.errors import NotOffered, Rejected
from schoolgate.oneroster.rest.page import Page

# Where the records of a window begin, and how many it should hold.
Window = tuple[int, int]


class Windows:
    """Windows of equal reach, fetched ahead: never more than `most` asked for and not yet read.

    Up to `bound`, where the source says its records end, all are worth asking for ahead; behind it
    only one at a time, to see that nothing is there. Without a bound asking ahead may overshoot.
    """

    def __init__(
        self,
        *,
        start: Callable[[Window], Future[Page]],
        begin: int,
        reach: int,
        bound: int | None,
        most: int,
    ) -> None:
        self._start = start
        self._next = begin
        self.reach = reach
        self._bound = bound
        self._most = most
        self._ahead: deque[tuple[Window, Future[Page]]] = deque()

    def next(self) -> tuple[Window, Page]:
        """Wait for the next window's page.

        Raises:
            SourceFailed: it cannot be read.
        """
        self.refill()
        window, future = self._ahead.popleft()
        return window, future.result()

    def refill(self) -> None:
        while not self._ahead or (len(self._ahead) < self._most and self._is_worth_it()):
            window = (self._next, self.reach)
            self._ahead.append((window, self._start(window)))
            self._next += self.reach

    def any_behind(self) -> bool:
        """Whether the windows asked for ahead have records. If none was, the next one is asked for.

        Raises:
            SourceFailed: one cannot be read.
        """
        if not self._ahead:
            self.refill()
        return any(has_records(future.result) for _, future in self._ahead)

    def _is_worth_it(self) -> bool:
        return self._bound is None or self._next < self._bound


def has_records(read: Callable[[], Page]) -> bool:
    """Whether a page behind an empty one has records.

    A refusal of that offset (400, 404, 416) says the same there as one more empty page.
    """
    try:
        return bool(read().rows)
    except (Rejected, NotOffered):
        return False
