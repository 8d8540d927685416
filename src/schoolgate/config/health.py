"""Whether this installation can do its work, check by check. Says no secret and no address."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from schoolgate.jobs import workers
from schoolgate.jobs.models import Worker


@dataclass(frozen=True)
class Check:
    well: bool
    # What a person does about it; for a check that is well, nothing.
    advice: str = ""


def checks(*, without: frozenset[str] = frozenset()) -> dict[str, Check]:
    """Every check by its name. Where the database does not answer, the others cannot be asked."""
    found = {}
    for name, check in CHECKS.items():
        if name in without:
            continue
        try:
            found[name] = check()
        except Error:
            found[name] = Check(False, "The database did not answer.")
    return found


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check(True)


def _tables() -> Check:
    """Whether every migration is in. Seen once, it stays so while this process lives."""
    global _tables_are_there  # noqa: PLW0603  # reading forty files a second is not cheap
    if not _tables_are_there:
        executor = MigrationExecutor(connection)
        _tables_are_there = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    if _tables_are_there:
        return Check(True)
    return Check(False, "Tables are behind the program: run schoolgate migrate.")


def _worker() -> Check:
    """Whether somebody does syncs, where somebody ever did."""
    if workers.at_work().exists() or not Worker.objects.exists():
        return Check(True)
    return Check(False, "No worker was heard of lately: start schoolgate worker, or up.")


_tables_are_there = False

CHECKS: dict[str, Callable[[], Check]] = {
    "database": _database,
    "tables": _tables,
    "worker": _worker,
}
