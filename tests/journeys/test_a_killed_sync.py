"""A sync that is killed leaves each school's list as before or as after; the next one completes it.

Real processes, a real database file, SIGKILL.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schoolgate.sandbox import District
from schoolgate.sandbox.csv_zip import write_csv_zip
from schoolgate.sandbox.invented.days import live_a_day

SCRIPT = Path(__file__).with_name("killed.py")
NEVER = 0
Lists = dict[str, set[str]]


@dataclass(frozen=True)
class Story:
    """An installation synced on day 0, whose source has lived three busy days since."""

    home: Path
    registration: str
    before: Lists
    after: Lists
    moved: set[str]
    statements: int
    words: int


def schoolgate(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schoolgate", *words],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answer(home: Path, *words: str) -> dict[str, Any]:
    done = schoolgate(home, *words, "--json")
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def sync_and_die(home: Path, registration: str, *, statement: int, word: int) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), registration, str(statement), str(word)],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    wanted = 0 if statement == word == NEVER else -signal.SIGKILL
    assert done.returncode == wanted, done.stderr
    return done.stdout


def lists(home: Path) -> Lists:
    """Who is on which school's list, read as a clerk's page would: from another connection."""
    by_school: Lists = {}
    with closing(sqlite3.connect(home / "schoolgate.sqlite3")) as database:
        rows = database.execute(
            "SELECT c.code, s.sourced_id FROM roster_listing l"
            " JOIN districts_school c ON c.id = l.school_id"
            " JOIN roster_student s ON s.id = l.student_id"
        )
        for school, student in rows:
            by_school.setdefault(school, set()).add(student)
    return by_school


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("killed")
    home, district = folder / "home", District(150, seed=7, schools=3)
    source = folder / "source.zip"
    write_csv_zip(district, source)
    answer(home, "district", "add", "--name", "Maple Valley", "--edition", "enterprise")
    registration = answer(
        home, "registration", "add", "--district", "maple-valley", "--name", "zip",
        "--csv", str(source),
    )["registration"]  # fmt: skip
    answer(home, "schools", "map", "--registration", registration, "--all")
    answer(home, "sync", registration)
    before = lists(home)
    for day in range(3):
        live_a_day(district, share=0.05, modified=f"2026-11-2{day}T00:00:00.000Z")
    write_csv_zip(district, source)
    rehearsal = folder / "rehearsal"
    shutil.copytree(home, rehearsal)
    said = sync_and_die(rehearsal, registration, statement=NEVER, word=NEVER)
    statements, words = map(int, said.split())
    after = lists(rehearsal)
    everywhere = set().union(*before.values()) & set().union(*after.values())
    moved = {
        student
        for student in everywhere
        if {s for s, on in before.items() if student in on}
        != {s for s, on in after.items() if student in on}
    }
    return Story(home, registration, before, after, moved, statements, words)


def assert_whole(story: Story, home: Path) -> None:
    """Each list is as before or as after; who moves between two may be on both for a moment."""
    seen = lists(home)
    for school, after in story.after.items():
        before = story.before[school]
        on_both = seen[school] - (story.moved & before)
        assert seen[school] == before or on_both == after - (story.moved & before), school
    assert set().union(*seen.values()) >= story.moved


@pytest.mark.parametrize("seventh", range(1, 7))
def test_killed_at_any_statement_every_list_is_whole_and_the_next_sync_completes_it(
    story: Story, tmp_path: Path, seventh: int
) -> None:
    home = tmp_path / "home"
    shutil.copytree(story.home, home)

    sync_and_die(
        home, story.registration, statement=max(1, story.statements * seventh // 7), word=NEVER
    )

    assert_whole(story, home)
    report = answer(home, "sync", story.registration)
    assert report["complete"] is True
    assert lists(home) == story.after
    assert answer(home, "sync", story.registration)["state"] == "unchanged"


@pytest.mark.parametrize("word", range(1, 8))
def test_killed_at_any_stage_every_list_is_whole_and_the_next_sync_completes_it(
    story: Story, tmp_path: Path, word: int
) -> None:
    home = tmp_path / "home"
    shutil.copytree(story.home, home)

    sync_and_die(home, story.registration, statement=NEVER, word=min(word, story.words))

    assert_whole(story, home)
    answer(home, "sync", story.registration)
    assert lists(home) == story.after
    states = [run["state"] for run in answer(
        home, "runs", "--registration", story.registration
    )["runs"]]  # fmt: skip
    assert "running" not in states
