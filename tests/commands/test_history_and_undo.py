"""`schoolgate history` and `schoolgate undo`, run as scripts do: over two days of one small zip."""

import pytest

from csv_bundles import EVA, RUI, USERS_HEADER, a_zip
from installations import Installation, Installations

SOURCE = "maple-valley.nightly-zip"
WHY = "The SIS lost a child overnight"
BEN = "s-2,,,true,oak,student,ben,{Local:18},Ben,Dunn,,18,,,,g-3,08,"


@pytest.fixture(scope="module")
def installed(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Maple Valley: Ana and Ben on the first day, Ben alone on the second."""
    folder = tmp_path_factory.mktemp("undo")
    ana = 's-1,,,true,oak,student,ana,{Local:17},Ana,Lopez,,17,,,,"g-1,g-2",09,'
    days = [f"{USERS_HEADER}\n{ana}\n{RUI}\n{EVA}\n{BEN}\n", f"{USERS_HEADER}\n{BEN}\n"]
    installed = installations.new(folder / "home")
    bundle = a_zip(folder, {"users.csv": days[0]})
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
    a_zip(folder, {"users.csv": days[1]})
    installed.answer("sync", SOURCE)
    return installed


def the_school(installed: Installation) -> str:
    schools = installed.answer("schools", "list", "--registration", SOURCE)["schools"]
    return str(schools[0]["school"])


def last_run(installed: Installation) -> str:
    return str(installed.answer("runs", "--registration", SOURCE, "--last", "1")["runs"][0]["run"])


def test_a_history_an_undo_that_is_tried_and_one_that_is_done(installed: Installation) -> None:
    school, run = the_school(installed), last_run(installed)

    told = installed.answer("history", SOURCE, "--student", "s-1")["changes"]
    tried = installed.answer("undo", run, "--school", school, "--dry-run")
    still = installed.answer("history", SOURCE, "--student", "s-1", "--at", told[0]["at"])
    done = installed.answer("undo", run, "--school", school, "--why", WHY)
    back = installed.answer("history", SOURCE, "--student", "s-1")["changes"]

    assert [one["what"] for one in told][-1] == "Added to Oak School"
    assert {one["action"] for one in told} == {
        "student.added", "student.departed", "relationship.added", "relationship.removed",
    }  # fmt: skip
    assert tried["changes"] == done["changes"]
    assert done["changes"] == {
        "guardian.returned": 2, "relationship.added": 2, "student.returned": 1,
    }  # fmt: skip
    assert (tried["run"], done["undoes"], done["school"]) == (None, int(run), school)
    assert (still["known"], still["listed"], still["gone"]) == (True, False, "absent")
    assert "Came back: on the list of Oak School" in [one["what"] for one in back]
    assert {one["by"] for one in back[:3]} == {f"undo of sync {run}"}

    again = installed.run("undo", run, "--school", school, "--why", WHY)
    assert again.returncode == 3
    assert "nothing to undo at Oak School" in again.stderr


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (["history", SOURCE, "--student", "nobody"], 2, "no_such_student"),
        (["history", "maple-valley.x", "--student", "s-2"], 2, "no_such_registration"),
        (["history", SOURCE, "--student", "s-2", "--at", "noon"], 2, "bad_moment"),
        (["history", SOURCE, "--student", "s-2", "--at", "2099-01-01T08:00"], 2, "bad_moment"),
        (["undo", "9999", "--school", "oak", "--why", WHY], 2, "no_such_run"),
        (["undo", "1", "--school", "nowhere", "--why", WHY], 2, "no_such_school"),
    ],
)
def test_what_cannot_be_said_or_undone_is_refused_in_a_sentence(
    installed: Installation, words: list[str], code: int, kind: str
) -> None:
    refused = installed.answer(*words, code=code)

    assert refused["error"]["kind"] == kind
