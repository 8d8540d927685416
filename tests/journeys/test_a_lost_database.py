"""A PostgreSQL server that is killed in the middle of a sync: every list is whole all the time.

A server of this test's own, SIGKILL, real processes.
"""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from installations import Installation, Installations
from postgres_server import PostgresServer
from schoolgate.sandbox import District, Sandbox
from unattended import PATIENCE_SECONDS, Unattended, commands, until

pytestmark = pytest.mark.only_on("postgresql")

SCRIPT = Path(__file__).with_name("hindered.py")
OUTAGE_SECONDS = 10
REGISTRATION = "maple-valley.sis"
PAGES = "page_cap=20"
Lists = dict[str, set[str]]


@dataclass(frozen=True)
class Story:
    """An installation on a server that may be killed, its source, and its lists afterwards."""

    server: PostgresServer
    installations: Installations
    installation: Installation
    sis: Sandbox
    after: Lists

    def copy(self, home: Path) -> Installation:
        return self.installations.copy(self.installation, home)


def lists(installation: Installation) -> Lists:
    return Unattended(installation).lists()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("lost")
    server = PostgresServer()
    installations = Installations(server.url(), folder)
    installation = installations.new(folder / "installation")
    with Sandbox(District(150, seed=7, schools=3), quirks=[PAGES]) as sis:
        (folder / "secret").write_text(sis.secret)
        commands(
            installation,
            'district add --name "Maple Valley" --edition enterprise',
            f"registration add --district maple-valley --name SIS --url {sis.base_url} "
            f"--auth oauth1 --key {sis.key} --secret-file {folder / 'secret'} --insecure",
            f"schools map --registration {REGISTRATION} --all",
        )
        rehearsal = installations.copy(installation, folder / "rehearsal")
        commands(rehearsal, f"sync {REGISTRATION}")
        yield Story(server, installations, installation, sis, lists(rehearsal))
    server.close()


# While it reads, while it compares, while it writes the schools.
@pytest.mark.parametrize("statement", [25, 75, 150])
def test_a_command_says_that_its_database_went_away_and_the_next_sync_completes(
    story: Story, tmp_path: Path, statement: int
) -> None:
    copy = story.copy(tmp_path / "home")
    process = copy.start(str(SCRIPT), "pause", str(statement), "sync", REGISTRATION, "--json")
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"

    story.server.kill()
    said, _ = process.communicate("go on\n", timeout=PATIENCE_SECONDS)
    story.server.start()

    assert process.returncode == 3
    assert json.loads(said)["error"]["kind"] == "database_away"
    seen = lists(copy)
    assert all(seen[school] == story.after[school] for school in seen)
    assert copy.answer("sync", REGISTRATION)["complete"] is True
    assert lists(copy) == story.after


def test_a_worker_waits_for_its_database_and_ends_the_sync(story: Story, tmp_path: Path) -> None:
    story.sis.set_quirks([PAGES, "latency=0.3"])
    with closing(Unattended(story.copy(tmp_path / "home"))) as unattended:
        machine = unattended.machine()
        machine.worker("1")
        run = machine.ask("sync", REGISTRATION)
        until(lambda: unattended.run(run)["pages"] > 2, "it reads")

        story.server.kill()
        time.sleep(OUTAGE_SECONDS)
        story.server.start()

        assert lists(unattended.installation) == {}
        until(lambda: unattended.has_ended(run), "the run ends")
        assert unattended.run(run)["state"] == "applied"
        assert lists(unattended.installation) == story.after
