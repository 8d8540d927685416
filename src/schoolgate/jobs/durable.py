"""The binding to the workflow engine. The only module that imports it.

The engine keeps its own tables beside ours (settings.ENGINE_URL). What it needs from us is pinned
here, and measured: a version that no edit changes, JSON instead of pickle, one queue with a
partition for each registration.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from sqlalchemy.exc import SQLAlchemyError

from schoolgate.jobs import registry, workers

NAME = "schoolgate"
QUEUE = "sync"
JOB, TICK = "job", "tick"
# Pinned: the default is a hash of the code, and any edit would strand the jobs in flight.
VERSION = "schoolgate-1"
POLL_SECONDS = 1.0
STOP_SECONDS = 5
JOIN_SECONDS = 0.2
# More threads than jobs at once: ticks need one too, and a tick must not wait behind syncs.
SPARE_THREADS = 8
POOL = 10

ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")
KEEP_JOBS = timedelta(days=30)
KEEP_TICKS = timedelta(days=1)
PRUNE_AT_ONCE = 500

# How long a step waits for a database that is away: a restart, a failover, a long writer.
WAITS_SECONDS = (1, 2, 4, 8, 15, 30, 60, 60, 60)

T = TypeVar("T")
log = logging.getLogger(__name__)
_ending = threading.Event()


class EngineAway(Exception):
    """The engine's tables cannot be reached, or are not there yet."""


class JobFailed(Exception):
    """A job or a step of one ended with an error: its kind and place, never its text.

    The text may hold a person's row, and the engine keeps the errors of its workflows.
    """

    def __init__(self, error: Exception) -> None:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = ""
        if trace is not None:
            place = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        super().__init__(f"{type(error).__name__}{place}")


# --- what the engine calls ------------------------------------------------------------------------


@DBOS.workflow(name=JOB, max_recovery_attempts=50)
def _job(name: str, subject: int) -> None:
    with _careful(f"{name} {subject}"), own_connection():
        registry.jobs[name](subject)


@DBOS.workflow(name=TICK)
def _tick(_scheduled_at: Any, _context: Any) -> None:
    for function in registry.ticks:
        name = f"{function.__module__}.{function.__name__}"
        DBOS.run_step({"name": name}, _one_tick, name, function)


def _one_tick(name: str, function: registry.Tick) -> None:
    """Do one thing of a tick. One that fails does not keep the others from being done."""
    try:
        with _careful(name), own_connection():
            function(workers.now_there())
    except JobFailed:
        """Said already; the next tick tries again."""


def step(name: str, do: Callable[..., T], *args: Any) -> T:
    """Do one step of the job that runs in this thread; what it gave is remembered for ever.

    After a crash a step that had ended is not done again, and one that had not is done from its
    start. What it gives must be JSON. A database that is away for a moment is waited for.
    """

    def careful() -> T:
        with _careful(name):
            return patiently(do, *args)

    return DBOS.run_step({"name": name}, careful)


@contextmanager
def own_connection() -> Iterator[None]:
    """Threads of the engine live long: none of them holds a connection between two steps."""
    close_old_connections()
    try:
        yield
    finally:
        connection.close()


def patiently(do: Callable[..., T], *args: Any) -> T:
    """Do something of a job that is no step of it, and wait for a database that is away."""
    for wait in WAITS_SECONDS:
        try:
            with own_connection():
                return do(*args)
        except (OperationalError, InterfaceError) as error:
            log.warning("The database is away (%s); trying again", type(error).__name__)
            time.sleep(wait)
    with own_connection():
        return do(*args)


@contextmanager
def _careful(what: str) -> Iterator[None]:
    try:
        yield
    except JobFailed:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, its text stays here
        failed = JobFailed(error)
        if _ending.is_set():
            log.info("%s was interrupted by the end of this process", what)
            raise failed from None
        log.error("%s failed: %s", what, failed)  # noqa: TRY400  # the trace may show a row
        raise failed from None


# --- a process that works -------------------------------------------------------------------------


