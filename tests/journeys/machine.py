"""A machine of an installation: it starts workers, and asks for syncs as a web server does.

A line each on standard input, an answer each on standard output:

    worker SLOT WORD:N kill|stop   a worker as `schoolgate worker` is; its process number
    ended PROCESS                  how it ended, as `subprocess` says it; `no` as long as it lives
    sync REGISTRATION              somebody presses the button; the run's number
    clock REGISTRATION             the schedule writes a run down, and tells nobody; its number
    stop RUN                       somebody stops it; whether that was in time

At the N-th time that a step of a sync tells WORD ("page": a page came) the worker kills or stops
itself, as a power cut or a frozen machine would. Workers are forked, because most of a process is
its start; they end with the machine.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from schoolgate.config import start

start.prepare()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from schoolgate.accounts.models import User  # noqa: E402
from schoolgate.jobs import engine, registry  # noqa: E402
from schoolgate.registrations.registering import find_registration  # noqa: E402
from schoolgate.sync import progress, runs, tasks  # noqa: E402
from schoolgate.sync.models import Origin, SyncRun  # noqa: E402

FREEZE = Path(__file__).with_name("freeze.py")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stop() -> None:
    """Freeze, but not while another thread of ours writes: SQLite's one lock would freeze too."""
    files = [settings.DATABASES["default"]["NAME"], settings.ENGINE_URL.removeprefix("sqlite:///")]
    written = files if settings.ENGINE_URL.startswith("sqlite") else []
    # It ends when this process is frozen, so that nothing here goes on before that.
    subprocess.run([sys.executable, FREEZE, str(os.getpid()), *map(str, written)], check=True)


class Mortal(progress.Reporter):
    """Tells the progress as always, until its word comes."""

    word, left = "never", 0
    end: Callable[[], None] = staticmethod(kill)

    def __call__(self, stage: str, count: int) -> None:
        super().__call__(stage, count)
        self.heard(stage)

    def page(self, collection: str, pages: int, records: int) -> None:
        super().page(collection, pages, records)
        if collection == "users":
            self.heard("page")

    @classmethod
    def heard(cls, word: str) -> None:
        if word == cls.word:
            cls.left -= 1
            if cls.left == 0:
                cls.end()


def work(slot: str, point: str, how: str) -> None:
    word, _, times = point.partition(":")
    Mortal.word, Mortal.left = word, int(times)
    Mortal.end = staticmethod({"kill": kill, "stop": stop}[how])
    tasks.Reporter = Mortal  # type: ignore[misc]
    engine.start(slot)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # an edge, as a view is


def lee() -> User:
    return User.objects.get_or_create(username="lee")[0]


def ask(order: str, what: str) -> object:
    if order == "stop":
        return tasks.ask_to_stop(SyncRun.objects.get(pk=what), by=lee(), at=now())
    registration = find_registration(what)
    if order == "clock":
        return runs.ask_for_run(registration, by=None, at=now(), origin=Origin.SCHEDULE).pk
    return tasks.request_sync(registration, by=lee(), at=now()).pk


# --- processes ------------------------------------------------------------------------------------

# Held open by this process alone: who reads from the other end hears that it is gone.
ALIVE_READ, ALIVE_WRITE = os.pipe()


def fork(do: Callable[[int], None]) -> tuple[int, str]:
    """Do something in a process of its own. Gives its number, and what it says first."""
    read, write = os.pipe()
    if process := os.fork():
        os.close(write)
        with os.fdopen(read) as said:
            return process, said.read()
    os.close(read)
    os.close(ALIVE_WRITE)
    try:
        do(write)
    finally:
        os._exit(1)


def as_a_worker(*words: str) -> Callable[[int], None]:
    def do(say: int) -> NoReturn:
        work(*words)
        os.close(say)
        os.read(ALIVE_READ, 1)
        os._exit(0)

    return do


def as_a_web_server(*words: str) -> Callable[[int], None]:
    def do(say: int) -> NoReturn:
        os.write(say, str(ask(*words)).encode())
        os._exit(0)

    return do


def how_it_ended(process: int) -> str:
    ended, status = os.waitpid(process, os.WNOHANG)
    return str(os.waitstatus_to_exitcode(status)) if ended else "no"


def obey(order: str, *words: str) -> str:
    if order == "worker":
        return str(fork(as_a_worker(*words))[0])
    if order == "ended":
        return how_it_ended(int(words[0]))
    process, said = fork(as_a_web_server(order, *words))
    os.waitpid(process, 0)
    return said


registry.load()
connection.close()
for line in sys.stdin:
    sys.stdout.write(obey(*line.split()) + "\n")
    sys.stdout.flush()
