"""Fakes at the four seams: source, clock, mail, secret store. Everything else is real."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schoolgate.oneroster.blocks import RowBlock, blocks_of
from schoolgate.oneroster.decode import decode_json
from schoolgate.oneroster.records import Org, Problem, ProblemLog, RawRow, User, Verdict


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FakeCollection:
    kind: type[Any]
    rows: list[bytes]
    outcome: Verdict
    name: str = "users"
    salt: bytes = b""
    problems: ProblemLog = field(default_factory=ProblemLog)

    def raw(self) -> Iterator[RawRow]:
        for position, row in enumerate(self.rows, start=1):
            yield RawRow(position, row)

    def blocks(self) -> Iterator[RowBlock]:
        return blocks_of(self.raw())

    def decode(self, row: RawRow) -> Any:
        return decode_json(
            self.kind, row.data, collection=self.name, position=row.position, log=self.problems
        )

    def __iter__(self) -> Iterator[Any]:
        for row in self.raw():
            record = self.decode(row)
            if not isinstance(record, Problem):
                yield record

    @property
    def verdict(self) -> Verdict:
        return replace(self.outcome, received=len(self.rows))


WHOLE = Verdict(complete=True, received=0)


@dataclass
class FakeSource:
    """A OneRoster source in memory. Change `people` between two syncs to live a day."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    orgs_there: dict[str, str] = field(
        default_factory=lambda: {"oak": "Oak Elementary", "fir": "Fir Middle School"}
    )
    users_verdict: Verdict = WHOLE
    broken_rows: list[bytes] = field(default_factory=list)
    # In each read another person comes twice: the pages shift while they are read.
    repeats_in_turn: list[str] = field(default_factory=list)

    def put(self, *people: dict[str, Any]) -> None:
        for person in people:
            self.people[person["sourcedId"]] = person

    def drop(self, *sourced_ids: str) -> None:
        for sourced_id in sourced_ids:
            del self.people[sourced_id]

    def change(self, sourced_id: str, **fields: Any) -> None:
        self.people[sourced_id] = {**self.people[sourced_id], **fields}

    def orgs(self) -> FakeCollection:
        rows = [
            {"sourcedId": sourced_id, "name": name, "type": "school"}
            for sourced_id, name in self.orgs_there.items()
        ]
        return FakeCollection(
            Org, [msgspec.json.encode(row) for row in rows], Verdict(True, 0), "orgs"
        )

    def users(self) -> FakeCollection:
        rows = [msgspec.json.encode(person) for person in self.people.values()]
        if self.repeats_in_turn:
            rows.append(msgspec.json.encode(self.people[self.repeats_in_turn.pop(0)]))
        return FakeCollection(User, [*rows, *self.broken_rows], self.users_verdict)

    def close(self) -> None:
        """Nothing is open."""


class AskableSource(FakeSource):
    """A source that can also be asked for one person, as REST can."""

    asked: list[str]
    hidden: dict[str, dict[str, Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = []
        # People who did not come with the pull and are there when asked for.
        self.hidden = {}

    def user(self, sourced_id: str) -> User | None:
        self.asked.append(sourced_id)
        person = self.people.get(sourced_id) or self.hidden.get(sourced_id)
        return None if person is None else msgspec.convert(person, User)


def shuffled(source: FakeSource, order: Iterable[str]) -> FakeSource:
    """The same source with its people in another order."""
    return FakeSource(
        people={sourced_id: source.people[sourced_id] for sourced_id in order},
        orgs_there=source.orgs_there,
    )
