"""Reading all pages of a collection: none skipped, none believed to be the last without proof.

The termination rule of 1.5, the stricter variant. Offsets advance by records received, never by
the limit asked for, since servers cap it (T-2). A short page alone is not the end: what is missing
of it is asked for again. The end is an empty page, with nothing behind it where the source gives no
count, or the source's count reached and the last page short, or the last of a chain of opaque
links.

Once the first answers show how far one page reaches, the next ones are fetched side by side and
handed on in order, never more than `concurrency` at once.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from schoolgate.oneroster.errors import NotOffered, Rejected, ServerFault, SourceFailed
from schoolgate.oneroster.rest.page import Page
from schoolgate.oneroster.rest.tally import Tally
from schoolgate.oneroster.rest.windows import Window, Windows, has_records

_GATEWAY_TIMEOUT = 504
_USUAL_LIMIT = 100


@dataclass(frozen=True, slots=True)
class PagingSettings:
    """`page_size` is what is asked for; the source may give less."""

    page_size: int = 1000
    concurrency: int = 4
    most_pages: int = 100_000


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to ask for a window (offset, limit, sorted or not), and how to read an address."""

    window: Callable[[int, int, bool], str]
    fetch: Callable[[str], Page]


class Pages:
    """The pages of one collection, read once. Ask `tally` when the iteration has ended.

    Each page is yielded once, in the source's order, and none is empty. A record may still come
    twice, on two pages, when the collection moves while it is read: readers tell records apart.

    A failure of the first page is raised. A later one ends the iteration and spoils the tally.
    """

    def __init__(self, addresses: Addresses, settings: PagingSettings) -> None:
        self._addresses = addresses
        self._settings = settings
        self._limit = settings.page_size
        self._sorted = True
        self.tally = Tally()
        self.failure: SourceFailed | None = None
        # The source gave everything at once and does not page; the total was no stop; and so on.
        self.remarks: list[str] = []

    def __iter__(self) -> Iterator[Page]:
        first = self._first()
        if first.foreign_link:
            self.remarks.append("foreign_link")
        if not first.rows:
            self.tally.pages += 1
            self.tally.see_total(first.total)
            return
        self.tally.add(first)
        yield first
        try:
            if first.cursor is not None:
                yield from self._follow(first)
            elif not self._is_over(len(first.rows), self._limit):
                yield from self._count_on(first)
        except SourceFailed as error:
            self.failure = error
            self.tally.spoil("page_failed", str(error))
        if self.tally.total_was_wrong:
            self.remarks.append("total_wrong")

    # --- the first page --------------------------------------------------------------------------

    def _first(self) -> Page:
        """Fetch the first page. A source that refuses to sort, or our page size, is asked without.

        Not sorted pages are the standard's default; sorting only steadies them (1.6, T-35).
        """
        try:
            return self._fetch((0, self._limit))
        except Rejected:
            self._sorted = False
        try:
            return self._fetch((0, self._limit))
        except Rejected:
            if self._limit <= _USUAL_LIMIT:
                raise
            self._limit = _USUAL_LIMIT
        return self._fetch((0, self._limit))

    def _fetch(self, window: Window) -> Page:
        """Fetch a window. A gateway that gives up on it may manage a smaller one (quirk 26)."""
        offset, size = window
        while True:
            try:
                return self._addresses.fetch(self._addresses.window(offset, size, self._sorted))
            except ServerFault as error:
                if error.status != _GATEWAY_TIMEOUT or size <= _USUAL_LIMIT // 4:
                    raise
                size //= 2

    # --- links that only the source can read -----------------------------------------------------

    def _follow(self, page: Page) -> Iterator[Page]:
        """Follow opaque next links, one after the other, until there is none."""
        seen: set[str] = set()
        while page.cursor is not None:
            if page.cursor in seen:
                self._end_of_loop("looping_link")
                return
            if not self._may_go_on():
                return
            seen.add(page.cursor)
            page = self._addresses.fetch(page.cursor)
            if not page.rows:
                return
            if not self.tally.add(page):
                self._end_of_loop("looping_link")
                return
            yield page

    def _end_of_loop(self, reason: str) -> None:
        # Some servers link the last page to itself (T-3): with the count reached that is the end.
        if self.tally.total is None or self.tally.received != self.tally.total:
            self.tally.spoil(reason)

    # --- offsets counted by us -------------------------------------------------------------------

    def _count_on(self, first: Page) -> Iterator[Page]:
        reach = len(first.rows)
        if reach != self._limit:
            # A cap of the server, the end, hidden records, no limit at all: one more page tells.
            page = self._fetch((reach, self._limit))
            if not self._accept(page, first):
                if not page.rows:
                    self._look_behind(
                        lambda: has_records(lambda: self._fetch((2 * reach, self._limit)))
                    )
                return
            yield page
            if self._is_over(len(page.rows), self._limit):
                return
            reach = max(reach, len(page.rows))
        with self._side_by_side(reach, first.last_offset) as windows:
            yield from self._read_windows(windows, first)

    def _read_windows(self, windows: Windows, first: Page) -> Iterator[Page]:
        while self._may_go_on():
            window, page = windows.next()
            offset, size = window
            while size > 0:
                page = _at_most(size, page)
                if not self._accept(page, first):
                    if not page.rows:
                        self._look_behind(windows.any_behind)
                    return
                windows.refill()
                yield page
                if self._is_over(len(page.rows), windows.reach):
                    return
                offset, size = offset + len(page.rows), size - len(page.rows)
                if size > 0:
                    # A short page in the middle: ask for the rest of its window.
                    page = self._fetch((offset, size))

    def _look_behind(self, any_behind: Callable[[], bool]) -> None:
        """Take an empty page for the end only if nothing lies behind it, where no count says so."""
        tally = self.tally
        if (tally.total is None or tally.total_was_wrong) and any_behind():
            tally.spoil("gap")

    def _accept(self, page: Page, first: Page) -> bool:
        """Count a page. False if the collection has ended here, for good or bad."""
        if not page.rows:
            return False
        if self.tally.add(page):
            return True
        if self._gives_everything(first):
            self.remarks.append("paging_ignored")
        else:
            self._end_of_loop("repeated_page")
        return False

    def _gives_everything(self, first: Page) -> bool:
        """Whether a source that repeats its first page has given all it has with that page.

        More records than asked for show that it knows no limit. Fewer may be all, or a cap: then a
        page of one record tells whether it does know limits.
        """
        count = len(first.rows)
        if self.tally.pages > 1 or count in {1, self._limit}:
            return False
        if count > self._limit:
            return True
        return len(self._fetch((0, 1)).rows) == count

    def _is_over(self, got: int, asked: int) -> bool:
        """Whether the count is reached and the last page, being short, agrees."""
        return self.tally.received == self.tally.total and got < asked

    def _may_go_on(self) -> bool:
        if self.tally.pages < self._settings.most_pages:
            return True
        self.tally.spoil("ceiling")
        return False

    @contextmanager
    def _side_by_side(self, reach: int, last_offset: int | None) -> Iterator[Windows]:
        """Start fetching from where the pages so far ended."""
        total = self.tally.total
        bound = total if total is not None else None if last_offset is None else last_offset + reach
        pool = ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="oneroster-page")
        try:
            yield Windows(
                start=lambda window: pool.submit(self._fetch_or_end, window),
                begin=self.tally.received,
                reach=reach,
                bound=bound,
                most=self._settings.concurrency,
            )
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _fetch_or_end(self, window: Window) -> Page:
        try:
            return self._fetch(window)
        except (Rejected, NotOffered):
            # Some servers refuse an offset behind the end, where their own count says the end is.
            if self.tally.total is not None and window[0] >= self.tally.total:
                return Page(rows=[])
            raise


def _at_most(size: int, page: Page) -> Page:
    """Keep to the window: what lies behind it comes with the next one."""
    if len(page.rows) <= size:
        return page
    return Page(rows=page.rows[:size], total=page.total)
