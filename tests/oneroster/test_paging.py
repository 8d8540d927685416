import json
import threading
from collections.abc import Callable

import pytest

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import NotOffered, Rejected, ServerFault
from schoolgate.oneroster.records import Org
from schoolgate.oneroster.rest.collection import RestCollection
from schoolgate.oneroster.rest.page import Page
from schoolgate.oneroster.rest.paging import Addresses, Pages, PagingSettings
from sis_server import ROOT, Asked, Said, Sis, an_org, orgs_numbered, page, paged

Open = Callable[..., Client]


def ids_of(collection: RestCollection[Org]) -> list[str]:
    return [org.sourced_id for org in collection]


def names(count: int) -> list[str]:
    return [f"o-{number:04d}" for number in range(count)]


def test_all_pages_come_in_order_and_the_pull_is_complete(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(11), total=11))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(11)
    assert orgs.verdict.complete
    assert (orgs.verdict.received, orgs.verdict.total, orgs.verdict.pages) == (11, 11, 4)


def test_without_a_total_the_end_is_an_empty_page(sis: Sis, open_client: Open) -> None:
    """T-1: neither X-Total-Count nor Link."""
    sis.serve(orgs=paged("orgs", orgs_numbered(7)))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(7)
    assert orgs.verdict.complete
    assert orgs.verdict.total is None


def test_a_last_page_that_is_full_is_followed_by_one_more_request(
    sis: Sis, open_client: Open
) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(6), total=6))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert [asked.offset for asked in sis.asked] == [0, 3, 6]
    assert orgs.verdict.complete


@pytest.mark.parametrize("total", [10, None])
def test_a_capped_limit_skips_nobody(sis: Sis, open_client: Open, total: int | None) -> None:
    """T-2: the server gives two where five are asked for; offsets advance by records received."""
    sis.serve(orgs=paged("orgs", orgs_numbered(10), total=total, cap=2))
    orgs = open_client(page_size=5).orgs()

    found = ids_of(orgs)

    assert found == names(10)
    assert orgs.verdict.complete


@pytest.mark.parametrize(
    "link",
    [
        '<{url}{root}/orgs?offset=3&limit=3>; rel="next"',
        '<{url}{root}/orgs?offset=0&limit=3>; rel="next",',
        "<127.0.0.1/orgs?offset=3>; rel=next",
        '<https://inner.example.org/orgs?offset=3>; rel="next"',
        '<{url}{root}/orgs?limit=3&offset=6>; rel="last"',
        '<http://[bad/>; rel="next"',
        "<>; rel=next",
    ],
)
def test_links_that_only_count_or_lie_change_nothing(
    sis: Sis, open_client: Open, link: str
) -> None:
    """T-3: self-pointing, host-less, foreign and last-page links."""
    told = link.format(url=sis.url, root=ROOT)
    rows = orgs_numbered(7)
    sis.serve(orgs=lambda asked: page("orgs", rows[asked.offset : asked.offset + 3], link=told))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(7)
    assert orgs.verdict.complete
    assert {asked.path for asked in sis.asked} == {f"{ROOT}/orgs"}


def test_a_link_to_another_server_is_counted(sis: Sis, open_client: Open) -> None:
    """T-3, quirk 23: an inner host's name in the link is never followed."""
    link = '<https://inner.example.org/more>; rel="next"'
    sis.serve(orgs=lambda asked: page("orgs", orgs_numbered(2)[asked.offset :], link=link))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.problems.counts == {"foreign_link": 1}


def cursor(sis: Sis, word: str) -> str:
    return f'<{sis.url}{ROOT}/orgs?after={word}>; rel="next"'


