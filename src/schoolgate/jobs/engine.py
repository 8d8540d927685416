"""The workflow engine, bound in its simplest embedded form. The only module that imports it.

A room registers what can be done by name (`job`), anybody submits it with an id (`submit`): the
same id twice is one job, and jobs of one partition run one after the other. The engine keeps its
own tables beside ours (settings.ENGINE_URL); only ids are handed to it.
"""

import threading

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from django.conf import settings
from django.db import close_old_connections, connection

from schoolgate.jobs.registry import every_tick, job, jobs

__all__ = ["NotRunning", "every_tick", "job", "start", "stop", "submit"]

QUEUE = "sync"
# Pinned: the default is a hash of the code, and any edit would strand the jobs in flight.
VERSION = "schoolgate-1"
EXECUTOR = "local:0"

_lock = threading.Lock()
_running = False


@DBOS.step(name="carry_out")
def _carry_out(name: str, subject: int) -> None:
    close_old_connections()
    try:
        jobs[name](subject)
    finally:
        connection.close()


@DBOS.workflow(name="job")
def _workflow(name: str, subject: int) -> None:
    _carry_out(name, subject)


def start() -> None:
    """Start working, in this process. Jobs that a crash left unfinished go on."""
    global _running  # noqa: PLW0603  # one engine a process
    with _lock:
        if _running:
            return
        config: DBOSConfig = {
            "name": "schoolgate",
            "system_database_url": settings.ENGINE_URL,
            "executor_id": EXECUTOR,
            "application_version": VERSION,
            "log_level": "ERROR",
            # The default is pickle: whoever wrote to the engine's tables could run code here.
            "serializer": DBOSPortableJSONSerializer(),
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=4, partition_concurrency=1)
        _running = True


def stop() -> None:
    """Let running jobs end, for a few seconds; what does not end goes on with the next start."""
    global _running  # noqa: PLW0603  # one engine a process
    with _lock:
        if _running:
            DBOS.destroy(workflow_completion_timeout_sec=5)
            _running = False


def submit(name: str, subject: int, *, partition: str) -> None:
    """Let a job be done soon, after those of the same partition that came before.

    Raises:
        NotRunning: when no engine works in this process.
    """
    if not _running:
        raise NotRunning
    with SetWorkflowID(f"{name}-{subject}"), SetEnqueueOptions(queue_partition_key=partition):
        DBOS.enqueue_workflow(QUEUE, _workflow, name, subject)


class NotRunning(Exception):
    """Nobody in this process does jobs."""
