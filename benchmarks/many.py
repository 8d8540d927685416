"""Many small sources that are all due at once, through two workers.

SCHOOLGATE_BENCH_SOURCES says how many (100; a thousand take half an hour). Needs PostgreSQL:
workers that share their work share a database.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from commands import URL, row, schoolgate
from sync import rewrite

SOURCES = int(os.environ.get("SCHOOLGATE_BENCH_SOURCES", "100"))
# 362 students and their parents: a thousand users.
STUDENTS = 362
WORKERS = 2
AT_ONCE = 4
HERE = Path(__file__).parent
LOOK_EVERY_SECONDS = 0.5


def main() -> None:
    url = os.environ.get(URL, "")
    if not url.startswith("postgres"):
        print(f"many: left out, {URL} names no PostgreSQL")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, home = folder / "users.zip", folder / "home"
        schoolgate("sandbox", "export", "--students", STUDENTS, "--out", source)
        process = [sys.executable, HERE / "many_sources.py", str(SOURCES), source, folder]
        subprocess.run(process, env={**os.environ, "SCHOOLGATE_HOME": str(home)}, check=True)
        with psycopg.connect(url, autocommit=True) as database:
            first = all_of_them(home, database)
            rewrite(source, every=100, mark="changed")
            for number in range(SOURCES):
                shutil.copyfile(source, folder / f"{number}.zip")
            changed = all_of_them(home, database)
    print(f"many: {SOURCES:,} sources, {WORKERS} workers with {AT_ONCE} syncs at once each")
    for what, seconds in (("first load", first), ("1 % changed", changed)):
        row(what, f"{seconds:.0f} s, {SOURCES / seconds:.1f} syncs/s")


def all_of_them(home: Path, database: "psycopg.Connection") -> float:
    """Let everything be due, and wait until all of it has been read and applied."""
    before = ended(database)
    with ExitStack() as running:
        for slot in range(WORKERS):
            running.enter_context(worker(home, str(slot + 1)))
        started = time.perf_counter()
        database.execute("UPDATE registrations_registration SET next_sync_at = now()")
        while ended(database) < before + SOURCES:
            time.sleep(LOOK_EVERY_SECONDS)
        spent = time.perf_counter() - started
    states = database.execute("SELECT DISTINCT state FROM sync_syncrun").fetchall()
    if states != [("applied",)]:
        raise SystemExit(f"Not every sync was applied: {states}.")
    return spent


def ended(database: "psycopg.Connection") -> int:
    row = database.execute(
        "SELECT count(*) FROM sync_syncrun WHERE ended_at IS NOT NULL"
    ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def worker(home: Path, slot: str) -> Iterator[None]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "schoolgate",
            "worker",
            "--slot",
            slot,
            "--concurrency",
            str(AT_ONCE),
        ],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
