"""An installation whose workers are real processes, and what a test sees of their work."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from installations import Installation

MACHINE = Path(__file__).parent / "journeys" / "machine.py"
PATIENCE_SECONDS = 90
LOOK_EVERY_SECONDS = 0.05
ENDED = ("applied", "unchanged", "held", "failed", "cancelled")
KILLED = str(-signal.SIGKILL)

# So that a dead worker is missed in three seconds and not in a minute.
SHORT_BEATS = {
    "SCHOOLGATE_BEAT_SECONDS": "1",
    "SCHOOLGATE_DEAD_AFTER_SECONDS": "3",
    "SCHOOLGATE_TICK_SECONDS": "1",
}


@dataclass
class Machine:
    """A machine of an installation (journeys/machine.py), and the workers on it."""

    process: subprocess.Popen[str]
    workers: list[int] = field(default_factory=list)

    def ask(self, *words: str) -> str:
        return tell(self.process, " ".join(words))

    def worker(self, slot: str, point: str = "never:0", how: str = "kill") -> int:
        """Start a worker that dies or freezes at a point. Gives its process."""
        process = int(self.ask("worker", slot, point, how))
        self.workers.append(process)
        return process

    def until_killed(self, worker: int) -> None:
        """Wait until a worker has ended as it was meant to."""
        said: list[str] = []
        until(lambda: said.append(self.ask("ended", str(worker))) or said[-1] != "no", "it dies")
        self.workers.remove(worker)
        assert said[-1] == KILLED

    def end(self) -> None:
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        end(self.process)


@dataclass
class Unattended:
    """One installation and its processes; all of them end with the test."""

    installation: Installation
    _open: ExitStack = field(default_factory=ExitStack)

    def start(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**self.installation.environment, **SHORT_BEATS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._open.callback(end, process)
        return process

    def up(self) -> subprocess.Popen[str]:
        return self.start("-m", "schoolgate", "up", "--port", "0")

    def machine(self) -> Machine:
        machine = Machine(self.start(str(MACHINE)))
        self._open.callback(machine.end)
        return machine

    def another_machine(self, home: Path) -> Machine:
        """A machine with the same tables and keys, and locks of its own."""
        home.mkdir()
        for name in ("keys", "files", "schoolgate.sqlite3", "engine.sqlite3"):
            (home / name).symlink_to(self.installation.home / name)
        return Unattended(replace(self.installation, home=home), self._open).machine()

    def run(self, number: str) -> dict[str, Any]:
        columns = "state", "attempts", "pages", "stage", "failure", "fetched_at", "planned_at"
        sql = f"SELECT {', '.join(columns)} FROM sync_syncrun WHERE id = {int(number)}"  # noqa: S608
        return dict(zip(columns, self.installation.rows(sql)[0], strict=True))

    def has_ended(self, number: str) -> bool:
        return self.run(number)["state"] in ENDED

    def lists(self) -> dict[str, set[str]]:
        """Who is on which school's list."""
        by_school: dict[str, set[str]] = {}
        for school, student in self.installation.rows(
            "SELECT c.code, s.sourced_id FROM roster_listing l"
            " JOIN districts_school c ON c.id = l.school_id"
            " JOIN roster_student s ON s.id = l.student_id"
        ):
            by_school.setdefault(school, set()).add(student)
        return by_school

    def history(self) -> list[tuple[Any, ...]]:
        """What happened to whom, each as often as it was written down."""
        return sorted(
            self.installation.rows(
                "SELECT h.action, s.sourced_id, g.sourced_id FROM roster_historyentry h"
                " LEFT JOIN roster_student s ON s.id = h.student_id"
                " LEFT JOIN roster_guardian g ON g.id = h.guardian_id"
            ),
            key=str,
        )

    def staged(self) -> int:
        count: int = self.installation.rows("SELECT COUNT(*) FROM sync_stagedrow")[0][0]
        return count

    def is_at_work(self) -> bool:
        return bool(self.installation.rows("SELECT id FROM jobs_worker"))

    def close(self) -> None:
        self._open.close()


def commands(installation: Installation, *lines: str) -> None:
    """Type several commands, all in one process: most of a command is its start."""
    typed = (
        "import sys, json; from schoolgate.__main__ import main; "
        "sys.exit(max(main(words) for words in json.load(sys.stdin)))"
    )
    done = installation.python("-c", typed, said=json.dumps([shlex.split(line) for line in lines]))
    assert done.returncode == 0, done.stderr


def tell(process: subprocess.Popen[str], what: str) -> str:
    """Say a line to a process, and hear its next one."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(what + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def until(true: Callable[[], object], what: str) -> None:
    """Look until it is so. The one place where a test waits: for other processes."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > patience:
            raise AssertionError(f"It never came to pass: {what}")
        time.sleep(LOOK_EVERY_SECONDS)