def test_opaque_links_are_followed_to_the_last(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(5)
    answers = {
        "": page("orgs", rows[:2], link=cursor(sis, "b%2Fc")),
        "after=b%2Fc": page("orgs", rows[2:4], link=cursor(sis, "d")),
        "after=d": page("orgs", rows[4:]),
    }
    sis.serve(orgs=lambda asked: answers.get(asked.target.partition("?")[2], answers[""]))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(5)
    assert orgs.verdict.complete
    assert len(sis.asked) == 3


def test_a_chain_of_links_that_ends_in_an_empty_page_is_complete(
    sis: Sis, open_client: Open
) -> None:
    def answer(asked: Asked) -> Said:
        if "after=end" in asked.target:
            return Said(204)
        return page("orgs", orgs_numbered(2), link=cursor(sis, "end"))

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.verdict.complete


def test_a_link_in_a_circle_makes_the_pull_incomplete(sis: Sis, open_client: Open) -> None:
    """T-3."""
    rows = orgs_numbered(4)

    def answer(asked: Asked) -> Said:
        shown = rows[2:] if "after=x" in asked.target else rows[:2]
        return page("orgs", shown, link=cursor(sis, "x"))

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(4)
    assert orgs.verdict.reason == "looping_link"


def test_a_link_to_itself_on_the_last_page_is_the_end_when_the_total_agrees(
    sis: Sis, open_client: Open
) -> None:
    """T-3."""
    rows = orgs_numbered(2)
    sis.serve(orgs=lambda _: page("orgs", rows, link=cursor(sis, "x"), x_total_count="2"))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.verdict.complete


def test_links_with_new_words_and_old_records_are_a_circle(sis: Sis, open_client: Open) -> None:
    words = iter("abcdef")
    sis.serve(orgs=lambda _: page("orgs", orgs_numbered(2), link=cursor(sis, next(words))))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.verdict.reason == "looping_link"


def test_a_total_that_changes_makes_the_pull_incomplete(sis: Sis, open_client: Open) -> None:
    """T-4."""
    rows = orgs_numbered(7)
    sis.serve(
        orgs=lambda asked: page(
            "orgs",
            rows[asked.offset : asked.offset + 3],
            x_total_count="8" if asked.offset == 0 else "7",
        )
    )
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(7)
    assert orgs.verdict.reason == "total_moved"


def test_fewer_records_than_the_total_make_the_pull_incomplete(sis: Sis, open_client: Open) -> None:
    """T-31: hidden records make the count disagree."""
    sis.serve(orgs=paged("orgs", orgs_numbered(7), total=9))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(7)
    assert orgs.verdict.reason == "fewer_than_total"
    assert orgs.verdict.detail == "The source counts 9 records and sent 7."


def test_a_total_that_is_too_low_but_stable_is_only_a_warning(sis: Sis, open_client: Open) -> None:
    """Quirk 4: the count is never the only reason to stop."""
    sis.serve(orgs=paged("orgs", orgs_numbered(8), total=3))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(8)
    assert orgs.verdict.complete
    assert orgs.problems.counts == {"total_wrong": 1}


@pytest.mark.parametrize("empty", [Said(204), Said(body=b'{"orgs": []}')])
def test_an_empty_collection_is_complete_and_empty(
    sis: Sis, open_client: Open, empty: Said
) -> None:
    """T-5: 204, or a 200 with an empty list."""
    sis.serve(orgs=lambda _: empty)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == []
    assert orgs.verdict.complete


def test_no_record_of_many_counted_ones_is_not_an_empty_collection(
    sis: Sis, open_client: Open
) -> None:
    """Quirk 31."""
    sis.serve(orgs=lambda _: page("orgs", [], x_total_count="40"))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == []
    assert orgs.verdict.reason == "empty_but_total"


@pytest.mark.parametrize("status", [404, 405])
def test_a_collection_that_is_not_offered_is_an_error(
    sis: Sis, open_client: Open, status: int
) -> None:
    """T-5, quirk 15: never an empty list."""
    sis.serve(orgs=lambda _: Said(status))
    orgs = open_client().orgs()

    with pytest.raises(NotOffered) as failure:
        ids_of(orgs)

    assert failure.value.status == status


def test_a_server_that_ignores_offsets_makes_the_pull_incomplete(
    sis: Sis, open_client: Open
) -> None:
    sis.serve(orgs=lambda asked: page("orgs", orgs_numbered(9)[: asked.limit]))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(3)
    assert orgs.verdict.reason == "repeated_page"


@pytest.mark.parametrize("count", [2, 9])
def test_a_server_that_gives_everything_at_once_is_complete(
    sis: Sis, open_client: Open, count: int
) -> None:
    """Neither offset nor limit: fewer or more records than asked for."""
    sis.serve(orgs=lambda _: page("orgs", orgs_numbered(count)))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(count)
    assert orgs.verdict.complete
    assert orgs.problems.counts == {"paging_ignored": 1}


def test_a_cap_without_offsets_is_not_taken_for_everything(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda asked: page("orgs", orgs_numbered(9)[: min(asked.limit, 2)]))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.verdict.reason == "repeated_page"


def test_one_lone_record_again_and_again_proves_nothing(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: page("orgs", orgs_numbered(1)))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(1)
    assert orgs.verdict.reason == "repeated_page"


def test_the_rest_of_a_short_page_in_the_middle_is_asked_for(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(10)

    def answer(asked: Asked) -> Said:
        size = 1 if asked.offset == 3 else asked.limit
        return page("orgs", rows[asked.offset : asked.offset + size])

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(10)
    assert orgs.verdict.complete


def test_records_behind_an_empty_page_make_the_pull_incomplete(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(10)

    def answer(asked: Asked) -> Said:
        size = {3: 1, 4: 0}.get(asked.offset, asked.limit)
        return page("orgs", rows[asked.offset : asked.offset + size])

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == ["o-0000", "o-0001", "o-0002", "o-0003"]
    assert orgs.verdict.reason == "gap"


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("hole", [3, 6])
def test_an_empty_window_with_records_behind_it_is_no_end(
    sis: Sis, open_client: Open, concurrency: int, hole: int
) -> None:
    """T-1: without a total only the pages behind can tell."""
    rows = orgs_numbered(18)

    def answer(asked: Asked) -> Said:
        size = 0 if asked.offset == hole else asked.limit
        return page("orgs", rows[asked.offset : asked.offset + size])

    sis.serve(orgs=answer)
    orgs = open_client(concurrency=concurrency).orgs()

    found = ids_of(orgs)

    assert found == names(hole)
    assert orgs.verdict.reason == "gap"


def test_an_empty_second_page_of_a_capped_source_is_no_end(sis: Sis, open_client: Open) -> None:
    """T-1, T-2."""
    rows = orgs_numbered(10)

    def answer(asked: Asked) -> Said:
        size = 0 if asked.offset == 2 else 2
        return page("orgs", rows[asked.offset : asked.offset + size])

    sis.serve(orgs=answer)
    orgs = open_client(page_size=5).orgs()

    found = ids_of(orgs)

    assert found == names(2)
    assert orgs.verdict.reason == "gap"


def test_an_empty_page_beyond_a_total_that_is_too_low_is_looked_behind(
    sis: Sis, open_client: Open
) -> None:
    """Quirk 4."""
    rows = orgs_numbered(15)

    def answer(asked: Asked) -> Said:
        size = 0 if asked.offset == 9 else asked.limit
        return page("orgs", rows[asked.offset : asked.offset + size], x_total_count="3")

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(9)
    assert orgs.verdict.reason == "gap"


@pytest.mark.parametrize("status", [400, 404, 416])
def test_a_refusal_behind_an_empty_page_agrees_that_it_was_the_end(
    sis: Sis, open_client: Open, status: int
) -> None:
    """T-35."""
    rows = orgs_numbered(6)
    sis.serve(
        orgs=lambda asked: (
            Said(status) if asked.offset > 6 else page("orgs", rows[asked.offset :][:3])
        )
    )
    orgs = open_client(concurrency=1).orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert orgs.verdict.complete


def test_a_failure_behind_an_empty_page_leaves_the_end_unproved(
    sis: Sis, open_client: Open
) -> None:
    rows = orgs_numbered(6)
    sis.serve(
        orgs=lambda asked: Said(500) if asked.offset > 6 else page("orgs", rows[asked.offset :][:3])
    )
    orgs = open_client(concurrency=1).orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert orgs.verdict.reason == "page_failed"


def test_the_end_without_a_total_costs_one_look_behind_it(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(6)))
    orgs = open_client(concurrency=1).orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert [asked.offset for asked in sis.asked] == [0, 3, 6, 9]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_full_first_page_that_reaches_the_total_is_followed_by_one_request(
    sis: Sis, open_client: Open, concurrency: int
) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(3), total=3))
    orgs = open_client(concurrency=concurrency).orgs()

    found = ids_of(orgs)

    assert found == names(3)
    assert [asked.offset for asked in sis.asked] == [0, 3]
    assert orgs.verdict.complete


