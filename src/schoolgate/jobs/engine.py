"""The workflow engine, as the rest of the house sees it.

A room registers in its `tasks` modules what can be done by name (`job`) and what is done every few
seconds (`every_tick`); anybody submits a job with an id (`submit`): the same id twice is one job,
and jobs of one partition run one after the other, whatever machine does them. Only ids are handed
to the engine. A process that works says so by its heart; when it falls silent, another takes over
what it had begun, from the last step that had ended.
"""

import threading
from datetime import datetime

from schoolgate.jobs import durable, registry, workers
from schoolgate.jobs.durable import UNDER_WAY, EngineAway, JobFailed, patiently, standing, step
from schoolgate.jobs.heart import Heart
from schoolgate.jobs.models import Worker
from schoolgate.jobs.registry import every_tick, job
from schoolgate.jobs.slots import SlotTaken, only_one_in

__all__ = [
    "UNDER_WAY",
    "EngineAway",
    "JobFailed",
    "NotRunning",
    "SlotTaken",
    "every_tick",
    "is_served",
    "job",
    "patiently",
    "standing",
    "start",
    "step",
    "stop",
    "submit",
    "withdraw",
]

# `schoolgate up`, the demo: the one worker of a small installation.
UP = "up"
CONCURRENCY = 32

_lock = threading.Lock()
_heart: Heart | None = None


class NotRunning(Exception):
    """Nobody in this installation does jobs."""


def start(slot: str = UP, *, concurrency: int = CONCURRENCY) -> str:
    """Start working, in this process. Gives the name under which it works: `<host>:<slot>`.

    Jobs that a crash of this very worker left unfinished go on at once; those of another when it
    has been silent for too long.

    Raises:
        SlotTaken: another process of this installation works under that slot.
    """
    global _heart  # noqa: PLW0603  # one engine a process
    with _lock:
        if _heart is not None:
            return _heart.executor_id
        only_one_in(slot)
        registry.load()
        # The heart first: what has no heart cannot be found dead.
        heart = Heart(f"{workers.host()}:{slot}", after_each=take_over_from_the_dead)
        heart.start()
        durable.launch(heart.executor_id, concurrency=concurrency)
        _heart = heart
        return heart.executor_id


def stop() -> bool:
    """Let running jobs end, for a few seconds. False: some did not, and this process must end.

    What did not end is queued again: another worker, or the next start, goes on with it.
    """
    global _heart  # one engine a process
    with _lock:
        if _heart is None:
            return True
        heart, _heart = _heart, None
        everything_ended = durable.shut_down()
        try:
            left = durable.take_over(heart.executor_id)
        except EngineAway:
            # With its row it will be found silent, and taken over from.
            heart.stop(sign_out=False)
            return False
        heart.stop(sign_out=True)
        return everything_ended and not left


def is_served() -> bool:
    """Whether a worker of this installation was heard of lately."""
    return workers.at_work().exists()


def submit(name: str, subject: int, *, partition: str) -> None:
    """Let a job be done soon, after those of the same partition that came before.

    Raises:
        NotRunning: when no worker of this installation was heard of lately.
        EngineAway: when the engine's tables cannot be reached.
    """
    if not is_served():
        raise NotRunning
    durable.enqueue(name, subject, partition=partition)


def withdraw(name: str, subject: int) -> None:
    """Take a job that waits off the queue; nothing happens to one that has ended.

    Raises:
        EngineAway: when the engine's tables cannot be reached.
    """
    durable.withdraw(name, subject)


def take_over_from_the_dead(me: str) -> None:
    """Queue again what silent workers had begun, each taken over by one of the living."""
    for dead in workers.to_be_reaped():
        if workers.claim(dead, by=me):
            durable.take_over(dead.executor_id)


@every_tick
def take_over_from_the_unknown(_now: datetime) -> None:
    """Queue again what belongs to a worker that has no row: nobody would ever find it silent."""
    known = set(Worker.objects.values_list("executor_id", flat=True))
    for unknown in durable.busy_workers() - known:
        durable.take_over(unknown)


@every_tick
def forget_old_jobs(now: datetime) -> None:
    """At the top of each hour: what has ended long ago needs no memory in the engine."""
    if now.minute == 0:
        durable.prune(now)
        workers.forget_the_gone()
