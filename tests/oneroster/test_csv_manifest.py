from pathlib import Path

import pytest

from csv_bundles import MANIFEST, ORGS, USERS, USERS_HEADER, a_zip, a_zip_of
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.errors import BadBundle, UnsupportedVersion

V10_USERS = (
    "sourcedId,status,dateLastModified,orgSourcedIds,role,username,userId,givenName,agents\n"
)
V12_USERS = "sourcedId,status,dateLastModified,enabledUser,username,userMasterIdentifier\n"


def _opened(tmp_path: Path, files: dict[str, str]) -> CsvBundle:
    with CsvBundle.open(a_zip(tmp_path, files)) as bundle:
        return bundle


def _refused(path: Path) -> BadBundle:
    with pytest.raises(BadBundle) as caught:
        CsvBundle.open(path)
    return caught.value


def _unsupported(path: Path) -> UnsupportedVersion:
    with pytest.raises(UnsupportedVersion) as caught:
        CsvBundle.open(path)
    return caught.value


def test_a_manifest_in_any_order_case_and_spelling_is_read(tmp_path: Path) -> None:
    manifest = (
        " PropertyName , propertyValue\n"
        "FILE.Users, Delta \n"
        "file.orgs,BULK\n"
        "\n"
        "file.systemName,Some SIS\n"
        "source.systemCode,x\n"
        "manifest.version,1\n"
        "oneroster.version,v1.1\n"
    )

    bundle = _opened(tmp_path, {"manifest.csv": manifest})

    assert (bundle.modes["users.csv"], bundle.modes["orgs.csv"]) == ("delta", "bulk")
    assert dict(bundle.problems.counts) == {"manifest_header": 1, "manifest_row_missing": 11}


