"""A source into three files of one JSON object a line: orgs, users and relationships."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.feed_index import FeedIndex
from schoolgate.oneroster.records import Org, Problem, ProblemLog, Record, Status, User, Verdict

T = TypeVar("T", bound=Record)
Name = Literal["orgs", "users"]

FILES = ("orgs.ndjson", "users.ndjson", "relationships.ndjson")
# A collection that moved while it was read is read again, this often in all.
_MOST_READS = 3
_MOVED = frozenset({"total_moved", "fewer_than_total", "shifted"})
_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `reason` and `detail` say why the source is not proved to be read whole."""

    complete: bool
    reason: str | None
    detail: str
    orgs: int
    users: int
    users_by_role: dict[str, int]
    users_to_be_deleted: int
    # Their local access is curtailed; they are as much there as the others (T-31).
    users_disabled: int
    relationships: int
    problems: dict[str, int]
    pages: int


@dataclass(frozen=True, slots=True)
class _Read:
    """One collection, read to its end."""

    verdict: Verdict
    problems: Counter[str]
    records: int
    disabled: int
    # How many came twice, and whose: two reads that agree on both have not moved.
    duplicates: int = 0
    people: bytes = b""

    def settled(self, before: "_Read | None") -> "_Read":
        """This read, its duplicates held against it unless the read before had just the same."""
        same = before and (before.duplicates, before.people) == (self.duplicates, self.people)
        return replace(self, verdict=self.verdict.counting_once(0 if same else self.duplicates))


def export(source: Source, out: Path) -> ExportReport:
    """Write `orgs.ndjson`, `users.ndjson` and `relationships.ndjson` into a folder.

    Records have the standard's names and never a password. One id with one role is one line, the
    last that came. A relationship is one line per student and adult, whichever side names it. The
    files appear when all are finished; they do so too when the pull is not complete, and the report
    says it.

    Raises:
        SourceFailed, BadInput: the source cannot be read; no file has changed.
        OSError: the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished-") as folder:
        here = Path(folder)
        with closing(FeedIndex(here / "index.sqlite3")) as index:
            orgs = _read_settled(source.orgs, here / "orgs.ndjson", _orgs_into(index), index)
            users = _read_settled(source.users, here / "users.ndjson", _users_into(index), index)
            log = ProblemLog()
            edges = _write_relationships(index, here / "relationships.ndjson", log)
            report = _report(index, orgs, users, edges, log)
        for name in FILES:
            (here / name).replace(out / name)
    return report


@dataclass(frozen=True, slots=True)
class _Into:
    """Where the records of a collection go besides their file."""

    name: Name
    add: Callable[[list[tuple[int, Record]]], None]


def _orgs_into(index: FeedIndex) -> _Into:
    return _Into(
        "orgs", lambda batch: index.add_orgs([(n, r) for n, r in batch if isinstance(r, Org)])
    )


def _users_into(index: FeedIndex) -> _Into:
    return _Into(
        "users", lambda batch: index.add_users([(n, r) for n, r in batch if isinstance(r, User)])
    )


def _read_settled(
    begin: Callable[[], Collection[Record]], path: Path, into: _Into, index: FeedIndex
) -> _Read:
    """Read a collection; one that moved meanwhile again, until a read is complete or enough."""
    before = None
    for _ in range(_MOST_READS):
        index.forget(into.name)
        read = _read(begin(), path, into, index)
        settled = read.settled(before)
        if settled.verdict.reason not in _MOVED:
            break
        before = read
    return settled


def _read(collection: Collection[Record], path: Path, into: _Into, index: FeedIndex) -> _Read:
    lines = disabled = 0
    records = iter(collection)
    with path.open("wb") as file:
        while batch := list(islice(records, _BATCH)):
            file.writelines(map(_line, batch))
            into.add(list(enumerate(batch, start=lines + 1)))
            lines += len(batch)
            disabled += sum(isinstance(r, User) and r.enabled_user is False for r in batch)
    problems = Counter(collection.problems.counts)
    duplicates = lines - index.count(into.name)
    if duplicates:
        problems["duplicate_id"] += duplicates
        _keep_lines(path, index.lines(into.name))
    return _Read(
        collection.verdict,
        problems,
        records=lines - duplicates,
        disabled=disabled,
        duplicates=duplicates,
        people=index.fingerprint(into.name) if duplicates else b"",
    )


def _line(record: Record) -> bytes:
    text = msgspec.json.encode(record) + b"\n"
    # Left out by the encoder as the default; the standard requires it.
    return b'{"status":"active",' + text[1:] if record.status is Status.ACTIVE else text


def _keep_lines(path: Path, standing: Iterator[int]) -> None:
    """Rewrite a file with only the lines that stand."""
    shorter = path.with_suffix(".shorter")
    wanted = next(standing, None)
    with path.open("rb") as source, shorter.open("wb") as target:
        for number, line in enumerate(source, start=1):
            if number == wanted:
                target.write(line)
                wanted = next(standing, None)
    shorter.replace(path)


def _write_relationships(index: FeedIndex, path: Path, log: ProblemLog) -> int:
    count = 0
    with path.open("wb") as file:
        for edge in index.relationships():
            file.write(msgspec.json.encode(edge) + b"\n")
            count += 1
    for owner in index.unresolved_owners():
        log.add(
            Problem(
                "unresolved_agent",
                "users",
                0,
                severity="warning",
                sourced_id=owner,
                field="agents",
                expected="a user of this source",
            )
        )
    return count


def _report(
    index: FeedIndex, orgs: _Read, users: _Read, edges: int, log: ProblemLog
) -> ExportReport:
    verdicts = (("orgs", orgs.verdict), ("users", users.verdict))
    failed = [(name, verdict) for name, verdict in verdicts if not verdict.complete]
    return ExportReport(
        complete=not failed,
        reason=failed[0][1].reason if failed else None,
        detail=" ".join(f"{name}: {verdict.detail}" for name, verdict in failed),
        orgs=orgs.records,
        users=users.records,
        users_by_role=index.users_by_role(),
        users_to_be_deleted=index.count_to_be_deleted(),
        users_disabled=users.disabled,
        relationships=edges,
        problems=dict(orgs.problems + users.problems + log.counts),
        pages=orgs.verdict.pages + users.verdict.pages,
    )