def test_a_page_larger_than_its_window_brings_nobody_twice(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(9)

    def answer(asked: Asked) -> Said:
        size = 3 if asked.offset == 0 else 6
        return page("orgs", rows[asked.offset : asked.offset + size], x_total_count="9")

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(9)


def test_a_page_that_fails_ends_the_pull_incomplete(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(9)

    def answer(asked: Asked) -> Said:
        return Said(500) if asked.offset == 6 else page("orgs", rows[asked.offset :][:3])

    sis.serve(orgs=answer)
    orgs = open_client(concurrency=1).orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert orgs.verdict.reason == "page_failed"
    assert orgs.verdict.detail.startswith("The source answered 500 for orgs")


def test_a_first_page_that_fails_is_raised(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: Said(500))
    orgs = open_client().orgs()

    with pytest.raises(ServerFault):
        ids_of(orgs)


def test_an_offset_behind_the_counted_end_may_be_refused(sis: Sis, open_client: Open) -> None:
    """T-35: another 400 for bad paging values."""
    rows = orgs_numbered(6)

    def answer(asked: Asked) -> Said:
        if asked.offset >= 6:
            return Said(400)
        return page("orgs", rows[asked.offset :][:3], x_total_count="6")

    sis.serve(orgs=answer)
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert orgs.verdict.complete


def test_an_offset_refused_without_a_count_proves_no_end(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(6)
    sis.serve(
        orgs=lambda asked: Said(404) if asked.offset > 5 else page("orgs", rows[asked.offset :][:3])
    )
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(6)
    assert orgs.verdict.reason == "page_failed"


def test_pages_are_asked_for_sorted_by_id(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(1), total=1))

    ids_of(open_client().orgs())

    assert sis.targets("orgs") == ["?limit=3&offset=0&sort=sourcedId&orderBy=asc"]


def test_a_source_that_refuses_to_sort_is_read_unsorted(sis: Sis, open_client: Open) -> None:
    """T-35."""
    rows = orgs_numbered(4)
    sis.serve(
        orgs=lambda asked: (
            Said(400)
            if "sort" in asked.target
            else page("orgs", rows[asked.offset :][:3], x_total_count="4")
        )
    )
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(4)
    assert orgs.verdict.complete


def test_a_source_that_refuses_our_page_size_is_asked_for_the_usual_one(
    sis: Sis, open_client: Open
) -> None:
    """T-35."""
    rows = orgs_numbered(4)
    sis.serve(
        orgs=lambda asked: (
            Said(400)
            if asked.limit > 100
            else page("orgs", rows[asked.offset :], x_total_count="4")
        )
    )
    orgs = open_client(page_size=500).orgs()

    found = ids_of(orgs)

    assert found == names(4)


def test_a_source_that_refuses_everything_is_an_error(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: Said(400))
    orgs = open_client().orgs()

    with pytest.raises(Rejected):
        ids_of(orgs)


def test_a_gateway_that_gives_up_is_asked_for_a_smaller_page(sis: Sis, open_client: Open) -> None:
    """Quirk 26."""
    rows = orgs_numbered(130)

    def answer(asked: Asked) -> Said:
        if asked.limit > 30:
            return Said(504)
        return page("orgs", rows[asked.offset : asked.offset + asked.limit], x_total_count="130")

    sis.serve(orgs=answer)
    orgs = open_client(page_size=100).orgs()

    found = ids_of(orgs)

    assert found == names(130)
    assert orgs.verdict.complete


def test_no_more_pages_than_allowed_are_in_flight(sis: Sis, open_client: Open) -> None:
    full = threading.Barrier(4, timeout=10)
    rows = orgs_numbered(39)

    def answer(asked: Asked) -> Said:
        if 3 <= asked.offset <= 12:
            # The first four ahead wait for each other: they can only be asked for side by side.
            full.wait()
        return page("orgs", rows[asked.offset :][:3], x_total_count="39")

    sis.serve(orgs=answer)
    orgs = open_client(concurrency=4).orgs()

    found = ids_of(orgs)

    assert found == names(39)
    assert sis.busiest == 4


def test_a_reader_that_stops_early_leaves_no_thread_behind(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=paged("orgs", orgs_numbered(60), total=60))
    rows = open_client().orgs().raw()

    for _ in range(7):
        next(rows)
    rows.close()  # type: ignore[attr-defined]

    alive = [t.name for t in threading.enumerate() if t.name.startswith("oneroster-page")]
    assert alive == []


def test_more_pages_than_the_ceiling_make_the_pull_incomplete() -> None:
    def fetch(url: str) -> Page:
        return Page(rows=[json.dumps(an_org(url)).encode()] * 2)  # type: ignore[list-item]

    addresses = Addresses(window=lambda offset, _, __: f"{offset}", fetch=fetch)
    pages = Pages(addresses, PagingSettings(page_size=2, concurrency=1, most_pages=3))

    sizes = [len(found.rows) for found in pages]

    assert sizes == [2, 2, 2]
    assert pages.tally.verdict(every_id_known=True).reason == "ceiling"


def test_more_links_than_the_ceiling_make_the_pull_incomplete() -> None:
    def fetch(url: str) -> Page:
        return Page(rows=[url.encode()], cursor=f"{url}+")  # type: ignore[list-item]

    addresses = Addresses(window=lambda offset, _, __: f"{offset}", fetch=fetch)
    pages = Pages(addresses, PagingSettings(page_size=2, most_pages=2))

    sizes = [len(found.rows) for found in pages]

    assert sizes == [1, 1]
    assert pages.tally.verdict(every_id_known=True).reason == "ceiling"


def test_a_source_that_refuses_the_usual_page_too_is_an_error(sis: Sis, open_client: Open) -> None:
    sis.serve(orgs=lambda _: Said(400))
    orgs = open_client(page_size=500).orgs()

    with pytest.raises(Rejected):
        ids_of(orgs)

    assert [asked.limit for asked in sis.asked] == [500, 500, 100]


def test_a_window_beyond_our_second_page_may_be_the_end(sis: Sis, open_client: Open) -> None:
    rows = orgs_numbered(5)

    def answer(asked: Asked) -> Said:
        size = 2 if asked.offset == 0 else 3
        return page("orgs", rows[asked.offset : asked.offset + size], x_total_count="5")

    sis.serve(orgs=answer)
    orgs = open_client(page_size=4).orgs()

    found = ids_of(orgs)

    assert found == names(5)
    assert [asked.offset for asked in sis.asked] == [0, 2]


def test_a_last_link_that_is_no_address_changes_nothing(sis: Sis, open_client: Open) -> None:
    link = '<http://[bad>; rel="last"'
    sis.serve(orgs=lambda asked: page("orgs", orgs_numbered(2)[asked.offset :], link=link))
    orgs = open_client().orgs()

    found = ids_of(orgs)

    assert found == names(2)
