import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.oneroster.bundle.lines import RECORD_LINES, RecordSplitter
from schoolgate.oneroster.errors import BadBundle


def _split(*chunks: bytes, record_bytes: int = 1 << 20) -> list[tuple[int, bytes]]:
    splitter = RecordSplitter("users.csv", record_bytes)
    return [(row.position, row.data) for block in splitter.blocks(chunks) for row in block.rows()]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_line_end_is_understood(end: bytes) -> None:
    rows = _split(end.join([b"a,b", b"1,2", b"3,4", b""]))

    assert rows == [(1, b"a,b"), (2, b"1,2"), (3, b"3,4")]


def test_blank_lines_are_skipped_and_counted() -> None:
    rows = _split(b"a,b\n\n\n1,2\n")

    assert rows == [(1, b"a,b"), (4, b"1,2")]


def test_a_byte_order_mark_is_dropped_even_when_it_comes_in_pieces() -> None:
    rows = _split(b"\xef", b"\xbb", b"\xbfa,b\n", b"1,2\n")

    assert rows == [(1, b"a,b"), (2, b"1,2")]


def test_a_line_end_split_over_two_chunks_is_one_line_end() -> None:
    rows = _split(b"a,b\r", b"\n1,2\r", b"\n")

    assert rows == [(1, b"a,b"), (2, b"1,2")]


def test_a_quoted_line_break_stays_in_its_record() -> None:
    rows = _split(b'a,b\n1,"x\r\ny"\n\n3,4\n')

    assert rows == [(1, b"a,b"), (2, b'1,"x\r\ny"'), (5, b"3,4")]


def test_a_stray_quote_costs_its_own_row_and_no_other() -> None:
    lines = [b'1,"x', *[b"2,y"] * (RECORD_LINES + 5), b""]

    rows = _split(b"\n".join(lines))

    assert rows[0] == (1, b'1,"x')
    assert rows[1] == (2, b"2,y")
    assert rows[-1] == (RECORD_LINES + 6, b"2,y")
    assert len(rows) == RECORD_LINES + 6


def test_a_stray_quote_near_the_end_of_the_file_loses_no_row() -> None:
    rows = _split(b'a,b\n1,"x\n2,y\n3,z\n')

    assert rows == [(1, b"a,b"), (2, b'1,"x'), (3, b"2,y"), (4, b"3,z")]


def test_a_record_of_too_many_bytes_is_given_up() -> None:
    rows = _split(b'1,"' + b"x" * 30 + b"\n" + b"y" * 30 + b'\n2"\n', record_bytes=40)

    assert [position for position, _ in rows] == [1, 2, 3]


def test_a_line_without_end_is_refused_with_its_number() -> None:
    with pytest.raises(BadBundle) as caught:
        _split(b"a,b\n", b"x" * 100, b"x" * 100, record_bytes=150)

    assert (caught.value.kind, caught.value.line) == ("line_too_long", 2)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_refused(mark: bytes) -> None:
    with pytest.raises(BadBundle) as caught:
        _split(mark + b"a\0,\0b\0")

    assert caught.value.kind == "not_utf8"


def test_the_splitter_knows_whether_the_file_ended_with_a_line_end() -> None:
    ended, cut = RecordSplitter("users.csv", 100), RecordSplitter("users.csv", 100)

    list(ended.blocks([b"a,b\n1,2\r\n"]))
    list(cut.blocks([b"a,b\n1,2"]))

    assert not ended.ends_without_line_end
    assert cut.ends_without_line_end


def test_an_empty_file_has_no_records() -> None:
    assert _split() == []
    assert _split(b"") == []


_CELLS = st.text(st.sampled_from('ab",\r\n é'), max_size=6)


@given(
    rows=st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    size=st.integers(min_value=1, max_value=40),
)
def test_records_are_found_however_the_bytes_are_cut(
    rows: list[list[str]], end: str, size: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([["a", "b"], *rows])
    content = text.getvalue().encode()
    chunks = [content[at : at + size] for at in range(0, len(content), size)]

    records = _split(*chunks)

    assert [next(csv.reader([data.decode()])) for _, data in records[1:]] == rows


def test_a_bare_cr_in_a_file_of_other_line_ends_is_part_of_its_value() -> None:
    rows = _split(b"a,b\n1,x\ry\n3,4\n")

    assert rows == [(1, b"a,b"), (2, b"1,x\ry"), (3, b"3,4")]
