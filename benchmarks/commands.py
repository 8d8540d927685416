"""Run our commands as processes of their own, as a user would, and a sandbox to run against."""

import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TIMES = 3


def schoolgate(*words: object, home: Path | None = None) -> dict[str, Any]:
    """Run one command with --json and give its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "schoolgate", *map(str, words), "--json"],
        env=os.environ if home is None else {**os.environ, "SCHOOLGATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"schoolgate {words[0]} ended with {done.returncode}: {done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def cpu_of(*words: object, home: Path) -> float:
    """Run one command, and give the processor seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    schoolgate(*words, home=home)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def sandbox(*words: object) -> Iterator[dict[str, Any]]:
    """A sandbox SIS in a process of its own, so that it does not share our interpreter."""
    process = subprocess.Popen(
        [sys.executable, "-m", "schoolgate", "sandbox", *map(str, words), "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline() if process.stdout else ""
        yield json.loads(said)
    finally:
        process.terminate()
        process.wait()


def median(figures: list[float]) -> float:
    return statistics.median(figures)


def row(what: str, value: str, target: str = "") -> None:
    print(f"  {what:58} {value:>22}  {target}", flush=True)
