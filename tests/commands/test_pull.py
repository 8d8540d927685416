import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schoolgate.__main__ import main
from schoolgate.commands.pull import give_pages_back
from sis_server import Said, Sis, a_user, an_org, paged, refs


@pytest.fixture
def sis() -> Iterator[Sis]:
    server = Sis()
    yield server
    server.stop()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("s3cr&t\n")
    return path


@pytest.fixture
def words(sis: Sis, secret_file: Path, tmp_path: Path) -> dict[str, str]:
    """Type what a pull needs to succeed."""
    return {
        "--url": sis.url,
        "--auth": "oauth1",
        "--key": "schoolgate",
        "--secret-file": str(secret_file),
        "--out": str(tmp_path / "feed"),
    }


def typed(words: dict[str, str], *flags: str) -> list[str]:
    return ["pull", *[word for pair in words.items() for word in pair], *flags]


def a_school_with_a_family(sis: Sis) -> None:
    users = [a_user("s-1", agents=refs("p-1")), a_user("p-1", "parent")]
    sis.serve(orgs=paged("orgs", [an_org()], total=1), users=paged("users", users, total=2))


def answered(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_pull_writes_files_and_one_object(
    sis: Sis, words: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_school_with_a_family(sis)

    code = main(typed(words, "--insecure", "--json"))

    answer = answered(capsys)
    assert code == 0
    assert answer.pop("seconds") >= 0
    assert answer.pop("peak_memory_bytes") > 1024 * 1024
    assert answer == {
        "complete": True,
        "counts": {
            "orgs": 1,
            "users": 2,
            "users_by_role": {"parent": 1, "student": 1},
            "users_to_be_deleted": 0,
            "users_disabled": 0,
            "relationships": 1,
        },
        "problems": {},
        "pages": 2,
        "retries": 0,
    }
    assert (tmp_path / "feed" / "relationships.ndjson").exists()
    assert "HMAC-SHA256" in sis.asked[0].headers["authorization"]


def test_a_pull_tells_a_person_what_it_found(
    sis: Sis, words: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    a_school_with_a_family(sis)

    code = main(typed(words, "--insecure", "--signature", "sha1"))

    shown = capsys.readouterr()
    assert code == 0
    assert "1 orgs, 2 users, 1 relationships" in shown.out
    assert shown.err == ""
    assert "HMAC-SHA1" in sis.asked[0].headers["authorization"]


def test_progress_is_said_to_a_terminal(
    sis: Sis, words: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    a_school_with_a_family(sis)

    main(typed(words, "--insecure", "--json"))

    assert "users: 1 pages, 2 records" in terminal.getvalue()


@pytest.mark.parametrize("kind", ["oauth2", "bearer"])
def test_tokens_are_sent(
    sis: Sis, words: dict[str, str], capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    a_school_with_a_family(sis)
    sis.routes["/token"] = lambda _: Said(body=b'{"access_token": "s3cr&t"}')

    code = main(
        typed(words | {"--auth": kind, "--token-url": f"{sis.url}/token"}, "--insecure", "--json")
    )

    assert code == 0
    assert sis.asked[-1].headers["authorization"] == "Bearer s3cr&t"
    assert "s3cr&t" not in capsys.readouterr().out


def test_a_pull_that_is_not_complete_ends_with_4_and_says_why(
    sis: Sis, words: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sis.serve(orgs=paged("orgs", [an_org()], total=1), users=paged("users", [], total=40))

    code = main(typed(words, "--insecure", "--json"))

    answer = answered(capsys)
    assert code == 4
    assert (answer["complete"], answer["reason"]) == (False, "empty_but_total")
    assert answer["detail"] == "users: The source counts 40 records and sent 0."
    assert answer["error"] == {
        "kind": "incomplete",
        "message": f"The pull is not complete. {answer['detail']}",
        "retry_helps": False,
    }
    assert (tmp_path / "feed" / "users.ndjson").read_text() == ""


def test_a_source_that_fails_ends_with_4_and_one_object(
    sis: Sis, words: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sis.serve(orgs=lambda _: Said(403))

    code = main(typed(words, "--insecure", "--json"))

    answer = answered(capsys)
    assert code == 4
    assert (answer["complete"], answer["reason"]) == (False, "not_allowed")
    assert answer["error"]["retry_helps"] is False
    assert list((tmp_path / "feed").iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"--url": "https://sis.example.org/ims/oneroster/rostering/v1p2"}, "unsupported_version"),
        ({"--url": "https://sis.example.org/ims/oneroster/v1p0"}, "unsupported_version"),
        ({"--url": "http://sis.example.org"}, "unsafe_address"),
        ({"--url": "sis"}, "bad_input"),
        ({"--secret-file": "/nowhere/secret"}, "bad_input"),
        ({"--secret-file": "/dev/null"}, "bad_input"),
        ({"--key": ""}, "bad_input"),
        ({"--auth": "oauth2"}, "bad_input"),
        ({"--concurrency": "0"}, "bad_input"),
        ({"--out": "/dev/null/feed"}, "unwritable"),
    ],
)
def test_what_cannot_be_pulled_ends_with_2(
    words: dict[str, str],
    changed: dict[str, str],
    kind: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {**words, "--url": "https://sis.example.org", **changed}

    code = main(typed(given, "--json"))

    answer = answered(capsys)
    assert code == 2
    assert answer["error"]["kind"] == kind
    assert (answer["complete"], answer["reason"]) == (False, kind)


class Malloc:
    """A C library that keeps what it is told about memory."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def mallopt(self, parameter: int, value: int) -> int:
        self.told.append((parameter, value))
        return 1


def test_memory_of_pages_is_given_back_as_they_are_freed() -> None:
    """malloc.h: M_MMAP_THRESHOLD is -3."""
    glibc = Malloc()

    give_pages_back(glibc)

    assert glibc.told == [(-3, 131072)]


def test_a_c_library_without_that_setting_is_left_alone() -> None:
    musl = object()

    give_pages_back(musl)

    assert not hasattr(musl, "mallopt")
