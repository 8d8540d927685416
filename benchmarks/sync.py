"""Syncs of a CSV zip against the floors: reading the same bytes, and loading the same rows.

SCHOOLGATE_BENCH_STUDENTS chooses the sizes, in students with commas between them. A million
students are 2.8 million users, some GB of disk, and an hour.
"""

import csv
import io
import os
import sqlite3
import tempfile
import time
import zipfile
from hashlib import blake2b
from pathlib import Path
from typing import Any

from isal import isal_zlib

from commands import TIMES, median, peak_of, row, schoolgate

SIZES = tuple(map(int, os.environ.get("SCHOOLGATE_BENCH_STUDENTS", "10000,100000").split(",")))
# What stays of a first load: what a database would have to load in any case.
KEPT = (
    "roster_student",
    "roster_guardian",
    "roster_listing",
    "roster_relationship",
    "roster_relationshipclaim",
    "roster_historyentry",
    "sync_seenblock",
)


def main() -> None:
    for students in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(students, Path(folder))


def measure(students: int, folder: Path) -> None:
    source, home = folder / "oneroster.zip", folder / "home"
    schoolgate("sandbox", "export", "--students", students, "--out", source)
    registration = a_registration(source, home)
    first, peak_first = peak_of("sync", registration, home=home)
    print(f"sync: {first['rows']['read']:,} users from a CSV zip")
    loaded = seconds(first)
    again = [sync(registration, home) for _ in range(TIMES)]
    _, peak_unchanged = peak_of("sync", registration, home=home)
    floor = median([read_floor(source) for _ in range(TIMES)])
    unchanged = median([seconds(run) for run in again])
    row("first load", f"{loaded:.1f} s")
    if not os.environ.get("SCHOOLGATE_DATABASE_URL"):
        ratio = loaded / load_floor(home / "schoolgate.sqlite3", folder / "floor.sqlite3")
        row("first load", f"{ratio:.1f} times bulk load", "target 3 on SQLite")
    row("nothing changed", f"{unchanged / floor:.2f} times reading", "target 1.5, PostgreSQL 2")
    few = []
    for day in range(TIMES):
        rewrite(source, every=100, mark=f"d{day}")
        few.append(seconds(sync(registration, home)))
    row("1 % changed", f"{median(few) / unchanged:.1f} times unchanged", "target 1.4")
    rewrite(source, every=1, mark="all")
    everything, peak_all = peak_of("sync", registration, home=home)
    row("all rows changed", f"{seconds(everything) / loaded:.2f} times first load", "target 1.5")
    row("memory when nothing changed", f"{peak_unchanged:.0f} MB", "target 300")
    row("memory of a first load", f"{peak_first:.0f} MB", "target 300")
    row("memory when all rows changed", f"{peak_all:.0f} MB", "target 300")


def a_registration(source: Path, home: Path) -> str:
    schoolgate("district", "add", "--name", "Bench", "--edition", "enterprise", home=home)
    added = schoolgate(
        *("registration", "add", "--district", "bench", "--name", "zip", "--csv", source),
        home=home,
    )
    registration = str(added["registration"])
    schoolgate("schools", "map", "--registration", registration, "--all", home=home)
    return registration


def sync(registration: str, home: Path) -> dict[str, Any]:
    return schoolgate("sync", registration, home=home)


def seconds(run: dict[str, Any]) -> float:
    return float(sum(run["timings"].values()))


def rewrite(source: Path, *, every: int, mark: str) -> None:
    """Give each so many-th user another middle name."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = io.StringIO(files["users.csv"].decode(), newline="")
    out = io.StringIO(newline="")
    reader, writer = csv.reader(lines), csv.writer(out)
    header = next(reader)
    writer.writerow(header)
    middle = header.index("middleName")
    for number, cells in enumerate(reader):
        if number % every == 0:
            cells[middle] = mark
        writer.writerow(cells)
    files["users.csv"] = out.getvalue().encode()
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def read_floor(source: Path) -> float:
    """Inflate users.csv and hash each of its lines: what a reader of rows cannot do without."""
    with zipfile.ZipFile(source) as archive:
        member = archive.getinfo("users.csv")
    with source.open("rb") as file:
        file.seek(member.header_offset + 26)
        name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
        file.seek(member.header_offset + 30 + name + extra)
        packed = file.read(member.compress_size)
    started = time.perf_counter()
    rest = b""
    inflate = isal_zlib.decompressobj(-15)
    for start in range(0, len(packed), 1 << 16):
        lines = (rest + inflate.decompress(packed[start : start + (1 << 16)])).split(b"\n")
        rest = lines.pop()
        for line in lines:
            blake2b(line, digest_size=16).digest()
    return time.perf_counter() - started


def load_floor(loaded: Path, empty: Path) -> float:
    """Let SQLite itself load the rows that stay, row by row, into tables of the same indexes."""
    with sqlite3.connect(empty) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("ATTACH ? AS old", [str(loaded)])
        shapes = database.execute("SELECT tbl_name, sql FROM old.sqlite_master WHERE sql <> ''")
        for table, sql in shapes.fetchall():
            if table in KEPT:
                database.execute(sql)
        started = time.perf_counter()
        for table in KEPT:
            # With a condition: without one it copies whole pages, indexes and all, which no file
            # of rows could be loaded by.
            database.execute(
                f"INSERT INTO {table} SELECT * FROM old.{table} WHERE id > 0"  # noqa: S608
            )
        database.commit()
        return time.perf_counter() - started
