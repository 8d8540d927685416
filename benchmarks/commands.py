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
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

TIMES = 3
URL = "SCHOOLGATE_DATABASE_URL"


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


def peak_of(*words: object, home: Path) -> tuple[dict[str, Any], float]:
    """Run one command, and give its answer and the most memory that it held, in MB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "schoolgate", *map(str, words), "--json"],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"schoolgate {words[0]} ended with {process.returncode}.")
    answer: dict[str, Any] = json.loads(said)
    return answer, usage.ru_maxrss / 1024


def cpu_of(*words: object, home: Path) -> float:
    """Run one command, and give the processor seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    schoolgate(*words, home=home)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """On the PostgreSQL server of SCHOOLGATE_DATABASE_URL; SQLite needs nothing."""
    server = os.environ.get(URL, "")
    if not server:
        yield
        return
    at = urlsplit(server)
    name = f"schoolgate_bench_{uuid4().hex}"
    with psycopg.connect(at._replace(path="/postgres").geturl(), autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name}")
        os.environ[URL] = at._replace(path=f"/{name}").geturl()
        try:
            yield
        finally:
            os.environ[URL] = server
            database.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
