"""Commands about watching, each run as scripts do."""

import json

import pytest

from installations import Installation


def test_with_nothing_old_nothing_is_deleted(installation: Installation) -> None:
    done = installation.run("prune", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"deleted": {}}


def test_records_that_are_as_they_were_added_are_said_to_be(installation: Installation) -> None:
    installation.run("district", "add", "--name", "Maple Valley", "--edition", "enterprise")

    done = installation.run("records", "maple-valley", "--json")
    nowhere = installation.run("records", "birch-hill")

    assert json.loads(done.stdout) == {"days": 0, "events": 0, "broken": []}
    assert (nowhere.returncode, "birch-hill" in nowhere.stderr) == (2, True)


def test_an_administrator_is_given_an_address(installation: Installation) -> None:
    installation.run("district", "add", "--name", "Maple Valley", "--edition", "enterprise")

    done = installation.run(
        "staff", "add", "--username", "lee", "--role", "district-admin",
        "--district", "maple-valley", "--email", "lee@maple-valley.example.org", "--json",
    )  # fmt: skip

    assert done.returncode == 0
    assert "lee@" not in done.stdout


def test_what_is_no_address_is_refused(installation: Installation) -> None:
    done = installation.run(
        "staff", "add", "--username", "sam", "--role", "support", "--email", "nowhere"
    )

    assert done.returncode == 2
    assert done.stderr == "'nowhere' is no e-mail address.\n"


def test_a_wrong_mail_url_stops_the_start_without_its_password(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLGATE_MAIL_URL", "http://user:three-blue-kites@mail.example.org")

    done = installation.run("district", "list", "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "wrong_setting"
    assert "three-blue-kites" not in done.stdout + done.stderr
