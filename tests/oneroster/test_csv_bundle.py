import os
from pathlib import Path

import pytest

from csv_bundles import (
    ANA,
    MANIFEST,
    ORGS,
    RUI,
    USERS,
    USERS_HEADER,
    a_folder,
    a_zip,
    a_zip_of,
)
from schoolgate.oneroster.bundle.collection import CsvCollection
from schoolgate.oneroster.bundle.package import Limits
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.errors import BadBundle, UnsupportedVersion
from schoolgate.oneroster.records import Ref, User, UserId


def _refused(path: Path) -> BadBundle:
    with pytest.raises(BadBundle) as caught:
        CsvBundle.open(path)
    return caught.value


def _read(path: Path) -> tuple[list[User], CsvCollection[User]]:
    with CsvBundle.open(path) as bundle:
        collection = bundle.users()
        return list(collection), collection


def _read_users(tmp_path: Path, users: str | bytes) -> tuple[list[User], CsvCollection[User]]:
    return _read(a_zip(tmp_path, {"users.csv": users}))


def test_a_good_bundle_is_read_without_a_word(tmp_path: Path) -> None:
    with CsvBundle.open(a_zip(tmp_path)) as bundle:
        orgs, users = bundle.orgs(), bundle.users()
        schools, people = list(orgs), list(users)

        assert bundle.version == "1.1"
        assert bundle.modes["users.csv"] == "bulk"
        assert bundle.modes["demographics.csv"] == "absent"
        assert not bundle.problems.counts
    assert [(org.sourced_id, org.name, org.parent) for org in schools] == [
        ("maple", "Maple Valley", None),
        ("oak", "Oak School", Ref(sourced_id="maple")),
    ]
    assert people[0] == User(
        sourced_id="s-1",
        enabled_user=True,
        orgs=(Ref(sourced_id="oak"),),
        role="student",
        username="ana",
        user_ids=(UserId(type="Local", identifier="17"),),
        given_name="Ana",
        family_name="Lopez",
        identifier="17",
        agents=(Ref(sourced_id="g-1"), Ref(sourced_id="g-2")),
        grades=("09",),
    )
    assert users.verdict.complete
    assert users.verdict.received == 3
    assert users.verdict.every_id_known
    assert not users.problems.counts


def test_every_file_that_schoolgate_knows_has_a_collection(tmp_path: Path) -> None:
    manifest = (
        MANIFEST.replace("enrollments,absent", "enrollments,bulk")
        .replace("classes,absent", "classes,bulk")
        .replace("academicSessions,absent", "academicSessions,bulk")
        .replace("demographics,absent", "demographics,bulk")
    )
    path = a_folder(
        tmp_path,
        {
            "manifest.csv": manifest,
            "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
            "userSourcedId,role,primary,beginDate,endDate\n"
            "e-1,,,c-1,oak,s-1,student,,2026-09-01,2027-07-01\n",
            "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,"
            "classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,"
            'periods\nc-1,,,Art,"09, 10",k-1,,scheduled,,oak,"t-1,t-2",,,1\n',
            "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,"
            "endDate,parentSourcedId,schoolYear\nt-1,,,Fall,term,2026-09-01,2027-01-01,y,2027\n",
            "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex\n"
            "s-1,,,2012-03-04,female\n",
        },
    )

    with CsvBundle.open(path) as bundle:
        (enrollment,) = bundle.enrollments()
        (lesson,) = bundle.classes()
        (term,) = bundle.academic_sessions()
        (person,) = bundle.demographics()

    assert (enrollment.user.sourced_id, enrollment.end_date) == ("s-1", "2027-07-01")
    assert enrollment.class_ == Ref(sourced_id="c-1")
    assert lesson.grades == ("09", "10")
    assert lesson.terms == (Ref(sourced_id="t-1"), Ref(sourced_id="t-2"))
    assert term.parent == Ref(sourced_id="y")
    assert person.birth_date == "2012-03-04"


def test_columns_may_come_in_any_order_and_case_and_under_known_aliases(tmp_path: Path) -> None:
    users = (
        "ROLE, sourceID ,givenName,FamilyName,agentSourceIds,orgSourcedIds,homeroom\n"
        'student,s-1,Ana,Lopez," g-1 ,, g-2 ",oak,B12\n'
    )

    with CsvBundle.open(a_zip(tmp_path, {"users.csv": users})) as bundle:
        (ana,) = bundle.users()

        assert ana.sourced_id == "s-1"
        assert [agent.sourced_id for agent in ana.agents] == ["g-1", "g-2"]
        assert dict(bundle.problems.counts) == {
            "column_order": 1,
            "unknown_column": 1,
            "missing_column": 4,
        }


def test_metadata_columns_become_metadata(tmp_path: Path) -> None:
    users = f"{USERS_HEADER},metadata.edu.key,Metadata.bus\n{ANA},42,\n"

    (ana,), _ = _read_users(tmp_path, users)

    assert ana.metadata == {"edu.key": "42"}


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("users.csv", "sourcedId"),
        ("users.csv", "role"),
        ("users.csv", "givenName"),
        ("users.csv", "familyName"),
        ("users.csv", "orgSourcedIds"),
        ("orgs.csv", "sourcedId"),
        ("orgs.csv", "name"),
        ("orgs.csv", "type"),
    ],
)
def test_a_column_we_cannot_do_without_is_named_when_it_is_missing(
    tmp_path: Path, file: str, column: str
) -> None:
    content = {"users.csv": USERS, "orgs.csv": ORGS}[file].replace(column, "other", 1)

    error = _refused(a_zip(tmp_path, {file: content}))

    assert (error.kind, error.file, error.line, error.column) == ("missing_column", file, 1, column)


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    error = _refused(a_zip(tmp_path, {"users.csv": ""}))

    assert (error.kind, error.column) == ("missing_column", "sourcedId")


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    error = _refused(a_zip(tmp_path, {"orgs.csv": "sourcedId,name,type,Name\n"}))

    assert (error.kind, error.file, error.column) == ("duplicate_column", "orgs.csv", "name")


