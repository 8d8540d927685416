"""A OneRoster 1.1 REST source: one method a collection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

from schoolgate.oneroster.decode import decode_json
from schoolgate.oneroster.errors import BadInput, NotOffered, NotOneRoster, Rejected
from schoolgate.oneroster.records import (
    AcademicSession,
    Class,
    Demographics,
    Enrollment,
    Org,
    Problem,
    ProblemLog,
    Record,
    Role,
    User,
)
from schoolgate.oneroster.rest.addresses import checked_url, collection_root
from schoolgate.oneroster.rest.auth import Auth
from schoolgate.oneroster.rest.changes import ChangedUsers, changed_since
from schoolgate.oneroster.rest.collection import RestCollection
from schoolgate.oneroster.rest.page import Page, read_page
from schoolgate.oneroster.rest.paging import Addresses, Pages, PagingSettings
from schoolgate.oneroster.rest.retry import Patience, Retrier, Time
from schoolgate.oneroster.rest.session import Session
from schoolgate.oneroster.rest.transport import Limits, Transport, Wire

T = TypeVar("T", bound=Record)
OnPage = Callable[[str, int, int], None]

_NOT_FOUND = 404


def _ignore_page(name: str, pages: int, records: int) -> None:
    """Tell nobody of the progress."""


@dataclass(frozen=True, slots=True)
class Look:
    """One page of a source, and whether it would be asked to sort."""

    page: Page
    sort_accepted: bool


class Client:
    """Reads one source. Each collection method gives a fresh stream, so that it can be read again.

    `base_url` may be given with or without `/ims/oneroster/v1p1`. `insecure` allows http and this
    very machine, for trying things out. `on_page` is told a collection's name, its pages and its
    records so far. To be used from one thread; it fetches pages in up to `concurrency` others.

    Raises:
        UnsafeAddress, UnsupportedVersion, BadInput: an address or setting is no good.
    """

    def __init__(  # noqa: PLR0913 (what a registration may set, each by its name)
        self,
        base_url: str,
        auth: Auth,
        *,
        concurrency: int = 4,
        page_size: int = 1000,
        insecure: bool = False,
        ca_file: str | None = None,
        patience: Patience | None = None,
        clocks: Time | None = None,
        limits: Limits | None = None,
        on_page: OnPage = _ignore_page,
    ) -> None:
        if concurrency < 1 or page_size < 1:
            raise BadInput("Concurrency and page size must be at least 1.")
        self.root = collection_root(base_url, insecure=insecure)
        if auth.token_url is not None:
            checked_url(auth.token_url, "token URL", insecure=insecure)
        self._transport = Transport(
            Wire(
                token_url=auth.token_url,
                insecure=insecure,
                ca_file=ca_file,
                connections=concurrency + 1,
                limits=limits or Limits(),
            )
        )
        self._session = Session(self._transport, auth, Retrier(patience, clocks))
        self._settings = PagingSettings(page_size=page_size, concurrency=concurrency)
        self._on_page = on_page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    @property
    def retries(self) -> int:
        """How many requests had to be sent again so far."""
        return self._session.retries

    def orgs(self) -> RestCollection[Org]:
        return self._collection("orgs", Org, "orgs")

    def schools(self) -> RestCollection[Org]:
        return self._collection("schools", Org, "orgs")

    def users(self) -> RestCollection[User]:
        return self._collection("users", User, "users")

    def users_changed_since(self, moment: datetime) -> ChangedUsers:
        """Users whose own date says that they changed since: each row is held against it.

        Deleted ones among them are marked so. While it is read it may raise FilterIgnored: the
        source did not filter. Only for a source that was proved to (change_probe.py).
        """
        pages = self._pages("users", "users", "users", filter_=changed_since(moment))
        return ChangedUsers(pages, since=moment, on_page=self._on_page)

    def students(self) -> RestCollection[User]:
        return self._collection("students", User, "users", only_role=Role.STUDENT)

    def students_of_school(self, school_id: str) -> RestCollection[User]:
        path = f"schools/{quote(school_id, safe='')}/students"
        return self._collection(path, User, "users", only_role=Role.STUDENT)

    def enrollments(self) -> RestCollection[Enrollment]:
        return self._collection("enrollments", Enrollment, "enrollments")

    def classes(self) -> RestCollection[Class]:
        return self._collection("classes", Class, "classes")

    def academic_sessions(self) -> RestCollection[AcademicSession]:
        return self._collection("academicSessions", AcademicSession, "academicSessions")

    def demographics(self) -> RestCollection[Demographics]:
        return self._collection("demographics", Demographics, "demographics")

    def user(self, sourced_id: str) -> User | None:
        """Ask for one user by id. None when the source says there is no such user.

        A user marked as to be deleted is returned as such: that too is an answer.

        Raises:
            SourceFailed: there is no answer to believe.
        """
        url = f"{self.root}/users/{quote(sourced_id, safe='')}"
        try:
            page = self._page(url, "users", "a user")
        except NotOffered as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        for row in page.rows:
            found = decode_json(User, bytes(row), collection="users", position=1, log=ProblemLog())
            if not isinstance(found, Problem) and found.sourced_id == sourced_id:
                return found
        if not page.rows:
            return None
        raise NotOneRoster("The source was asked for one user and sent another, or none readable.")

    def look(self, path: str, resource: str, *, offset: int, limit: int) -> Look:
        """Read one page, sorted if the source sorts, for a look at how it behaves."""
        return self._look(path, resource, (offset, limit))

    def look_at_changes(self, *, since: datetime, limit: int) -> Look:
        """Read the first page of the users changed since, as it came: nothing is checked."""
        return self._look("users", "users", (0, limit), filter_=changed_since(since))

    def _look(
        self, path: str, resource: str, window: tuple[int, int], *, filter_: str = ""
    ) -> Look:
        try:
            url = self._window_url(path, window, sort=True, filter_=filter_)
            return Look(self._page(url, resource, resource), sort_accepted=True)
        except Rejected:
            url = self._window_url(path, window, sort=False, filter_=filter_)
            return Look(self._page(url, resource, resource), sort_accepted=False)

    def _collection(
        self, path: str, kind: type[T], resource: str, *, only_role: Role | None = None
    ) -> RestCollection[T]:
        # Said in messages: an id in a path is nobody's business there.
        name = path.partition("/")[0] if only_role is None else "students"
        pages = self._pages(path, resource, name)
        return RestCollection(name, kind, pages, only_role=only_role, on_page=self._on_page)

    def _pages(self, path: str, resource: str, name: str, *, filter_: str = "") -> Pages:
        addresses = Addresses(
            window=lambda offset, limit, sort: self._window_url(
                path, (offset, limit), sort=sort, filter_=filter_
            ),
            fetch=lambda url: self._page(url, resource, name),
        )
        return Pages(addresses, self._settings)

    def _page(self, url: str, resource: str, what: str) -> Page:
        return self._session.read(url, what=what, parse=lambda answer: read_page(answer, resource))

    def _window_url(
        self, path: str, window: tuple[int, int], *, sort: bool, filter_: str = ""
    ) -> str:
        query: dict[str, object] = {"limit": window[1], "offset": window[0]}
        if sort:
            query |= {"sort": "sourcedId", "orderBy": "asc"}
        if filter_:
            query["filter"] = filter_
        # %20 and never +: a signature covers the query as it is sent (4.1).
        return f"{self.root}/{path}?{urlencode(query, quote_via=quote, safe='')}"
