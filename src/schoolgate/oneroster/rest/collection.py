"""A collection of a REST source as a stream of records."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import msgspec

from schoolgate.oneroster.blocks import Block, blocks_of
from schoolgate.oneroster.decode import decode_json
from schoolgate.oneroster.errors import UnsupportedVersion
from schoolgate.oneroster.records import Problem, ProblemLog, RawRow, Record, Role, User, Verdict
from schoolgate.oneroster.rest.page import Page
from schoolgate.oneroster.rest.paging import Pages
from schoolgate.oneroster.values.reading import BAD_JSON

T = TypeVar("T", bound=Record)


class _Roles(msgspec.Struct):
    """Enough of a user to tell version 1.2, which has `roles`, from 1.1, which has `role`."""

    role: msgspec.Raw = msgspec.Raw(b"")
    roles: msgspec.Raw = msgspec.Raw(b"")


_roles = msgspec.json.Decoder(_Roles)


class RestCollection(Generic[T]):
    """A collection read once, page by page, with at most a few pages in memory.

    What the stream guarantees: records come in the source's order, and the verdict says whether all
    of them came. It does not promise that a record comes once: the source may move while it is
    read, and some send one id with two roles (T-4, T-12). The reader tells records apart.
    """

    # The bytes of a JSON object say everything about it.
    salt = b""

    def __init__(
        self,
        name: str,
        kind: type[T],
        pages: Pages,
        *,
        only_role: Role | None = None,
        on_page: Callable[[str, int, int], None],
    ) -> None:
        self.name = name
        self.problems = ProblemLog()
        self._kind = kind
        self._pages = pages
        self._only_role = only_role
        self._on_page = on_page
        self._every_id_known = True
        self._state = "fresh"

    def __iter__(self) -> Iterator[T]:
        for row in self.raw():
            record = self.decode(row)
            if not isinstance(record, Problem):
                yield record

    def raw(self) -> Iterator[RawRow]:
        """Every record as the bytes of its JSON object. Read once.

        Raises:
            SourceFailed: the first page cannot be read. A later one spoils the verdict instead.
            UnsupportedVersion: the users have the shape of version 1.2.
            RuntimeError: the collection was read before.
        """
        if self._state != "fresh":
            raise RuntimeError("A collection is read once: ask the client for a new one.")
        self._state = "reading"
        position = 0
        for page in self._pages:
            if position == 0 and self._kind is User:
                _refuse_version_1_2(page)
            tally = self._pages.tally
            self._on_page(self.name, tally.pages, tally.received)
            for row in page.rows:
                position += 1
                yield RawRow(position, bytes(row))
        for remark in self._pages.remarks:
            self.problems.add(Problem(remark, self.name, 0, severity="warning"))
        self._state = "ended"

    def blocks(self) -> Iterator[Block]:
        """The same, in blocks that a reader may know as a whole."""
        return blocks_of(self.raw())

    def decode(self, row: RawRow) -> T | Problem:
        """Read one row. Called from one thread."""
        record = decode_json(
            self._kind, row.data, collection=self.name, position=row.position, log=self.problems
        )
        if isinstance(record, Problem):
            self._every_id_known &= record.sourced_id is not None
            return record
        if self._only_role is not None and getattr(record, "role", None) != self._only_role:
            return self._other_role(record.sourced_id, row.position)
        return record

    def _other_role(self, sourced_id: str, position: int) -> Problem:
        # A view by role is not trusted: some answer it with other people as well (T-28, T-29).
        problem = Problem(
            "other_role",
            self.name,
            position,
            severity="warning",
            sourced_id=sourced_id,
            field="role",
            expected=str(self._only_role),
        )
        self.problems.add(problem)
        return problem

    @property
    def verdict(self) -> Verdict:
        if self._state != "ended":
            raise RuntimeError("The verdict is known when the stream has ended, not before.")
        return self._pages.tally.verdict(every_id_known=self._every_id_known)


def _refuse_version_1_2(first: Page) -> None:
    """Refuse a source whose first users all carry `roles` and none `role` (3.7)."""
    for row in first.rows:
        try:
            seen = _roles.decode(row)
        except BAD_JSON:
            return
        if bytes(seen.role) or not bytes(seen.roles):
            return
    raise UnsupportedVersion(
        "The source sends users as OneRoster 1.2 does, with `roles`, and Schoolgate reads 1.1: "
        "in the SIS, generate a OneRoster 1.1 connection and use its base URL.",
        version="1.2",
    )
