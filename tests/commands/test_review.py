"""`schoolgate review`, run as scripts do: what a sync holds, decided at a terminal."""

from pathlib import Path

import pytest

from csv_bundles import USERS_HEADER, a_zip
from installations import Installation, Installations

SOURCE = "maple-valley.nightly-zip"
WHY = "The registrar of Oak has confirmed it"
KIDS = [f"s-{n},,,true,oak,student,k{n},,Kid{n},Rivera,,{n},,,,,03," for n in range(1, 5)]


@pytest.fixture(scope="module")
def read_only(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """For tests that decide nothing."""
    return four_held(installations, tmp_path_factory.mktemp("review"))


@pytest.fixture
def installed(installations: Installations, tmp_path: Path) -> Installation:
    return four_held(installations, tmp_path)


def four_held(installations: Installations, tmp_path: Path) -> Installation:
    """Four children of Oak, of whom none is left on the second day."""
    installed = installations.new(tmp_path / "home")
    bundle = a_zip(tmp_path, {"users.csv": "\n".join([USERS_HEADER, *KIDS, ""])})
    installed.answer(
        "district", "add", "--name", "Maple Valley", "--edition", "enterprise",
        "--timezone", "America/Chicago",
    )  # fmt: skip
    installed.answer(
        "registration", "add", "--district", "maple-valley", "--name", "Nightly zip",
        "--csv", str(bundle),
    )  # fmt: skip
    installed.answer("schools", "map", "--registration", SOURCE, "--all")
    installed.answer("sync", SOURCE)
    stays = "s-9,,,true,maple,teacher,t9,,Tess,Dunn,,9,,,,,,"
    a_zip(tmp_path, {"users.csv": f"{USERS_HEADER}\n{stays}\n"})
    installed.answer("sync", SOURCE, code=3)
    return installed


def test_what_waits_is_read_without_names_and_approved_with_its_checksum(
    installed: Installation,
) -> None:
    told = installed.run("review", SOURCE)
    (hold,) = installed.answer("review", SOURCE, code=3)["holds"]
    named = installed.answer("review", SOURCE, "--names", code=3)["holds"][0]["people"]
    wrong = installed.answer(
        "review", SOURCE, "--approve", str(hold["hold"]), "--why", WHY, "--checksum", "0", code=3
    )
    approved = installed.answer(
        "review", SOURCE, "--approve", str(hold["hold"]), "--why", WHY,
        "--checksum", hold["checksum"],
    )  # fmt: skip

    assert "Kid1" not in told.stdout + told.stderr
    assert (hold["count"], hold["of"], hold["reason"]) == (4, 4, "school_emptied")
    assert hold["can_be_approved"] is True
    assert [person["student"] for person in named] == [f"Kid{n} Rivera" for n in range(1, 5)]
    assert wrong["error"]["kind"] == "cannot_decide"
    assert approved["holds"][0]["decision"] == "approved"
    assert installed.answer("roster", "--district", "maple-valley")["students"][0]["schools"] == []


def test_what_is_kept_stays_and_is_said(installed: Installation) -> None:
    (hold,) = installed.answer("review", SOURCE, code=3)["holds"]

    kept = installed.answer("review", SOURCE, "--discard", str(hold["hold"]), "--why", WHY)

    assert kept["holds"][0]["decision"] == "discarded"
    assert kept["holds"][0]["applied_at"] is None
    assert len(installed.answer("roster", "--district", "maple-valley")["students"]) == 4


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (["999"], "no_such_run", 2),
        (["maple-valley.nothing"], "no_such_registration", 2),
        ([SOURCE, "--approve", "999", "--why", WHY], "no_such_hold", 2),
        ([SOURCE, "--approve", "1", "--why", "gone"], "cannot_decide", 3),
        ([SOURCE, "--approve", "1", "--discard", "1"], "usage", 2),
    ],
)
def test_what_cannot_be_is_a_sentence(
    read_only: Installation, words: list[str], kind: str, code: int
) -> None:
    refused = read_only.answer("review", *words, code=code)

    assert refused["error"]["kind"] == kind