def launch(executor_id: str, *, concurrency: int) -> None:
    """Start working in this process. What a crash left under this very id goes on."""
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": settings.ENGINE_URL,
        "executor_id": executor_id,
        "application_version": VERSION,
        "log_level": "ERROR",
        "run_migrations": settings.MIGRATE,
        "max_executor_threads": concurrency + SPARE_THREADS,
        # The default is pickle: whoever wrote to the engine's tables could run code here.
        "serializer": DBOSPortableJSONSerializer(),
        "scheduler_polling_interval_sec": 30.0,
    }
    if not settings.ENGINE_URL.startswith("sqlite"):
        config["sys_db_pool_size"] = POOL
        # A frozen process must not keep the queue's locks for longer than it counts as alive.
        config["sys_db_idle_transaction_timeout_sec"] = float(settings.DEAD_AFTER_SECONDS)
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        QUEUE,
        worker_concurrency=concurrency,
        partition_concurrency=1,
        polling_interval_sec=POLL_SECONDS,
        on_conflict="always_update",
    )
    every = f"*/{settings.TICK_SECONDS} * * * * *"
    # One run in the whole installation for each firing, whoever fires it.
    DBOS.apply_schedules([{"schedule_name": TICK, "workflow_fn": _tick, "schedule": every}])


def shut_down() -> bool:
    """Let running jobs end, for a few seconds. Whether all have ended."""
    # From here on a job that cannot go on has not failed: it goes on elsewhere.
    _ending.set()
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    DBOS.destroy(workflow_completion_timeout_sec=STOP_SECONDS)
    # Those of the engine that have nothing to do end by themselves now.
    busy = [thread for thread in threading.enumerate() if thread.name.startswith("dbos-executor-")]
    for thread in busy:
        thread.join(timeout=JOIN_SECONDS)
    return not any(thread.is_alive() for thread in busy)


def migrate() -> None:
    """Make the engine's own tables, or bring them up to date."""
    DBOS.migrate(settings.ENGINE_URL)


# --- from any process -----------------------------------------------------------------------------


@cache
def _client() -> DBOSClient:
    return DBOSClient(
        system_database_url=settings.ENGINE_URL,
        serializer=DBOSPortableJSONSerializer(),
        application_name=NAME,
        lazy=True,
        retry_connection_errors=False,
    )


@contextmanager
def _reached() -> Iterator[DBOSClient]:
    try:
        yield _client()
    except SQLAlchemyError as error:
        raise EngineAway(type(error).__name__) from None


def workflow_id(name: str, subject: int) -> str:
    return f"{name}-{subject}"


def enqueue(name: str, subject: int, *, partition: str) -> None:
    """Queue a job. The same one twice is one job."""
    with _reached() as client:
        client.enqueue(
            {
                "workflow_name": JOB,
                "queue_name": QUEUE,
                "workflow_id": workflow_id(name, subject),
                "app_version": VERSION,
                "queue_partition_key": partition,
            },
            name,
            subject,
        )


def withdraw(name: str, subject: int) -> None:
    """Take a job off the queue."""
    with _reached() as client:
        client.cancel_workflows([workflow_id(name, subject)])


def standing(name: str, subjects: Sequence[int]) -> dict[int, str]:
    """How these jobs stand, in the engine's words; one that it does not know is left out."""
    by_id = {workflow_id(name, subject): subject for subject in subjects}
    with _reached() as client:
        found = client.list_workflows(workflow_ids=list(by_id), load_input=False, load_output=False)
    return {by_id[one.workflow_id]: one.status for one in found}


def take_over(executor_id: str) -> int:
    """Queue again what a dead worker had begun. Gives how many jobs that were.

    Only what is still its own: a job that was withdrawn, or has ended, is not revived. Its ticks
    are let go: the next one does what they would have done.
    """
    with _reached() as client:
        left = client.list_workflows(
            status="PENDING", executor_id=executor_id, load_input=False, load_output=False
        )
        jobs = [one.workflow_id for one in left if one.name == JOB]
        others = [one.workflow_id for one in left if one.name != JOB]
        if others:
            client.cancel_workflows(others)
        if jobs:
            # The queue by its name: without it the limit of one a registration would be lost.
            client.resume_workflows(jobs, queue_name=QUEUE)
    return len(jobs)


def busy_workers() -> set[str]:
    """Under which names there is work that was begun and has not ended."""
    with _reached() as client:
        begun = client.list_workflows(
            status="PENDING", name=JOB, load_input=False, load_output=False
        )
    return {one.executor_id for one in begun if one.executor_id}


def prune(now: datetime) -> None:
    """Forget jobs and ticks that ended long ago, some at a time."""
    with _reached() as client:
        for name, keep in ((JOB, KEEP_JOBS), (TICK, KEEP_TICKS)):
            old = client.list_workflows(
                name=name,
                status=list(ENDED),
                completed_before=(now - keep).isoformat(),
                limit=PRUNE_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if old:
                client.delete_workflows([one.workflow_id for one in old])
