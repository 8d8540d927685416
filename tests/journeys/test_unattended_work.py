"""Workers are killed, frozen and stopped in the middle of syncs; every sync ends, and ends well.

Real processes, a real database, SIGKILL and SIGSTOP. The source is a REST server of this process,
which knows what it was asked for.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from installations import Installation, Installations
from schoolgate.sandbox import District, Sandbox
from unattended import Unattended, commands, until

REGISTRATION = "maple-valley.sis"
PAGES = "page_cap=40"
SLOW = [PAGES, "latency=0.3"]


@dataclass(frozen=True)
class Story:
    """An installation synced on day 0, whose source has lived three busy days since."""

    installation: Installation
    sis: Sandbox
    before: dict[str, set[str]]
    after: dict[str, set[str]]
    history: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def story(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("unattended")
    installation, secret = installations.new(folder / "home"), folder / "secret"
    with Sandbox(District(120, seed=7, schools=3), quirks=[PAGES]) as sis:
        secret.write_text(sis.secret)
        commands(
            installation,
            'district add --name "Maple Valley" --edition enterprise',
            f"registration add --district maple-valley --name SIS --url {sis.base_url} "
            f"--auth oauth1 --key {sis.key} --secret-file {secret} --insecure",
            f"schools map --registration {REGISTRATION} --all",
            f"sync {REGISTRATION}",
        )
        before = Unattended(installation).lists()
        sis.tick(days=3, share=0.05)
        rehearsal = installations.copy(installation, folder / "rehearsal")
        commands(rehearsal, f"sync {REGISTRATION}")
        seen = Unattended(rehearsal)
        yield Story(installation, sis, before, seen.lists(), seen.history())


@pytest.fixture
def unattended(story: Story, installations: Installations, tmp_path: Path) -> Iterator[Unattended]:
    copy = installations.copy(story.installation, tmp_path / "home")
    unattended = Unattended(copy)
    story.sis.set_quirks([PAGES])
    yield unattended
    unattended.close()


def test_three_workers_die_in_one_sync_and_the_fourth_ends_it(
    story: Story, unattended: Unattended
) -> None:
    machine = unattended.machine()

    in_fetch = machine.worker("1", "page:2")
    run = machine.ask("clock", REGISTRATION)
    machine.until_killed(in_fetch)
    assert unattended.lists() == story.before
    in_decide = machine.worker("2", "safety:1")
    machine.until_killed(in_decide)
    assert unattended.lists() == story.before
    read = len(story.sis.requests)
    in_apply = machine.worker("3", "apply:2")
    machine.until_killed(in_apply)
    machine.worker("4")
    until(lambda: unattended.has_ended(run), "the run ends")

    assert (unattended.run(run)["state"], unattended.run(run)["attempts"]) == ("applied", 4)
    assert len(story.sis.requests) == read
    assert unattended.lists() == story.after
    assert unattended.history() == story.history


def test_a_worker_that_was_frozen_finds_the_run_taken_over_and_writes_nothing(
    story: Story, unattended: Unattended, tmp_path: Path
) -> None:
    machine = unattended.machine()
    elsewhere = unattended.another_machine(tmp_path / "elsewhere")
    zombie = machine.worker("1", "page:2", "stop")
    run = machine.ask("sync", REGISTRATION)
    until(lambda: unattended.run(run)["stage"] == "collect", "it reads")
    elsewhere.worker("2")
    until(lambda: unattended.has_ended(run), "another machine ends the run")
    ended = unattended.run(run)
    elsewhere.end()

    os.kill(zombie, signal.SIGCONT)
    # What it had begun is over before it can do the next one: it holds the lock of its machine.
    again = machine.ask("sync", REGISTRATION)
    until(lambda: unattended.has_ended(again), "the zombie lives and works")

    assert unattended.run(again)["state"] == "unchanged"
    assert (ended["state"], ended["attempts"]) == ("applied", 2)
    assert unattended.run(run) == ended
    assert unattended.staged() == 0
    assert unattended.lists() == story.after
    assert unattended.history() == story.history


def test_a_sync_that_is_stopped_while_it_reads_leaves_every_list_as_it_was(
    story: Story, unattended: Unattended
) -> None:
    story.sis.set_quirks(SLOW)
    machine = unattended.machine()
    machine.worker("1")
    run = machine.ask("sync", REGISTRATION)
    until(lambda: unattended.run(run)["pages"] > 1, "pages come")

    in_time = machine.ask("stop", run)
    until(lambda: unattended.has_ended(run), "the run ends")
    story.sis.set_quirks([PAGES])
    stopped, lists = unattended.run(run), unattended.lists()
    again = machine.ask("sync", REGISTRATION)
    until(lambda: unattended.has_ended(again), "the next run ends")

    assert in_time == "True"
    assert (stopped["state"], stopped["fetched_at"]) == ("cancelled", None)
    assert lists == story.before
    assert unattended.run(again)["state"] == "applied"
    assert unattended.lists() == story.after


def test_up_that_is_killed_goes_on_when_it_starts_again(
    story: Story, unattended: Unattended
) -> None:
    story.sis.set_quirks(SLOW)
    first, machine = unattended.up(), unattended.machine()
    until(unattended.is_at_work, "it works")
    run = machine.ask("sync", REGISTRATION)
    until(lambda: unattended.run(run)["pages"] > 1, "pages come")
    first.kill()
    first.wait()
    story.sis.set_quirks([PAGES])

    unattended.up()
    until(lambda: unattended.has_ended(run), "the run ends")

    assert (unattended.run(run)["state"], unattended.run(run)["attempts"]) == ("applied", 2)
    assert unattended.lists() == story.after
    assert unattended.history() == story.history
