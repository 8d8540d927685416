"""One URL decides which database; a wrong one is a sentence, and its password is never repeated."""

from pathlib import Path

import pytest

from installations import Installation, Installations
from schoolgate.config import database
from schoolgate.config.env import WrongSetting

URL = "postgresql://schoolgate:maple@db.example/schoolgate"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://schoolgate:ma#ple@db.example:5432/schoolgate",
        "postgresql://schoolgate:ma:ple@db.example:x/schoolgate",
        "mysql://schoolgate:maple@db.example/schoolgate",
        "maple",
    ],
)
def test_a_url_that_cannot_be_used_is_a_sentence_without_its_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongSetting, match="SCHOOLGATE_DATABASE_URL") as refused:
        database.from_url(url, home=tmp_path)

    assert "ple" not in str(refused.value)
    assert "postgresql://" in str(refused.value)


def test_a_server_that_was_started_again_costs_nobody_an_error_page(tmp_path: Path) -> None:
    chosen = database.from_url(URL, home=tmp_path)

    assert (chosen["CONN_MAX_AGE"], chosen["CONN_HEALTH_CHECKS"]) == (60, True)


def test_nobody_waits_for_a_lock_for_ever(tmp_path: Path) -> None:
    chosen = database.from_url(URL, home=tmp_path)

    assert chosen["OPTIONS"]["application_name"] == "schoolgate"
    assert "lock_timeout=30s" in chosen["OPTIONS"]["options"]
    assert "idle_in_transaction_session_timeout=300s" in chosen["OPTIONS"]["options"]


def test_what_the_url_asks_for_comes_before_our_own_options(tmp_path: Path) -> None:
    chosen = database.from_url(f"{URL}?sslmode=verify-full&connect_timeout=3", home=tmp_path)

    assert chosen["OPTIONS"]["sslmode"] == "verify-full"
    assert chosen["OPTIONS"]["connect_timeout"] == 3


def test_a_server_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    nowhere = Installation(tmp_path / "home", "postgresql://schoolgate:maple@127.0.0.1:1/nothing")

    done = nowhere.run("district", "list")

    assert done.returncode == 2
    assert "The database cannot be opened" in done.stderr
    assert "Connection refused" in done.stderr
    assert "maple" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_machines_that_start_at_once_make_the_tables_once(
    installations: Installations, tmp_path: Path
) -> None:
    machines = installations.without_tables(tmp_path / "home", machines=3)

    started = [machine.start("-m", "schoolgate", "district", "list") for machine in machines]
    said = [process.communicate(timeout=120)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0]
    assert said == ["No district yet.\n"] * 3
