"""Rows that stand together: nothing is lost, and a change stays where it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schoolgate.oneroster.blocks import MOST_ROWS, Block, blocks_of
from schoolgate.oneroster.bundle.lines import RecordSplitter
from schoolgate.oneroster.records import RawRow


def lines(count: int, *, changed: int | None = None) -> list[bytes]:
    return [
        b"user-%06d,active,%s,given,family,oak" % (n, b"new" if n == changed else b"old")
        for n in range(count)
    ]


def split(rows: list[bytes], *, chunk: int = 1 << 16) -> list[Block]:
    text = b"".join(row + b"\n" for row in rows)
    chunks = [text[start : start + chunk] for start in range(0, len(text), chunk)]
    return list(RecordSplitter("users.csv", 10_000).blocks(chunks))


def test_blocks_hold_all_rows_in_their_order() -> None:
    rows = lines(5_000)

    blocks = split(rows)

    assert [row.data for block in blocks for row in block.rows()] == rows
    assert [row.position for block in blocks for row in block.rows()] == list(range(1, 5_001))
    assert sum(block.count for block in blocks) == 5_000


def test_a_block_is_some_sixteen_rows() -> None:
    assert 200 < len(split(lines(5_000))) < 500


def test_one_changed_row_alters_its_own_block_and_its_neighbours_at_most() -> None:
    before = {block.data for block in split(lines(5_000))}
    after = {block.data for block in split(lines(5_000, changed=2_500))}

    assert len(before - after) <= 2


def test_a_new_row_moves_no_other_block() -> None:
    rows = lines(5_000)
    before = {block.data for block in split(rows)}
    after = {block.data for block in split([*rows[:100], b"user-new,active,,,,oak", *rows[100:]])}

    assert len(before - after) <= 2


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=9_000))
def test_where_the_stream_is_cut_does_not_matter(chunk: int) -> None:
    rows = lines(300)

    whole, cut = split(rows), split(rows, chunk=chunk)

    assert [row.data for block in cut for row in block.rows()] == rows
    # What stands too near the end of the text is decided when more has come, or at the very end.
    assert [block.data for block in cut][:-1] == [block.data for block in whole][:-1]


def test_rows_that_are_all_alike_are_cut_all_the_same() -> None:
    blocks = split([b"x" * 80] * 2_000)

    assert max(block.count for block in blocks) <= MOST_ROWS


def test_single_rows_are_gathered_by_what_they_say() -> None:
    rows = [RawRow(n, b'{"sourcedId":"%d"}' % n) for n in range(1, 1_001)]

    before = {block.data for block in blocks_of(rows)}
    after = {block.data for block in blocks_of(rows[:500] + rows[501:])}

    assert len(before - after) <= 2
