"""A worker as `schoolgate worker` is, that ends or freezes at a chosen word of a sync's progress.

    python mortal_worker.py SLOT WORD:N kill|stop

It begins to work at the first line that it is told, says under what name, and ends when nobody
talks to it any more. At the N-th time that a step tells WORD ("page": a page came) it
kills or stops itself, once, as a power cut or a frozen machine would.
"""

import os
import signal
import sys
from typing import NoReturn

from schoolgate.config import start

start.prepare()

from schoolgate.jobs import engine, registry  # noqa: E402
from schoolgate.sync import progress, tasks  # noqa: E402

NEVER = "never:0"
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Mortal(progress.Reporter):
    """Tells the progress as always, until its word comes."""

    word, left = "never", 0
    end = signal.SIGKILL

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
                os.kill(os.getpid(), cls.end)


def main(slot: str, point: str = NEVER, how: str = "kill") -> NoReturn:
    registry.load()
    word, _, times = point.partition(":")
    Mortal.word, Mortal.left, Mortal.end = word, int(times), SIGNALS[how]
    tasks.Reporter = Mortal  # type: ignore[misc]
    if sys.stdin.readline():
        sys.stdout.write(engine.start(slot) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    os._exit(0)


main(*sys.argv[1:])
