"""A thread that says every few seconds that its process lives."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from schoolgate.jobs import workers

log = logging.getLogger(__name__)


class Heart(threading.Thread):
    """Beats from `start` until `stop`; after each beat it does what it was given to do.

    A database that is away stops no heart: it goes on when the database is back.
    """

    def __init__(self, executor_id: str, after_each: Callable[[str], None] | None = None) -> None:
        super().__init__(name=f"heart of {executor_id}", daemon=True)
        self.executor_id = executor_id
        self._after_each = after_each
        self._stopped = threading.Event()
        self._row = workers.sign_in(executor_id)

    def run(self) -> None:
        try:
            while not self._stopped.wait(settings.BEAT_SECONDS):
                self.beat()
        finally:
            connection.close()

    def beat(self) -> None:
        try:
            if not workers.beat(self._row):
                log.error("Another process works under the name %s", self.executor_id)
            elif self._after_each is not None:
                self._after_each(self.executor_id)
        except Exception as error:  # noqa: BLE001  # a heart that stops is a process found dead
            log.warning("A heartbeat of %s was lost (%s)", self.executor_id, type(error).__name__)
            connection.close()

    def stop(self, *, sign_out: bool) -> None:
        """Stop beating. With work left behind the row stays, so that somebody takes it over."""
        self._stopped.set()
        self.join(timeout=settings.BEAT_SECONDS)
        if sign_out:
            # Where that cannot be written, the row grows silent, and is passed over.
            with suppress(InterfaceError, OperationalError):
                workers.sign_out(self._row)


@contextmanager
def heart_of_command(name: str) -> Iterator[None]:
    """Let other machines hear that a command lives, which does by itself what has this name."""
    heart = Heart(workers.of_command(name))
    heart.start()
    try:
        yield
    finally:
        heart.stop(sign_out=True)
