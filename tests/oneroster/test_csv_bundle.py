import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csv_bundles import (
    ANA,
    EVA,
    MANIFEST,
    ORGS,
    RUI,
    USERS,
    USERS_HEADER,
    a_folder,
    a_zip,
    a_zip_of,
    users_of,
)
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.csv_collection import CsvCollection
from schoolgate.oneroster.csv_package import Limits
from schoolgate.oneroster.errors import BadBundle, UnsupportedVersion
from schoolgate.oneroster.records import Ref, Status, User, UserId


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


def _kinds(collection: CsvCollection[User]) -> dict[str, int]:
    return dict(collection.problems.counts)


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


def test_a_row_in_windows_1252_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    users = users_of(ANA, RUI.replace("Rui", "Andr\xe9"), EVA).encode("cp1252")

    people, collection = _read_users(tmp_path, users)

    problem = collection.problems.examples[0]
    assert [user.sourced_id for user in people] == ["s-1", "g-2"]
    assert (problem.kind, problem.file, problem.position) == ("not_utf8", "users.csv", 3)
    assert "Windows-1252" in problem.expected
    assert problem.sourced_id == "g-1"
    assert collection.verdict.every_id_known


def test_a_bom_crlf_and_no_last_line_end_are_all_well(tmp_path: Path) -> None:
    users = b"\xef\xbb\xbf" + users_of(ANA, EVA).replace("\n", "\r\n").encode().removesuffix(
        b"\r\n"
    )

    people, collection = _read_users(tmp_path, users)

    assert [user.sourced_id for user in people] == ["s-1", "g-2"]
    assert collection.verdict.complete
    assert not collection.problems.counts


def test_a_row_with_too_few_cells_is_read_when_nothing_required_is_missing(tmp_path: Path) -> None:
    people, collection = _read_users(
        tmp_path, users_of("s-1,,,true,oak,student,ana,,Ana,Lopez", RUI)
    )

    assert [user.sourced_id for user in people] == ["s-1", "g-1"]
    assert _kinds(collection) == {"too_few_cells": 1}
    assert collection.problems.errors == 0


def test_a_row_without_its_required_cells_is_a_problem(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of("s-1,,,true,oak,student", RUI))

    problem = collection.problems.examples[0]
    assert [user.sourced_id for user in people] == ["g-1"]
    assert (problem.kind, problem.severity, problem.position) == ("too_few_cells", "error", 2)
    assert collection.verdict.every_id_known


def test_extra_blank_cells_are_a_warning_and_extra_text_is_a_problem(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of(ANA + ",,", RUI + ",x"))

    assert [user.sourced_id for user in people] == ["s-1"]
    assert _kinds(collection) == {"extra_blank_cells": 1, "too_many_cells": 1}
    assert collection.problems.errors == 1


def test_a_file_cut_off_in_its_last_row_is_not_complete(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, USERS[: USERS.index("Sousa") + 3])

    assert [user.sourced_id for user in people] == ["s-1", "g-1"]
    assert not collection.verdict.complete
    assert collection.verdict.reason == "cut_off"
    assert _kinds(collection) == {"cut_off": 1}


def test_a_file_cut_off_inside_quotes_is_not_complete(tmp_path: Path) -> None:
    _, collection = _read_users(tmp_path, USERS[: USERS.index("g-2")])

    assert collection.verdict.reason == "cut_off"


def test_a_stray_quote_is_reported_with_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of(RUI.replace("Rui,", 'R"ui,'), ANA, EVA))

    problem = collection.problems.examples[0]
    assert [user.sourced_id for user in people] == ["s-1", "g-2"]
    assert (problem.kind, problem.position, problem.sourced_id) == ("stray_quote", 2, "g-1")


def test_two_stray_quotes_in_one_column_never_hide_a_row_unnoticed(tmp_path: Path) -> None:
    opened, closed = RUI.replace("Lopez", '"Lopez'), EVA.replace("Sousa", 'Sousa"')

    people, collection = _read_users(tmp_path, users_of(opened, closed, ANA))

    assert [user.sourced_id for user in people] == ["s-1"]
    assert _kinds(collection) == {"stray_quote": 1}
    assert not collection.verdict.every_id_known


def test_two_stray_quotes_in_different_columns_never_hide_a_row_unnoticed(tmp_path: Path) -> None:
    opened, closed = ANA.replace(",09,", ',"09,'), EVA.replace("Sousa", 'Sousa"')

    people, collection = _read_users(tmp_path, users_of(opened, closed, RUI))

    assert [user.sourced_id for user in people] == ["g-1"]
    assert _kinds(collection) == {"stray_quote": 1}
    assert not collection.verdict.every_id_known


def test_a_value_with_line_breaks_is_kept_as_it_is(tmp_path: Path) -> None:
    (eva,), collection = _read_users(tmp_path, users_of(EVA.replace("555-0102", '"1\r\n2, 3"')))

    assert eva.phone == "1\r\n2, 3"
    assert not collection.problems.counts


def test_a_broken_row_in_a_file_of_quoted_cells_still_gives_its_id(tmp_path: Path) -> None:
    _, collection = _read_users(tmp_path, users_of(ANA, '"g-1","","","true"'))

    assert collection.problems.examples[0].sourced_id == "g-1"
    assert collection.verdict.every_id_known