def test_a_file_separated_by_semicolons_is_named_as_such(tmp_path: Path) -> None:
    error = _refused(a_zip(tmp_path, {"users.csv": USERS.replace(",", ";")}))

    assert (error.kind, error.file) == ("separator", "users.csv")


def test_a_header_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    error = _refused(a_zip(tmp_path, {"users.csv": "sourcedId,pr\xe9nom\n".encode("cp1252")}))

    assert (error.kind, error.file, error.line) == ("not_utf8", "users.csv", 1)


def test_a_single_row_can_be_read_on_its_own(tmp_path: Path) -> None:
    with CsvBundle.open(a_zip(tmp_path)) as bundle:
        users = bundle.users()
        rows = list(users.raw())
        eva = users.decode(rows[2])

    assert [row.position for row in rows] == [2, 3, 4]
    assert rows[1].data == RUI.encode()
    assert isinstance(eva, User)
    assert eva.family_name == "Sousa"


def test_a_collection_is_read_once_and_judged_at_its_end(tmp_path: Path) -> None:
    with CsvBundle.open(a_zip(tmp_path)) as bundle:
        users = bundle.users()

        with pytest.raises(RuntimeError):
            _ = users.verdict
        list(users)
        with pytest.raises(RuntimeError):
            list(users)
        assert len(list(bundle.users())) == 3


def test_the_salt_follows_the_meaning_of_the_columns(tmp_path: Path) -> None:
    headers = [
        USERS_HEADER,
        USERS_HEADER.upper(),
        USERS_HEADER.replace("givenName,familyName", "familyName,givenName"),
    ]
    salts = []
    for number, header in enumerate(headers):
        folder = tmp_path / str(number)
        folder.mkdir()
        with CsvBundle.open(a_zip(folder, {"users.csv": f"{header}\n"})) as bundle:
            salts.append(bundle.users().salt)

    assert salts[0] == salts[1]
    assert salts[0] != salts[2]


def test_a_delta_is_read_and_its_absences_say_nothing(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("users,bulk", "users,delta")

    with CsvBundle.open(a_zip(tmp_path, {"manifest.csv": manifest})) as bundle:
        users = bundle.users()
        people = list(users)

        assert bundle.modes["users.csv"] == "delta"
    assert len(people) == 3
    assert not users.verdict.complete
    assert users.verdict.reason == "delta"


def test_the_manifest_alone_announces_no_changes(tmp_path: Path) -> None:
    path = a_zip_of(tmp_path, {"manifest.csv": MANIFEST.replace("bulk", "absent")})

    people, collection = _read(path)

    assert people == []
    assert collection.verdict.reason == "absent"


def test_a_folder_is_read_like_a_zip(tmp_path: Path) -> None:
    people, collection = _read(a_folder(tmp_path))

    assert [user.sourced_id for user in people] == ["s-1", "g-1", "g-2"]
    assert collection.verdict.complete


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (tmp_path / "secret.csv").write_text("x")
    (folder / "results.csv").symlink_to(tmp_path / "secret.csv")

    error = _refused(folder)

    assert (error.kind, error.file) == ("unsafe_path", "results.csv")


def test_a_folder_in_a_folder_is_found(tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    a_folder(outer)
    (outer / "notes.txt").write_text("x")

    with CsvBundle.open(outer) as bundle:
        ids = [user.sourced_id for user in bundle.users()]

        assert bundle.problems.examples[0].file == "notes.txt"
    assert ids == ["s-1", "g-1", "g-2"]


def test_what_is_no_ordinary_file_is_never_opened(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    os.mkfifo(folder / "demographics.csv")

    with CsvBundle.open(folder) as bundle:
        people = list(bundle.demographics())

        assert not bundle.problems.counts
    assert people == []


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle) as caught:
        CsvBundle.open(a_folder(tmp_path), limits=Limits(members=2))

    assert caught.value.kind == "too_many_files"


def test_a_file_over_the_size_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle) as caught:
        CsvBundle.open(a_folder(tmp_path), limits=Limits(member_bytes=20))

    assert caught.value.kind == "too_large"


def test_a_file_that_grows_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with (folder / "users.csv").open("a") as file:
        # More than is read at once.
        file.writelines(ANA.replace("s-1", f"t-{n}", 1) + "\n" for n in range(20_000))

    with CsvBundle.open(folder) as bundle:
        rows = bundle.users().raw()
        next(rows)
        with (folder / "users.csv").open("a") as file:
            file.write(ANA.replace("s-1", "s-2", 1) + "\n")
        with pytest.raises(BadBundle) as caught:
            list(rows)

    assert caught.value.kind == "changed"


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = _refused(tmp_path / "nothing.zip")

    assert error.kind == "not_found"


def test_versions_other_than_1_1_are_refused_with_their_name(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"manifest.csv": MANIFEST.replace("version,1.1", "version,1.2")})

    with pytest.raises(UnsupportedVersion) as caught:
        CsvBundle.open(path)

    assert caught.value.version == "1.2"
    assert "OneRoster 1.1 CSV export" in str(caught.value)
