"""One sync of a registration at a time on this machine.

A file lock, because it dies with its process: after a crash the next sync starts at once, and a
half-done run is known to be dead. Across machines the database lets only one run of a registration
wait or run, and the engine's queue does one of its jobs at a time.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class AlreadyRunning(Exception):
    """Another process is syncing this registration."""

    retry_helps = True

    def __init__(self) -> None:
        super().__init__(
            "A sync of this registration is already running. Wait for it to end: "
            "schoolgate runs shows it."
        )


@contextmanager
def only_sync_of(registration_id: int) -> Iterator[None]:
    """Hold the registration's lock.

    Raises:
        AlreadyRunning: at once, when another process or thread holds it.
    """
    folder = Path(settings.HOME) / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"registration-{registration_id}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def is_free(registration_id: int) -> bool:
    """Whether no process of this machine syncs the registration at the moment."""
    try:
        with only_sync_of(registration_id):
            return True
    except AlreadyRunning:
        return False
