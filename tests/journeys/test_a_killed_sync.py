"""A sync that is killed leaves each school's list as before or as after; the next one completes it.

Real processes, a real database file, SIGKILL.
"""

import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from installations import Installation, Installations
from schoolgate.sandbox import District
from schoolgate.sandbox.csv_zip import write_csv_zip
from schoolgate.sandbox.invented.days import live_a_day

SCRIPT = Path(__file__).with_name("killed.py")
NEVER = 0
Lists = dict[str, set[str]]


@dataclass(frozen=True)
class Story:
    """An installation synced on day 0, whose source has lived three busy days since."""

    installation: Installation
    registration: str
    before: Lists
    after: Lists
    moved: set[str]
    statements: int
    words: int


def sync_and_die(
    installation: Installation, registration: str, *, statement: int, word: int
) -> str:
    done = installation.python(str(SCRIPT), registration, str(statement), str(word))
    wanted = 0 if statement == word == NEVER else -signal.SIGKILL
    assert done.returncode == wanted, done.stderr
    return done.stdout


def lists(installation: Installation) -> Lists:
    """Who is on which school's list, read as a clerk's page would: from another connection."""
    by_school: Lists = {}
    rows = installation.rows(
        "SELECT c.code, s.sourced_id FROM roster_listing l"
        " JOIN districts_school c ON c.id = l.school_id"
        " JOIN roster_student s ON s.id = l.student_id"
    )
    for school, student in rows:
        by_school.setdefault(school, set()).add(student)
    return by_school


@pytest.fixture(scope="module")
def story(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("killed")
    installation, district = installations.new(folder / "home"), District(150, seed=7, schools=3)
    source = folder / "source.zip"
    write_csv_zip(district, source)
    installation.answer("district", "add", "--name", "Maple Valley", "--edition", "enterprise")
    registration = installation.answer(
        "registration", "add", "--district", "maple-valley", "--name", "zip",
        "--csv", str(source),
    )["registration"]  # fmt: skip
    installation.answer("schools", "map", "--registration", registration, "--all")
    installation.answer("sync", registration)
    before = lists(installation)
    for day in range(3):
        live_a_day(district, share=0.05, modified=f"2026-11-2{day}T00:00:00.000Z")
    write_csv_zip(district, source)
    rehearsal = installations.copy(installation, folder / "rehearsal")
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
    return Story(installation, registration, before, after, moved, statements, words)


def assert_whole(story: Story, installation: Installation) -> None:
    """Each list is as before or as after; who moves between two may be on both for a moment."""
    seen = lists(installation)
    for school, after in story.after.items():
        before = story.before[school]
        on_both = seen[school] - (story.moved & before)
        assert seen[school] == before or on_both == after - (story.moved & before), school
    assert set().union(*seen.values()) >= story.moved


@pytest.mark.parametrize("seventh", range(1, 7))
def test_killed_at_any_statement_every_list_is_whole_and_the_next_sync_completes_it(
    story: Story, installations: Installations, tmp_path: Path, seventh: int
) -> None:
    copy = installations.copy(story.installation, tmp_path / "home")

    sync_and_die(
        copy, story.registration, statement=max(1, story.statements * seventh // 7), word=NEVER
    )

    assert_whole(story, copy)
    report = copy.answer("sync", story.registration)
    assert report["complete"] is True
    assert lists(copy) == story.after
    assert copy.answer("sync", story.registration)["state"] == "unchanged"


@pytest.mark.parametrize("word", range(1, 8))
def test_killed_at_any_stage_every_list_is_whole_and_the_next_sync_completes_it(
    story: Story, installations: Installations, tmp_path: Path, word: int
) -> None:
    copy = installations.copy(story.installation, tmp_path / "home")

    sync_and_die(copy, story.registration, statement=NEVER, word=min(word, story.words))

    assert_whole(story, copy)
    copy.answer("sync", story.registration)
    assert lists(copy) == story.after
    states = [run["state"] for run in copy.answer(
        "runs", "--registration", story.registration
    )["runs"]]  # fmt: skip
    assert "running" not in states
