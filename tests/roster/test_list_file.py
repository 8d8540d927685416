"""A list in a file: read line by line, refused in plain words."""

import pytest

from schoolgate.roster.list_file import BadLine, CannotRead, decode, read_list

HEADER = (
    "School,First name,Last name,Student number,Grade,"
    "Contact first name,Contact last name,Role,Phone,Email\n"
)
ANA = "Oak Elementary,Ana,Lopez,4471,02,Eva,Lopez,mother,555-0101,eva@example.org\n"


def test_a_line_is_read_by_the_names_of_its_columns() -> None:
    found = read_list(HEADER + ANA)

    (line,) = found.lines
    assert line.number == 2
    assert line.cells == {
        "school": "Oak Elementary",
        "given_name": "Ana",
        "family_name": "Lopez",
        "identifier": "4471",
        "grade": "02",
        "contact_given": "Eva",
        "contact_family": "Lopez",
        "role": "parent",
        "phone": "555-0101",
        "email": "eva@example.org",
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_parted_as_the_header_parts_them(delimiter: str) -> None:
    text = delimiter.join(["school", "given_name", "SURNAME"]) + "\r\n"

    found = read_list(text + delimiter.join(["oak", "Ana", "Lopez"]) + "\r\n")

    assert found.lines[0].cells == {"school": "oak", "given_name": "Ana", "family_name": "Lopez"}


def test_other_columns_and_empty_lines_are_passed_over() -> None:
    found = read_list("School,Bus,First name,Last name\noak,7,Ana,Lopez\n,,,\n\n")

    assert [line.cells["given_name"] for line in found.lines] == ["Ana"]
    assert found.bad == []


def test_a_file_in_utf_8_may_begin_with_a_mark() -> None:
    assert decode("\ufeffSchool".encode()).text == "School"


def test_a_file_as_windows_writes_it_is_read_and_said_to_be_guessed() -> None:
    found = decode("López".encode("cp1252"))

    assert (found.text, found.guessed) == ("López", True)


@pytest.mark.parametrize(
    "content",
    ["School".encode("utf-16"), b"PK\x03\x04\x00\x00", "L\x81pez".encode("latin-1")],
    ids=["utf-16", "a workbook", "no encoding that we know"],
)
def test_a_file_that_is_no_text_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(CannotRead, match="CSV UTF-8"):
        decode(content)


def test_a_header_without_the_needed_columns_is_refused_by_name() -> None:
    with pytest.raises(CannotRead, match="School, Student last name"):
        read_list("First name,Grade\nAna,02\n")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(CannotRead, match="first line"):
        read_list("")


def test_a_header_alone_is_refused() -> None:
    with pytest.raises(CannotRead, match="no lines under it"):
        read_list(HEADER)


def test_a_quotation_mark_without_an_end_is_told_with_its_line() -> None:
    with pytest.raises(CannotRead, match="quotation mark"):
        read_list(HEADER + ANA + 'oak,"Ben,Dunn\n')


def test_too_long_a_file_is_refused() -> None:
    text = "School,First name,Last name\n" + "oak,Ana,Lopez\n" * 20_001

    with pytest.raises(CannotRead, match="more than 20,000 lines"):
        read_list(text)


@pytest.mark.parametrize(
    ("line", "what", "to_do"),
    [
        ("oak,,Lopez,1,02,,,,,", "“Student first name” is empty.", "Fill it in"),
        ("oak,Ana,Lopez,1,02,Eva,,,,", "The contact has no first name", "Fill in both"),
        ("oak,Ana,Lopez,1,02,,,,555-0101,", "The contact has no first name", "Fill in both"),
        ("oak,Ana,Lopez,1,02,Eva,Lopez,boss,,", "The role is a word", "parent, guardian"),
        ("oak,Ana,Lopez,1,02,Eva,Lopez,,,eva@", "The e-mail address is none.", "Correct it"),
        ("oak,Ana,Lopez,1,02,,,,,,more", "It has more cells", "comma inside a name"),
        (f"oak,{'A' * 201},Lopez,1,02,,,,,", "longer than 200", "Shorten it"),
    ],
)
def test_a_line_that_cannot_be_read_says_what_to_do(line: str, what: str, to_do: str) -> None:
    found = read_list(HEADER + ANA + line + "\n")

    assert len(found.lines) == 1
    (bad,) = found.bad
    assert bad.number == 3
    assert bad.what.startswith(what) or what in bad.what
    assert to_do in bad.to_do


def test_what_is_wrong_never_repeats_a_name() -> None:
    found = read_list(HEADER + "oak,Marisol,,1,02,Roberto,,,,\n")

    assert isinstance(found.bad[0], BadLine)
    assert "Marisol" not in found.bad[0].what + found.bad[0].to_do


def test_a_contact_without_a_role_counts_as_a_relative() -> None:
    found = read_list(HEADER + "oak,Ana,Lopez,1,02,Eva,Lopez,,,\n")

    assert found.lines[0].cells["role"] == "relative"
    assert found.without_role == 1