def test_a_mode_that_is_not_one_is_reported_with_its_line(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("file.results,absent", "file.results,full")

    bundle = _opened(tmp_path, {"manifest.csv": manifest})

    assert bundle.modes["results.csv"] == "absent"
    assert [(problem.kind, problem.position) for problem in bundle.problems.examples] == [
        ("manifest_value", 15),
        ("manifest_row_missing", 1),
    ]


@pytest.mark.parametrize("manifest", ["", "users,bulk\n", "propertyName\n"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, manifest: str) -> None:
    error = _refused(a_zip(tmp_path, {"manifest.csv": manifest}))

    assert (error.kind, error.file) == ("bad_manifest", "manifest.csv")


def test_a_manifest_that_is_not_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = a_zip_of(tmp_path, {"manifest.csv": b"propertyName,value\nx,\xff\n", "orgs.csv": ORGS})

    error = _refused(path)

    assert (error.kind, error.file, error.line) == ("not_utf8", "manifest.csv", 2)


def test_a_manifest_of_megabytes_is_refused(tmp_path: Path) -> None:
    error = _refused(a_zip(tmp_path, {"manifest.csv": MANIFEST + "x,y\n" * 500_000}))

    assert (error.kind, error.file) == ("too_large", "manifest.csv")


def test_a_bundle_without_manifest_is_refused_and_says_what_was_found(tmp_path: Path) -> None:
    error = _refused(a_zip_of(tmp_path, {"users.csv": USERS, "orgs.csv": ORGS}))

    assert error.kind == "no_manifest"
    assert "Found: orgs.csv, users.csv." in str(error)
    assert "Ask the SIS" in str(error)


def test_an_empty_zip_is_refused_as_such(tmp_path: Path) -> None:
    error = _refused(a_zip_of(tmp_path, {"readme.txt": "x"}))

    assert error.kind == "no_manifest"
    assert "no CSV file at all" in str(error)


@pytest.mark.parametrize("mode", ["bulk", "delta"])
@pytest.mark.parametrize("file", ["users", "orgs"])
def test_users_and_orgs_that_are_announced_must_be_there(
    tmp_path: Path, file: str, mode: str
) -> None:
    files = {
        "manifest.csv": MANIFEST.replace(f"file.{file},bulk", f"file.{file},{mode}"),
        "users.csv": USERS,
        "orgs.csv": ORGS,
    }
    del files[f"{file}.csv"]

    error = _refused(a_zip_of(tmp_path, files))

    assert (error.kind, error.file) == ("missing_file", f"{file}.csv")


def test_users_of_which_the_manifest_says_nothing_are_not_taken_for_the_whole_list(
    tmp_path: Path,
) -> None:
    path = a_zip(tmp_path, {"manifest.csv": MANIFEST.replace("file.users,bulk\n", "")})

    error = _refused(path)

    assert (error.kind, error.file) == ("mode_unknown", "manifest.csv")


def test_another_file_that_is_announced_and_missing_is_a_warning(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("demographics,absent", "demographics,bulk")

    with CsvBundle.open(a_zip(tmp_path, {"manifest.csv": manifest})) as bundle:
        demographics = bundle.demographics()
        people = list(demographics)

        assert dict(bundle.problems.counts) == {"announced_but_missing": 1}
        assert bundle.problems.errors == 0
    assert people == []
    assert demographics.verdict.reason == "missing"


def test_a_file_that_the_manifest_calls_absent_is_not_read(tmp_path: Path) -> None:
    content = "sourcedId,birthDate\ns-1,2012-03-04\n"

    with CsvBundle.open(a_zip(tmp_path, {"demographics.csv": content})) as bundle:
        demographics = bundle.demographics()
        people = list(demographics)

        assert dict(bundle.problems.counts) == {"present_but_absent": 1}
        assert bundle.problems.errors == 0
    assert people == []
    assert demographics.verdict.reason == "absent"


def test_users_that_the_manifest_calls_absent_are_an_error(tmp_path: Path) -> None:
    bundle = _opened(tmp_path, {"manifest.csv": MANIFEST.replace("users,bulk", "users,absent")})

    assert dict(bundle.problems.counts) == {"present_but_absent": 1}
    assert bundle.problems.errors == 1


@pytest.mark.parametrize(
    ("declared", "version"),
    [("1.0", "1.0"), ("1", "1.0"), ("1.2", "1.2"), ("1.2.1", "1.2"), ("2.0", "2.0")],
)
def test_the_manifest_says_which_version_it_is(tmp_path: Path, declared: str, version: str) -> None:
    manifest = MANIFEST.replace("oneroster.version,1.1", f"oneroster.version,{declared}")

    error = _unsupported(a_zip(tmp_path, {"manifest.csv": manifest}))

    assert error.version == version
    assert "Ask the SIS for a OneRoster 1.1 CSV export." in str(error)


@pytest.mark.parametrize(("users", "version"), [(V10_USERS, "1.0"), (V12_USERS, "1.2")])
def test_files_of_another_version_are_refused_whatever_the_manifest_says(
    tmp_path: Path, users: str, version: str
) -> None:
    error = _unsupported(a_zip(tmp_path, {"users.csv": users}))

    assert error.version == version
    assert "The manifest says OneRoster 1.1" in str(error)


def test_roles_in_a_file_of_their_own_are_version_1_2(tmp_path: Path) -> None:
    files = {"users.csv": USERS.replace(",role,", ",other,"), "roles.csv": "sourcedId\n"}

    error = _unsupported(a_zip(tmp_path, files))

    assert error.version == "1.2"


def test_a_version_1_0_bundle_has_no_manifest_and_is_known_by_its_columns(tmp_path: Path) -> None:
    error = _unsupported(a_zip_of(tmp_path, {"users.csv": V10_USERS, "orgs.csv": ORGS}))

    assert error.version == "1.0"


def test_a_manifest_without_version_is_read_when_the_files_are_plainly_1_1(tmp_path: Path) -> None:
    bundle = _opened(tmp_path, {"manifest.csv": MANIFEST.replace("oneroster.version,1.1\n", "")})

    assert bundle.version == "1.1"


def test_a_version_that_nothing_tells_is_refused(tmp_path: Path) -> None:
    files = {
        "manifest.csv": MANIFEST.replace("oneroster.version,1.1", "oneroster.version,"),
        "users.csv": USERS_HEADER.replace("role", "kind") + "\n",
    }

    error = _refused(a_zip(tmp_path, files))

    assert (error.kind, error.file) == ("version_unknown", "manifest.csv")