def test_blanks_behind_the_last_line_do_not_make_a_file_cut_off(tmp_path: Path) -> None:
    _, collection = _read_users(tmp_path, users_of(ANA) + "  ")

    assert collection.verdict.complete
    assert _kinds(collection) == {"blank_row": 1}


def test_text_after_a_closing_quote_is_a_problem(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of(RUI.replace("Rui,", '"R"ui,'), ANA))

    assert [user.sourced_id for user in people] == ["s-1"]
    assert _kinds(collection) == {"stray_quote": 1}


def test_a_nul_byte_is_a_problem(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of(RUI.replace("Rui", "R\0ui"), ANA))

    assert [user.sourced_id for user in people] == ["s-1"]
    assert _kinds(collection) == {"nul_byte": 1}


def test_a_row_of_commas_alone_is_skipped(tmp_path: Path) -> None:
    people, collection = _read_users(tmp_path, users_of(ANA, "," * 17))

    assert [user.sourced_id for user in people] == ["s-1"]
    assert _kinds(collection) == {"blank_row": 1}
    assert collection.problems.errors == 0
    assert collection.verdict.every_id_known


def test_after_a_row_without_id_nobody_can_be_said_to_be_missing(tmp_path: Path) -> None:
    _, collection = _read_users(tmp_path, users_of(ANA, EVA.replace("g-2,", ",", 1)))

    assert not collection.verdict.every_id_known


def test_bare_user_ids_are_read_with_a_warning_and_ids_may_hold_colons(tmp_path: Path) -> None:
    users = users_of(ANA.replace("{Local:17}", '"{LTI:a:b}, {c} ,77,{:9},{}"'))

    (ana,), collection = _read_users(tmp_path, users)

    assert ana.user_ids == (
        UserId(type="LTI", identifier="a:b"),
        UserId(identifier="c"),
        UserId(identifier="77"),
        UserId(identifier="9"),
    )
    problem = collection.problems.examples[0]
    assert (problem.kind, problem.field, problem.column) == ("bare_user_id", "userIds", 8)


@pytest.mark.parametrize("word", ["tobedeleted", "inactive", "ToBeDeleted"])
def test_a_row_marked_as_removed_is_honoured_even_in_a_full_list(tmp_path: Path, word: str) -> None:
    (ana,), _ = _read_users(tmp_path, users_of(ANA.replace("s-1,,", f"s-1,{word},")))

    assert ana.status is Status.TO_BE_DELETED


def test_a_password_is_counted_and_never_kept(tmp_path: Path) -> None:
    (ana,), collection = _read_users(tmp_path, users_of(ANA + "hunter2"))

    assert "hunter2" not in repr(ana)
    assert "hunter2" not in repr(collection.problems)
    assert _kinds(collection) == {"over_shared": 1}


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


_TEXT = st.text(st.sampled_from('abZ é",;\n\r{}:'), max_size=8)
_FIELDS = ("sourcedId", "givenName", "familyName", "orgSourcedIds", "role", "email", "phone", "sms")


@st.composite
def _people(draw: st.DrawFn) -> list[dict[str, str]]:
    named = st.builds("x{}x".format, _TEXT)
    return [
        {
            "sourcedId": f"s-{number}",
            "role": "student",
            "orgSourcedIds": "oak",
            "givenName": draw(named),
            "familyName": draw(named),
            "email": draw(named),
            "phone": draw(named),
            "sms": draw(named),
        }
        for number in range(draw(st.integers(min_value=1, max_value=6)))
    ]


@given(
    people=_people(),
    columns=st.permutations(_FIELDS),
    # Minimal quoting only with CRLF: with another line end the writer leaves line breaks of the
    # other kinds unquoted, and what it writes is no CSV.
    style=st.sampled_from(
        [
            (csv.QUOTE_ALL, "\n"),
            (csv.QUOTE_ALL, "\r\n"),
            (csv.QUOTE_ALL, "\r"),
            (csv.QUOTE_NONNUMERIC, "\n"),
            (csv.QUOTE_MINIMAL, "\r\n"),
        ]
    ),
    bom=st.sampled_from(["", "\ufeff"]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_a_csv_writer_writes_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[dict[str, str]],
    columns: list[str],
    style: tuple[int, str],
    bom: str,
) -> None:
    text = io.StringIO(newline="")
    padding = [f"metadata.{number}" for number in range(10)]
    quoting, end = style
    writer = csv.DictWriter(text, [*columns, *padding], quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(people)
    folder = tmp_path_factory.mktemp("written")

    read, collection = _read_users(folder, (bom + text.getvalue()).encode())

    assert [
        (user.sourced_id, user.given_name, user.family_name, user.email, user.phone, user.sms)
        for user in read
    ] == [
        (
            row["sourcedId"],
            row["givenName"],
            row["familyName"],
            row["email"],
            row["phone"],
            row["sms"],
        )
        for row in people
    ]
    assert collection.verdict.complete
    assert collection.verdict.every_id_known


def test_versions_other_than_1_1_are_refused_with_their_name(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"manifest.csv": MANIFEST.replace("version,1.1", "version,1.2")})

    with pytest.raises(UnsupportedVersion) as caught:
        CsvBundle.open(path)

    assert caught.value.version == "1.2"
    assert "OneRoster 1.1 CSV export" in str(caught.value)
