"""The desk of one large school in a large database, while another source's first load is applied.

Whole requests (type-ahead, verdict) and what they ask the database, idle against busy.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from commands import row, schoolgate

IDLE_SECONDS = 10
# One school of this size, in a database of a million students (performance.md).
OWN_STUDENTS = 5_000
CROWD = int(os.environ.get("SCHOOLGATE_BENCH_CROWD", "1000000"))
CROWD_AT_ONCE = 100_000
STUDENTS = int(os.environ.get("SCHOOLGATE_BENCH_STUDENTS", "100000").split(",")[-1])
HERE = Path(__file__).parent

TARGETS = {
    "search": "p99 <= 2",
    "look_up": "p99 <= 2",
    "type_ahead": "p99 <= 2",
    "verdict": "p99 <= 2",
    "write": "",
}
IDLE_TARGETS = {"search": "p99 <= 2 ms", "type_ahead": "p99 <= 25 ms", "verdict": "p99 <= 40 ms"}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        own = a_source(folder / "own.zip", home, "own", OWN_STUDENTS)
        schoolgate("sync", own, home=home)
        crowd = a_source(folder / "crowd.zip", home, "crowd", min(CROWD, CROWD_AT_ONCE))
        schoolgate("sync", crowd, home=home)
        held = the_crowd(home, copies=CROWD // CROWD_AT_ONCE - 1)
        other = a_source(folder / "other.zip", home, "other", STUDENTS)
        idle = a_desk(home, "own", "idle")
        time.sleep(IDLE_SECONDS)
        before = its_times(idle)
        busy = a_desk(home, "own", "apply")
        schoolgate("sync", other, home=home)
        during = its_times(busy)
    print(
        f"desk: a school of {OWN_STUDENTS:,} in a database of {held:,} students,"
        f" during the apply of {STUDENTS:,} more, against idle"
    )
    for act, target in TARGETS.items():
        row(
            f"{act}: p50, p99 idle",
            f"{before[act]['p50']:.1f}, {before[act]['p99']:.1f} ms",
            IDLE_TARGETS.get(act, ""),
        )
        row(
            f"{act}: p50, p99, longest during the apply",
            f"{during[act]['p50']:.1f}, {during[act]['p99']:.1f}, {during[act]['max']:.0f} ms",
            "p99 <= 100 ms, longest 1 s" if act == "write" else "",
        )
        if before[act]["p99"]:
            row(
                f"{act}: p99 against idle",
                f"{during[act]['p99'] / before[act]['p99']:.1f} times",
                target,
            )


def a_source(source: Path, home: Path, district: str, students: int) -> str:
    """A district of its own, with one source."""
    schoolgate("sandbox", "export", "--students", students, "--out", source)
    schoolgate("district", "add", "--name", district, "--edition", "enterprise", home=home)
    added = schoolgate(
        *("registration", "add", "--district", district, "--name", "zip", "--csv", source),
        home=home,
    )
    schoolgate("schools", "map", "--registration", added["registration"], "--all", home=home)
    return str(added["registration"])


def the_crowd(home: Path, *, copies: int) -> int:
    """Fill the database with copies of the crowd. Gives how many students it holds then."""
    said = subprocess.run(
        [sys.executable, HERE / "crowd.py", "crowd", str(max(copies, 0)), "own"],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(json.loads(said.stdout)["students"])


def a_desk(home: Path, district: str, when: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, HERE / "at_the_desk.py", district, when],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def its_times(desk: "subprocess.Popen[str]") -> dict[str, Any]:
    said, _ = desk.communicate("")
    if desk.returncode:
        raise SystemExit("The desk ended with an error.")
    times: dict[str, Any] = json.loads(said)
    return times
