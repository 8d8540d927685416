import json
from pathlib import Path
from typing import Any

import pytest

from csv_bundles import ANA, EVA, MANIFEST, ORGS, RUI, a_folder, a_zip, users_of
from schoolgate.__main__ import main
from schoolgate.oneroster.bundle_check import check_bundle
from schoolgate.oneroster.csv_bundle import CsvBundle


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_a_good_bundle_ends_well_and_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["validate", str(a_zip(tmp_path)), "--json"])

    answer = _answer(capsys)
    assert code == 0
    assert answer["version"] == "1.1"
    assert answer["mode"]["users.csv"] == "bulk"
    assert answer["mode"]["enrollments.csv"] == "absent"
    assert answer["counts"] == {
        "orgs": 2,
        "users": 3,
        "users_by_role": {"guardian": 1, "parent": 1, "student": 1},
        "users_removed": 0,
        "students_with_contact": 1,
    }
    assert answer["problems"] == []
    assert answer["problem_counts"] == {}


def test_people_get_a_short_text_without_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["validate", str(a_folder(tmp_path))])

    text = capsys.readouterr().out
    assert code == 0
    assert text.startswith("OneRoster 1.1 bundle: can be synced.")
    assert "users.csv             bulk             3 rows" in text
    assert "1  students with a contact who is in the bundle" in text
    assert "No problems found." in text
    assert "Lopez" not in text


def test_warnings_do_not_stand_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_zip(tmp_path, {"users.csv": users_of(ANA.replace("{Local:17}", "17"), RUI, EVA)})

    code = main(["validate", str(path)])

    text = capsys.readouterr().out
    assert code == 0
    assert "warning bare_user_id (1; first: users.csv, line 2)" in text


def test_a_row_that_cannot_be_read_is_named_by_file_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_zip(tmp_path, {"users.csv": users_of(ANA, RUI.replace("Lopez", ""), EVA)})

    code = main(["validate", str(path), "--json"])

    answer = _answer(capsys)
    assert code == 2
    assert answer["counts"]["users"] == 3
    assert answer["problems"][0] == {
        "kind": "missing_field",
        "severity": "error",
        "file": "users.csv",
        "line": 3,
        "column": 10,
        "sourced_id": "g-1",
        "field": "familyName",
        "expected": "text, not empty",
    }


def test_a_bundle_with_errors_says_so_to_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_zip(tmp_path, {"users.csv": users_of(ANA + ",x", RUI, EVA)})

    code = main(["validate", str(path)])

    printed = capsys.readouterr()
    assert code == 2
    assert printed.err == "1 of the problems stand in the way of a sync.\n"
    assert "needs a look before it is synced" in printed.out
    assert "ask the SIS to quote values that hold commas" in printed.out


def test_ids_that_lead_nowhere_are_warnings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = users_of(ANA, ANA, RUI.replace("oak", "elm"), EVA.replace("s-1", "s-9"))
    orgs = ORGS + "oak,,,Oak School,school,,maple\n"

    code = main(
        ["validate", str(a_zip(tmp_path, {"users.csv": users, "orgs.csv": orgs})), "--json"]
    )

    answer = _answer(capsys)
    assert code == 0
    assert answer["problem_counts"] == {"duplicate_id": 2, "unknown_agent": 1, "unknown_org": 1}
    assert [
        (problem["kind"], problem["file"], problem["line"], problem["field"])
        for problem in answer["problems"]
    ] == [
        ("duplicate_id", "orgs.csv", 4, "sourcedId"),
        ("duplicate_id", "users.csv", 3, "sourcedId"),
        ("unknown_org", "users.csv", 4, "orgSourcedIds"),
        ("unknown_agent", "users.csv", 5, "agentSourcedIds"),
    ]


def test_a_contact_counts_whichever_side_the_link_is_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = ANA.replace('"g-1,g-2"', "")

    main(["validate", str(a_zip(tmp_path, {"users.csv": users_of(alone, RUI)})), "--json"])

    assert _answer(capsys)["counts"]["students_with_contact"] == 1


def test_a_removed_contact_and_a_sibling_are_no_contacts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = RUI.replace("g-1,,", "g-1,tobedeleted,")
    sibling = ANA.replace("s-1,", "g-2,", 1).replace('"g-1,g-2"', "s-1")

    main(["validate", str(a_zip(tmp_path, {"users.csv": users_of(ANA, gone, sibling)})), "--json"])

    answer = _answer(capsys)
    assert answer["counts"]["students_with_contact"] == 0
    assert answer["counts"]["users_removed"] == 1
    assert answer["problem_counts"] == {"no_contacts": 1}


def test_a_list_of_changes_may_refer_to_what_is_not_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = MANIFEST.replace("users,bulk", "users,delta").replace("orgs,bulk", "orgs,delta")
    files = {"manifest.csv": manifest, "users.csv": users_of(ANA.replace("oak", "elm"))}

    code = main(["validate", str(a_zip(tmp_path, files)), "--json"])

    answer = _answer(capsys)
    assert code == 0
    assert answer["counts"]["students_with_contact"] is None
    assert answer["problem_counts"] == {}


def test_a_full_list_with_nobody_in_it_cannot_be_synced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["validate", str(a_zip(tmp_path, {"users.csv": users_of()})), "--json"])

    assert code == 2
    assert _answer(capsys)["problem_counts"] == {"empty_file": 1}


def test_a_bundle_that_brings_no_users_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_folder(tmp_path, {"manifest.csv": MANIFEST.replace("users,bulk", "users,absent")})
    (folder / "users.csv").unlink()

    code = main(["validate", str(folder), "--json"])

    assert code == 0
    assert _answer(capsys)["problem_counts"] == {"not_in_bundle": 1}


def test_links_of_too_many_users_are_not_followed(tmp_path: Path) -> None:
    with CsvBundle.open(a_zip(tmp_path)) as bundle:
        report = check_bundle(bundle, max_users_linked=2)

    assert report.students_with_contact is None
    assert dict(report.problem_counts) == {"links_not_followed": 1}


def test_a_refusal_is_one_object_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_zip(tmp_path, {"orgs.csv": "sourcedId,name\noak,Oak\n"})

    code = main(["validate", str(path), "--json"])

    answer = _answer(capsys)
    assert code == 2
    assert answer["error"]["kind"] == "missing_column"
    assert "orgs.csv has no column type" in answer["error"]["message"]
    assert (answer["file"], answer["line"], answer["column"]) == ("orgs.csv", 1, "type")


def test_another_version_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = MANIFEST.replace("oneroster.version,1.1", "oneroster.version,1.2")

    code = main(["validate", str(a_zip(tmp_path, {"manifest.csv": manifest})), "--json"])

    answer = _answer(capsys)
    assert code == 2
    assert answer["error"]["kind"] == "unsupported_version"
    assert answer["version"] == "1.2"


def test_a_path_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["validate", str(tmp_path / "nothing.zip"), "--json"])

    assert code == 2
    assert _answer(capsys)["error"]["kind"] == "not_found"


def test_a_path_that_cannot_be_opened_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["validate", "x" * 5_000, "--json"])

    assert code == 2
    assert _answer(capsys)["error"]["kind"] == "unreadable"
