"""Which adult of a list is which of a source: one name, and a number, an address or nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from schoolgate.roster.contact_matching import Contact, contact_edges, match_contacts


def ours(key: int, given: str = "Eva", family: str = "Lopez", **at: str) -> Contact[int]:
    return Contact(key, given, family, _set(at.get("email")), _set(at.get("phone")))


def theirs(key: str, given: str = "Eva", family: str = "Lopez", **at: str) -> Contact[str]:
    return Contact(key, given, family, _set(at.get("email")), _set(at.get("phone")))


def _set(value: str | None) -> frozenset[str]:
    return frozenset(filter(None, [value]))


def test_a_name_that_only_one_contact_bears_is_enough() -> None:
    edges = contact_edges([ours(1), ours(2, "Luis")], [theirs("e"), theirs("l", "LUÍS")])

    assert match_contacts([edges]).pairs == {1: "e", 2: "l"}


def test_another_name_is_another_adult_whatever_her_number() -> None:
    edges = contact_edges([ours(1, phone="555-0101 22")], [theirs("k", "Kim", phone="555-0101 22")])

    assert match_contacts([edges]).pairs == {}


def test_of_two_contacts_of_one_name_the_number_tells() -> None:
    edges = contact_edges(
        [ours(1, phone="(312) 555-0101"), ours(2, email="Eva.L@example.org")],
        [theirs("a", email="eva.l@example.org"), theirs("b", phone="+1 312 555 0101")],
    )

    assert match_contacts([edges]).pairs == {1: "b", 2: "a"}


def test_of_two_contacts_of_one_name_without_a_number_nobody_is_taken() -> None:
    edges = contact_edges([ours(1), ours(2)], [theirs("a"), theirs("b")])

    assert match_contacts([edges]).pairs == {}


def test_an_adult_whom_the_source_lists_anew_with_each_child_is_nobody() -> None:
    ana = contact_edges([ours(1)], [theirs("eva-of-ana")])
    ben = contact_edges([ours(1)], [theirs("eva-of-ben")])

    assert match_contacts([ana, ben]).pairs == {}


def test_an_adult_whom_we_list_anew_with_each_child_is_one() -> None:
    ana = contact_edges([ours(1)], [theirs("eva")])
    ben = contact_edges([ours(2)], [theirs("eva")])

    found = match_contacts([ana, ben])

    assert (found.pairs, found.doubles) == ({1: "eva"}, {2: 1})


def test_two_contacts_of_one_child_are_not_made_one() -> None:
    edges = contact_edges(
        [ours(1, phone="3125550101"), ours(2, phone="3125550101")],
        [theirs("a", phone="3125550101")],
    )

    found = match_contacts([edges])

    assert (found.pairs, found.doubles) == ({}, {})


def test_an_adult_is_found_by_the_child_with_whom_her_number_stands() -> None:
    ana = contact_edges([ours(1, phone="3125550101")], [theirs("e", phone="3125550101")])
    ben = contact_edges([ours(1, phone="3125550101")], [theirs("other")])

    assert match_contacts([ana, ben]).pairs == {1: "e"}


def test_a_few_digits_are_no_number() -> None:
    edges = contact_edges(
        [ours(1, phone="x 12"), ours(2, phone="x 12")], [theirs("a", phone="x 12")]
    )

    assert match_contacts([edges]).pairs == {}


names = st.sampled_from(["Eva", "Luis"])
phones = st.sampled_from(["", "3125550101", "3125550102"])
families = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 4), names, phones), max_size=3),
        st.lists(st.tuples(st.integers(0, 4), names, phones), max_size=3),
    ),
    max_size=4,
)


@given(families)
def test_no_adult_is_paired_twice_and_none_by_another_name(
    drawn: list[tuple[list[tuple[int, str, str]], list[tuple[int, str, str]]]],
) -> None:
    edges = [
        contact_edges(
            [ours(key, name, phone=phone) for key, name, phone in mine],
            [theirs(f"s{key}", name, phone=phone) for key, name, phone in coming],
        )
        for mine, coming in drawn
    ]

    found = match_contacts(edges)

    assert len(set(found.pairs.values())) == len(found.pairs)
    assert not found.doubles.keys() & found.pairs.keys()
    possible = {edge for one in edges for edge in one.reached | one.only_named}
    meant = {double: found.pairs[kept] for double, kept in found.doubles.items()}
    assert set((found.pairs | meant).items()) <= possible
