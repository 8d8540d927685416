"""The commands of an installation, each run as scripts do: its own process, one JSON object."""

import json
import stat
from pathlib import Path

import pytest

from installations import Installation, Installations
from schoolgate.sandbox import District
from schoolgate.sandbox.csv_zip import write_csv_zip


@pytest.fixture(scope="module")
def installed(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Maple Valley with a zip of sixty students, mapped and synced once."""
    folder = tmp_path_factory.mktemp("installation")
    installed = installations.new(folder / "home")
    write_csv_zip(District(60, seed=2, schools=2), folder / "oneroster.zip")
    installed.answer(
        "district", "add", "--name", "Maple Valley", "--edition", "enterprise",
        "--timezone", "America/Chicago",
    )  # fmt: skip
    installed.answer(
        "registration", "add", "--district", "maple-valley", "--name", "Nightly zip",
        "--csv", str(folder / "oneroster.zip"),
    )  # fmt: skip
    installed.answer("schools", "map", "--registration", "maple-valley.nightly-zip", "--all")
    installed.answer("sync", "maple-valley.nightly-zip")
    return installed


def test_the_home_is_readable_by_its_owner_only(installed: Installation) -> None:
    home = installed.home
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (home, home / "keys", home / "keys" / "sealing.key")
    }
    databases = {stat.S_IMODE(path.stat().st_mode) for path in home.glob("*.sqlite3")}

    assert modes == {"home": 0o700, "keys": 0o700, "sealing.key": 0o600}
    assert databases == (set() if installed.database_url else {0o600})


def test_a_sync_that_finds_nothing_new_says_so(installed: Installation) -> None:
    report = installed.answer("sync", "maple-valley.nightly-zip")

    assert report["state"] == "unchanged"
    assert report["complete"] is True
    assert (report["changes"], report["held"]) == ({}, [])
    assert set(report["timings"]) == {"fetch", "decide", "apply"}


def test_the_roster_is_a_record_a_line(installed: Installation) -> None:
    lines = [
        json.loads(line)
        for line in installed.run("roster", "--district", "maple-valley").stdout.splitlines()
    ]

    students = [line for line in lines if line["type"] == "student"]
    guardians = [line for line in lines if line["type"] == "guardian"]
    relationships = [line for line in lines if line["type"] == "relationship"]
    assert len(students) == 60
    assert set(students[0]) == {
        "type", "sourced_id", "given_name", "family_name", "grade", "schools", "state",
    }  # fmt: skip
    assert set(guardians[0]) >= {"sourced_id", "role", "email", "phone", "state"}
    assert set(relationships[0]) == {"type", "student", "guardian", "role", "state"}


def test_the_runs_are_listed_newest_first(installed: Installation) -> None:
    runs = installed.answer("runs", "--registration", "maple-valley.nightly-zip")["runs"]

    assert [run["run"] for run in runs] == sorted((run["run"] for run in runs), reverse=True)
    assert runs[-1]["changes"]["student.added"] == 60


def test_a_standard_district_is_refused_in_a_sentence(
    installed: Installation, tmp_path: Path
) -> None:
    installed.answer("district", "add", "--name", "Small Town", "--edition", "standard")

    refused = installed.answer(
        "registration", "add", "--district", "small-town", "--name", "zip",
        "--csv", str(tmp_path), code=3,
    )  # fmt: skip

    assert refused["error"]["kind"] == "enterprise_only"
    assert "Enterprise Edition" in refused["error"]["message"]


def test_a_source_without_enabled_schools_is_not_ready(
    installed: Installation, tmp_path: Path
) -> None:
    added = installed.answer(
        "registration", "add", "--district", "maple-valley", "--name", "Later",
        "--csv", str(tmp_path),
    )  # fmt: skip

    refused = installed.answer("sync", added["registration"], code=3)

    assert refused["error"]["kind"] == "nothing_to_sync"


def test_a_zip_that_broke_since_leaves_the_roster_as_it_was(installed: Installation) -> None:
    source = installed.home.parent / "oneroster.zip"
    whole = source.read_bytes()
    before = installed.run("roster", "--district", "maple-valley").stdout
    source.write_bytes(whole[: len(whole) // 2])

    report = installed.answer("sync", "maple-valley.nightly-zip", code=4)
    source.write_bytes(whole)

    assert (report["state"], report["complete"], report["changes"]) == ("failed", False, {})
    assert report["error"]["message"].endswith(".")
    assert installed.run("roster", "--district", "maple-valley").stdout == before


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["sync", "maple-valley.nothing"], "no_such_registration"),
        (["roster", "--district", "nowhere"], "cannot_add"),
        (["runs", "--registration", "x"], "no_such_registration"),
        (["district", "add", "--name", "Maple Valley", "--edition", "standard"], "cannot_add"),
        (["district", "add", "--name", "!!", "--edition", "standard"], "cannot_add"),
        (
            ["district", "add", "--name", "M", "--edition", "standard", "--timezone", "Mars"],
            "cannot_add",
        ),
        (["registration", "add", "--district", "maple-valley", "--name", "n"], "bad_input"),
        (
            ["registration", "add", "--district", "maple-valley", "--name", "n", "--csv", "no"],
            "bad_input",
        ),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_two(
    installed: Installation, words: list[str], kind: str
) -> None:
    done = installed.run(*words, "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == kind
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_person_gets_a_sign_in_and_a_password_that_is_said_once(installed: Installation) -> None:
    schools = installed.answer("schools", "list", "--registration", "maple-valley.nightly-zip")

    added = installed.answer(
        "staff", "add", "--username", "dana", "--role", "clerk",
        "--district", "maple-valley", "--school", schools["schools"][0]["school"],
    )  # fmt: skip

    assert len(added["password"]) >= 12


def test_a_home_that_cannot_be_written_is_named() -> None:
    nowhere = Installation(Path("/proc/nowhere"), database_url="")

    done = nowhere.run("district", "list", "--json")

    assert done.returncode == 2
    assert "SCHOOLGATE_HOME" in done.stderr
