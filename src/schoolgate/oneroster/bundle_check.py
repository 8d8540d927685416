"""Read a whole CSV bundle and say what is in it and what is wrong with it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from schoolgate.oneroster.bundle.collection import CsvCollection
from schoolgate.oneroster.bundle.formats import ESSENTIAL_FILES
from schoolgate.oneroster.bundle.manifest import Mode
from schoolgate.oneroster.bundle.references import MAX_USERS, ReferenceCheck
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.records import Org, Problem, ProblemLog, Record, Role, Status, User

T = TypeVar("T", bound=Record)


@dataclass
class BundleReport:
    """What was found. Ids and places, never names or contacts."""

    version: str
    modes: dict[str, Mode]
    # Rows per collection that the bundle brings, readable or not.
    rows: dict[str, int] = field(default_factory=dict)
    users_by_role: Counter[str] = field(default_factory=Counter)
    # Not current: tobedeleted, or inactive as 1.0 had it.
    users_removed: int = 0
    # None: too many users to follow their links, or a list of changes.
    students_with_contact: int | None = None
    problems: list[Problem] = field(default_factory=list)
    problem_counts: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def take(self, log: ProblemLog) -> None:
        self.problems += log.examples
        self.problem_counts += log.counts
        self.errors += log.errors

    @property
    def students(self) -> int:
        return self.users_by_role[Role.STUDENT]


def check_bundle(bundle: CsvBundle, *, max_users_linked: int = MAX_USERS) -> BundleReport:
    """Read every row of every file that Schoolgate knows.

    Raises:
        BadBundle: a file is damaged or lacks what makes it readable.
    """
    report = BundleReport(bundle.version, bundle.modes)
    log = ProblemLog()
    links = ReferenceCheck(
        log,
        max_users=max_users_linked,
        orgs_are_all_here=bundle.modes["orgs.csv"] is Mode.BULK,
        users_are_all_here=bundle.modes["users.csv"] is Mode.BULK,
    )

    def see_org(org: Org, line: int) -> None:
        links.see_org(org, line=line)

    def see_user(user: User, line: int) -> None:
        if user.status is Status.ACTIVE:
            report.users_by_role[user.role] += 1
        else:
            report.users_removed += 1
        links.see_user(user, line=line)

    _read(bundle.orgs(), report, see_org)
    _read(bundle.users(), report, see_user)
    others: tuple[CsvCollection[Any], ...] = (
        bundle.enrollments(),
        bundle.classes(),
        bundle.academic_sessions(),
        bundle.demographics(),
    )
    for collection in others:
        _read(collection, report, _see_nothing)
    report.students_with_contact = links.students_with_contact()
    if links.gave_up:
        log.add(_warning("links_not_followed", "users.csv", "fewer users"))
    _judge_whole(report, log)
    report.take(bundle.problems)
    report.take(log)
    return report


def _read(
    collection: CsvCollection[T], report: BundleReport, see: Callable[[T, int], None]
) -> None:
    for row in collection.raw():
        record = collection.decode(row)
        if not isinstance(record, Problem):
            see(record, row.position)
    if collection.verdict.reason not in {"absent", "missing"}:
        report.rows[collection.name] = collection.verdict.received
    report.take(collection.problems)


def _see_nothing(_record: Record, _line: int) -> None:
    """Enough that the row could be read."""


def _judge_whole(report: BundleReport, log: ProblemLog) -> None:
    """Say what no single row shows: an empty roster, or adults whom nothing links to a child."""
    for file in ESSENTIAL_FILES:
        if report.modes[file] is Mode.ABSENT:
            log.add(_warning("not_in_bundle", file, "bulk or delta"))
        elif report.modes[file] is Mode.BULK and not report.rows[file.removesuffix(".csv")]:
            # An empty full list would remove everybody; no export is meant so.
            log.add(_warning("empty_file", file, "rows", severity="error"))
    if report.students and report.students_with_contact == 0:
        log.add(_warning("no_contacts", "users.csv", "students linked to parents or guardians"))


def _warning(kind: str, file: str, expected: str, *, severity: str = "warning") -> Problem:
    return Problem(
        kind=kind,
        collection=file.removesuffix(".csv"),
        position=0,
        severity=severity,
        expected=expected,
        file=file,
    )
