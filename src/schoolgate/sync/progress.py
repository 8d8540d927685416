"""How far a run is, written down for its page; and the place where a run learns that it is over.

A run asks now and then whether it is still its own: a person may have stopped it, and a process
that was frozen may find that another one has taken it over.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction

from schoolgate.sync.models import RunState, SyncRun

EVERY_SECONDS = 1.0
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH")
# From here on earlier plans are forgotten and lists are written: a run is not stopped any more.
PAST_STOPPING = ("safety", "apply")


class Cancelled(Exception):
    """A person has stopped the run, in time."""


class TakenOver(Exception):
    """Another process has begun this run anew: whoever hears this must leave it alone."""


class Reporter:
    """Tells a run's page how far it is, at most once a second: the `tell` of a step."""

    def __init__(
        self,
        run: SyncRun,
        *,
        also: Callable[[str, int], None] = lambda _stage, _count: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run_id = run.pk
        self._attempt = run.attempts
        self._also = also
        self._clock = clock
        self._told: dict[str, object] = {}
        self._written_at = 0.0
        self._stage = run.stage

    def __call__(self, stage: str, count: int) -> None:
        """Note the stage and how many rows it has seen.

        Raises:
            Cancelled, TakenOver: see above.
        """
        self._also(stage, count)
        if stage != "collect":
            # All has come: the run itself says how much that was.
            self._told = {}
        elif count and "pages" not in self._told:
            self._told["rows_read"] = count
        self._write(stage)

    def page(self, collection: str, pages: int, records: int) -> None:
        """Note a page that has come: the `on_page` of a REST source."""
        if collection == "users":
            self._told |= {"pages": pages, "rows_read": records}
        self._write(self._stage)

    def _write(self, stage: str) -> None:
        # Inside a transaction nobody would see it, and the row would be locked until its end.
        if connection.in_atomic_block:
            return
        now = self._clock()
        if stage == self._stage and now - self._written_at < EVERY_SECONDS:
            return
        self._stage, self._written_at = stage, now
        mine = SyncRun.objects.filter(pk=self._run_id, attempts=self._attempt)
        if not mine.filter(state=RunState.RUNNING).update(stage=stage, **self._told):
            raise TakenOver
        check_not_cancelled(self._run_id)


def check_not_cancelled(run_id: int) -> None:
    """Stop where a person has asked for it. Once the plan stands it is too late.

    Raises:
        Cancelled: she has asked in time.
    """
    asked = SyncRun.objects.filter(pk=run_id, cancel_asked_at__isnull=False, planned_at=None)
    if asked.exists():
        raise Cancelled


@contextmanager
def fenced(run: SyncRun) -> Iterator[None]:
    """Let this thread write only as long as the run is its own.

    Before every writing statement it is looked whether another process has begun the run anew. One
    that wants to waits until the transaction has ended, so that nothing that was staged late is
    taken for its own.

    Raises:
        TakenOver: from the statement.
    """
    run_id, attempt = run.pk, run.attempts

    def look_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.lstrip().upper().startswith(WRITES):
            return execute(sql, params, many, context)
        # A statement that is none of a transaction's makes one with the look before it, where rows
        # can be held. (SQLite is one machine's, where a lock already keeps a successor waiting.)
        alone = connection.features.has_select_for_update and not connection.in_atomic_block
        with transaction.atomic() if alone else nullcontext():
            own = SyncRun.objects.filter(pk=run_id).select_for_update(no_key=True)
            if own.values_list("attempts", flat=True).first() != attempt:
                raise TakenOver
            return execute(sql, params, many, context)

    with connection.execute_wrapper(look_first):
        yield
