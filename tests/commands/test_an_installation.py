"""The commands of an installation, each run as scripts do: its own process, one JSON object."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schoolgate.sandbox import District
from schoolgate.sandbox.csv_zip import write_csv_zip


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schoolgate", *words],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def answer(home: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = run(home, *words, "--json")
    assert done.returncode == code, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Maple Valley with a zip of sixty students, mapped and synced once."""
    folder = tmp_path_factory.mktemp("installation")
    home = folder / "home"
    write_csv_zip(District(60, seed=2, schools=2), folder / "oneroster.zip")
    answer(
        home, "district", "add", "--name", "Maple Valley", "--edition", "enterprise",
        "--timezone", "America/Chicago",
    )  # fmt: skip
    answer(
        home, "registration", "add", "--district", "maple-valley", "--name", "Nightly zip",
        "--csv", str(folder / "oneroster.zip"),
    )  # fmt: skip
    answer(home, "schools", "map", "--registration", "maple-valley.nightly-zip", "--all")
    answer(home, "sync", "maple-valley.nightly-zip")
    return home


def test_the_home_is_readable_by_its_owner_only(home: Path) -> None:
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (home, home / "keys", home / "keys" / "sealing.key")
    }
    database = stat.S_IMODE((home / "schoolgate.sqlite3").stat().st_mode)

    assert modes == {"home": 0o700, "keys": 0o700, "sealing.key": 0o600}
    assert database == 0o600


def test_a_sync_that_finds_nothing_new_says_so(home: Path) -> None:
    report = answer(home, "sync", "maple-valley.nightly-zip")

    assert report["state"] == "unchanged"
    assert report["complete"] is True
    assert (report["changes"], report["held"]) == ({}, [])
    assert set(report["timings"]) == {"fetch", "decide", "apply"}


def test_the_roster_is_a_record_a_line(home: Path) -> None:
    lines = [
        json.loads(line)
        for line in run(home, "roster", "--district", "maple-valley").stdout.splitlines()
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


def test_the_runs_are_listed_newest_first(home: Path) -> None:
    runs = answer(home, "runs", "--registration", "maple-valley.nightly-zip")["runs"]

    assert [run["run"] for run in runs] == sorted((run["run"] for run in runs), reverse=True)
    assert runs[-1]["changes"]["student.added"] == 60


def test_a_standard_district_is_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    answer(home, "district", "add", "--name", "Small Town", "--edition", "standard")

    refused = answer(
        home, "registration", "add", "--district", "small-town", "--name", "zip",
        "--csv", str(tmp_path), code=3,
    )  # fmt: skip

    assert refused["error"]["kind"] == "enterprise_only"
    assert "Enterprise Edition" in refused["error"]["message"]


def test_a_source_without_enabled_schools_is_not_ready(home: Path, tmp_path: Path) -> None:
    added = answer(
        home, "registration", "add", "--district", "maple-valley", "--name", "Later",
        "--csv", str(tmp_path),
    )  # fmt: skip

    refused = answer(home, "sync", added["registration"], code=3)

    assert refused["error"]["kind"] == "nothing_to_sync"


def test_a_zip_that_broke_since_leaves_the_roster_as_it_was(home: Path) -> None:
    source = home.parent / "oneroster.zip"
    whole = source.read_bytes()
    before = run(home, "roster", "--district", "maple-valley").stdout
    source.write_bytes(whole[: len(whole) // 2])

    report = answer(home, "sync", "maple-valley.nightly-zip", code=4)
    source.write_bytes(whole)

    assert (report["state"], report["complete"], report["changes"]) == ("failed", False, {})
    assert report["error"]["message"].endswith(".")
    assert run(home, "roster", "--district", "maple-valley").stdout == before


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
def test_bad_input_is_a_sentence_and_exit_code_two(home: Path, words: list[str], kind: str) -> None:
    done = run(home, *words, "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == kind
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_person_gets_a_sign_in_and_a_password_that_is_said_once(home: Path) -> None:
    schools = answer(home, "schools", "list", "--registration", "maple-valley.nightly-zip")

    added = answer(
        home, "staff", "add", "--username", "dana", "--role", "clerk",
        "--district", "maple-valley", "--school", schools["schools"][0]["school"],
    )  # fmt: skip

    assert len(added["password"]) >= 12


def test_a_home_that_cannot_be_written_is_named() -> None:
    done = run(Path("/proc/nowhere"), "district", "list", "--json")

    assert done.returncode == 2
    assert "SCHOOLGATE_HOME" in done.stderr
