"""A disk that is full in the middle of a sync: a sentence, nothing in part, later the rest."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from installations import Installation, Installations
from schoolgate.sandbox import District
from schoolgate.sandbox.csv_zip import write_csv_zip

SCRIPT = Path(__file__).with_name("hindered.py")

# No other way to a full disk is open to everybody who runs the tests.
pytestmark = pytest.mark.only_on("sqlite")


@dataclass(frozen=True)
class Story:
    """A district whose first sync is still to come, and how many pages it will take."""

    installation: Installation
    pages: int


def lists(installation: Installation) -> dict[str, int]:
    rows = installation.rows(
        "SELECT c.code, COUNT(*) FROM roster_listing l"
        " JOIN districts_school c ON c.id = l.school_id GROUP BY c.code"
    )
    return dict(rows)


def pages(installation: Installation) -> int:
    return int(installation.rows("PRAGMA page_count")[0][0])


@pytest.fixture(scope="module")
def story(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("full")
    installation = installations.new(folder / "home")
    write_csv_zip(District(150, seed=7, schools=3), folder / "source.zip")
    installation.answer("district", "add", "--name", "Maple Valley", "--edition", "enterprise")
    installation.answer(
        "registration", "add", "--district", "maple-valley", "--name", "zip",
        "--csv", str(folder / "source.zip"),
    )  # fmt: skip
    installation.answer("schools", "map", "--registration", "maple-valley.zip", "--all")
    rehearsal = installations.copy(installation, folder / "rehearsal")
    rehearsal.answer("sync", "maple-valley.zip")
    return Story(installation, pages(rehearsal) - pages(installation))


@pytest.mark.parametrize("third", range(3))
def test_a_sync_without_room_says_so_and_the_next_one_completes(
    story: Story, installations: Installations, tmp_path: Path, third: int
) -> None:
    copy = installations.copy(story.installation, tmp_path / "home")
    room = str(story.pages * third // 3)

    done = copy.python(str(SCRIPT), "room", room, "sync", "maple-valley.zip", "--json")

    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["error"]["kind"] == "no_room"
    assert done.stderr.startswith("The disk of the database is full.")
    assert len(done.stderr.splitlines()) == 1
    after = copy.answer("sync", "maple-valley.zip")
    assert (after["state"], after["complete"]) == ("applied", True)
    assert sum(lists(copy).values()) >= 150
    states = [run["state"] for run in copy.answer(
        "runs", "--registration", "maple-valley.zip"
    )["runs"]]  # fmt: skip
    assert states[1:] in (["failed"], [])
