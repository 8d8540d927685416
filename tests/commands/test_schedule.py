"""`schoolgate schedule`, run as scripts do."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from installations import Installation, Installations
from schoolgate.commands import schedule
from schoolgate.commands.outcome import Refused
from schoolgate.registrations.schedule import Window
from schoolgate.sandbox import District, Sandbox
from schoolgate.sandbox.csv_zip import write_csv_zip

SOURCE = "maple-valley.nightly-zip"
WHY = "Asked for by the district"


@pytest.fixture(scope="module")
def installed(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Maple Valley with a zip of twelve students, mapped and never synced."""
    folder = tmp_path_factory.mktemp("schedule")
    installed = installations.new(folder / "home")
    write_csv_zip(District(12, seed=2, schools=2), folder / "oneroster.zip")
    installed.answer(
        "district", "add", "--name", "Maple Valley", "--edition", "enterprise",
        "--timezone", "America/Chicago",
    )  # fmt: skip
    installed.answer(
        "registration", "add", "--district", "maple-valley", "--name", "Nightly zip",
        "--csv", str(folder / "oneroster.zip"), "--preset", "aeries",
    )  # fmt: skip
    installed.answer("schools", "map", "--registration", SOURCE, "--all")
    return installed


def test_a_schedule_is_read_and_changed_by_command(installed: Installation) -> None:
    mapped = installed.answer("schedule", SOURCE)
    said = installed.run("schedule", SOURCE).stdout
    paused = installed.answer("schedule", SOURCE, "--pause", "--reason", WHY)
    resumed = installed.answer(
        "schedule", SOURCE, "--resume", "--start", "2099-01-03T02:30", "--every", "72",
        "--window", "01:00-05:00", "--reason", WHY,
    )  # fmt: skip

    assert mapped.pop("next_sync_at") is not None
    assert mapped == {
        "registration": SOURCE,
        "every_hours": 24,
        "changes_every_hours": None,
        "window": None,
        "timezone": "America/Chicago",
        "starts_at": None,
        "paused_at": None,
    }
    assert said.startswith("Every 24 hours, at any time. Next sync: t")
    assert (paused["next_sync_at"], paused["paused_at"] is None) == (None, False)
    assert (resumed["paused_at"], resumed["every_hours"]) == (None, 72)
    assert resumed["window"] == {"from": "01:00", "until": "05:00"}
    # Half past two in Chicago.
    assert resumed["starts_at"] == resumed["next_sync_at"] == "2099-01-03T08:30:00+00:00"


def test_what_cannot_be_is_refused_in_a_sentence(installed: Installation) -> None:
    unexplained = installed.answer("schedule", SOURCE, "--start", "2099-01-03T02:30", code=2)
    rare = installed.answer("schedule", SOURCE, "--every", "400", "--reason", WHY, code=2)
    unknown = installed.answer("schedule", "maple-valley.other", code=2)

    assert unexplained["error"]["message"] == "Say why: --reason."
    assert rare["error"]["kind"] == "cannot_schedule"
    assert unknown["error"]["kind"] == "no_such_registration"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("1-5", "'1-5' is no window. Write it as 01:00-05:00, or none for any time."),
        ("01:00", "is no window"),
        ("01:00-02:00", "Allow at least 2 hours"),
    ],
)
def test_a_window_that_is_none_is_refused(words: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        schedule.read_window(words)


def test_a_window_is_two_times_or_the_word_none() -> None:
    assert schedule.read_window("22:00-04:30") == Window(time(22), time(4, 30))
    assert schedule.read_window("none") is None


def test_hours_between_pulls_of_changes_are_a_number_or_the_word_none() -> None:
    assert (schedule.read_hours("2"), schedule.read_hours("none")) == (2, None)
    with pytest.raises(Refused, match="'often' is no number of hours"):
        schedule.read_hours("often")


def test_a_file_is_never_asked_for_changes(installed: Installation) -> None:
    refused = installed.answer("schedule", SOURCE, "--changes", "2", "--reason", WHY, code=2)
    tried = installed.answer("registration", "probe", SOURCE, code=2)

    assert "A file is always read whole." in refused["error"]["message"]
    assert tried["error"]["message"].startswith("A file is always read whole")


def test_a_sis_is_tried_and_then_read_for_changes(installed: Installation) -> None:
    town = District(60)
    with Sandbox(town) as sis:
        sis.tick(share=0.2)
        (installed.home.parent / "token").write_text(sis.bearer)
        source = installed.answer(
            "registration", "add", "--district", "maple-valley", "--name", "Main SIS",
            "--url", sis.base_url, "--auth", "bearer", "--insecure",
            "--secret-file", str(installed.home.parent / "token"),
        )["registration"]  # fmt: skip

        found = installed.answer("registration", "probe", source)
        set_ = installed.answer("schedule", source, "--changes", "2", "--reason", WHY)
        sis.set_quirks(["ignores_filter"])
        doubted = installed.answer("registration", "probe", source)

    lost = installed.answer("registration", "probe", source, code=4)
    assert (found["filters_by_change"], found["finding"]) == (True, None)
    assert set_["changes_every_hours"] == 2
    assert (doubted["filters_by_change"], doubted["finding"]) == (False, "future_not_empty")
    assert lost["error"]["kind"] == "unreachable"


def test_a_start_is_read_by_the_districts_clocks_unless_it_names_a_zone() -> None:
    chicago = ZoneInfo("America/Chicago")

    local = schedule.read_start("2026-11-28T08:00", chicago)
    zoned = schedule.read_start("2026-11-28T08:00+00:00", chicago)

    assert local == datetime(2026, 11, 28, 14, tzinfo=UTC)
    assert zoned == datetime(2026, 11, 28, 8, tzinfo=UTC)
    with pytest.raises(Refused, match="'soon' is no time"):
        schedule.read_start("soon", chicago)
