import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox_reader import ask
from schoolgate.__main__ import main
from schoolgate.sandbox import District, Sandbox


@contextmanager
def _serving(*words: str) -> Iterator[tuple["subprocess.Popen[str]", Any]]:
    command = [sys.executable, "-m", "schoolgate", "sandbox", "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        try:
            yield it, json.loads(it.stdout.readline())
        finally:
            it.kill()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_ended(end: signal.Signals) -> None:
    with _serving("--students", "40", "--quirk", "page_cap=9") as (process, said):
        page = ask(f"{said['base_url']}/users", Authorization=f"Bearer {said['bearer']}")
        process.send_signal(end)

        rest, complaint = process.communicate(timeout=10)

    assert sorted(said) == ["base_url", "bearer", "key", "secret", "token_url", "url"]
    assert len(page.payload["users"]) == 9
    assert (process.returncode, rest, complaint) == (0, "", "")


def test_the_state_file_keeps_credentials_and_days(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    with _serving("--students", "40", "--state-file", state) as (_, first):
        assert main(["sandbox", "tick", "--url", first["url"]]) == 0

    with _serving("--state-file", state) as (_, second):
        page = ask(f"{second['base_url']}/orgs", Authorization=f"Bearer {first['bearer']}")

    assert page.status == 200
    assert len(json.loads(Path(state).read_text())["days"]) == 1


def test_a_day_is_reported_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(District(200)) as sis:
        exit_code = main(["sandbox", "tick", "--url", sis.origin, "--days", "2", "--json"])

    changes = json.loads(capsys.readouterr().out)["changes"]
    assert exit_code == 0
    assert all(kind.startswith(("student.", "guardian.", "relationship.")) for kind in changes)
    assert sum(changes.values()) > 0


def test_a_quiet_day_is_said_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(District(50)) as sis:
        main(["sandbox", "tick", "--url", sis.base_url, "--share", "0"])

    assert capsys.readouterr().out == "Nothing changed.\n"


def test_no_sandbox_at_the_address_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(District(20)) as sis:
        address = sis.origin

    exit_code = main(["sandbox", "tick", "--url", address])

    assert exit_code == 4
    assert capsys.readouterr().err == f"No sandbox answers at {address}.\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["tick", "--url", "http://sis.example.org"], "A sandbox runs on this machine"),
        (["--students", "2"], "at least 12 students"),
        (["--quirk", "nonsense"], "there is no quirk nonsense"),
        (["export", "--students", "2", "--out", "x.zip"], "at least 12 students"),
    ],
)
def test_a_wrong_wish_is_refused(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code = main(["sandbox", *words])

    assert exit_code == 2
    assert complaint in capsys.readouterr().err


def test_a_refused_order_is_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(District(20)) as sis:
        exit_code = main(["sandbox", "tick", "--url", sis.origin, "--share", "5"])

    assert exit_code == 2
    assert "between 0 and 1" in capsys.readouterr().err


def test_an_export_writes_the_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "district.zip"

    words = ["sandbox", "export", "--students", "50", "--days", "2", "--out", str(out)]
    exit_code = main(words)

    assert exit_code == 0
    assert capsys.readouterr().out == f"Wrote {out}.\n"
    assert out.read_bytes()[:2] == b"PK"


def test_the_help_shows_the_quirks(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sandbox", "--help"])

    assert "page_cap=ROWS" in capsys.readouterr().out
