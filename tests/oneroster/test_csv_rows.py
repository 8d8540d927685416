import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csv_bundles import (
    ANA,
    EVA,
    RUI,
    USERS,
    a_zip,
    users_of,
)
from schoolgate.oneroster.bundle.collection import CsvCollection
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.records import Status, User, UserId


def _read(path: Path) -> tuple[list[User], CsvCollection[User]]:
    with CsvBundle.open(path) as bundle:
        collection = bundle.users()
        return list(collection), collection


def _read_users(tmp_path: Path, users: str | bytes) -> tuple[list[User], CsvCollection[User]]:
    return _read(a_zip(tmp_path, {"users.csv": users}))


def _kinds(collection: CsvCollection[User]) -> dict[str, int]:
    return dict(collection.problems.counts)


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

    assert ana.status is not Status.ACTIVE


def test_a_password_is_counted_and_never_kept(tmp_path: Path) -> None:
    (ana,), collection = _read_users(tmp_path, users_of(ANA + "hunter2"))

    assert "hunter2" not in repr(ana)
    assert "hunter2" not in repr(collection.problems)
    assert _kinds(collection) == {"over_shared": 1}


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
