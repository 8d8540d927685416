"""Who of a list is who of a source: by number and name, else by name, grade and school."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.roster.matching import (
    Doubt,
    Evidence,
    Matching,
    Pair,
    Person,
    Why,
    level_of,
    match,
)

OAK, FIR = 1, 2


def ours(
    key: int,
    given: str = "Ana",
    family: str = "Lopez",
    *,
    middle: str = "",
    number: str = "",
    grade: str = "02",
    schools: tuple[int, ...] = (OAK,),
) -> Person[int]:
    return Person(key, given, middle, family, number, grade, frozenset(schools))


def theirs(
    key: str,
    given: str = "Ana",
    family: str = "Lopez",
    *,
    middle: str = "",
    number: str = "",
    grade: str = "02",
    schools: tuple[int, ...] = (OAK,),
) -> Person[str]:
    return Person(key, given, middle, family, number, grade, frozenset(schools))


def test_one_name_in_one_grade_at_one_school_is_one_child() -> None:
    found = match([ours(1, "ANA", "López")], [theirs("a", "Ana", "Lopez", grade="2")])

    assert found == Matching((Pair(1, "a", Evidence.NAME),), (), (), ())


def test_a_number_finds_a_child_who_changed_school_and_grade() -> None:
    found = match(
        [ours(1, number="4471")], [theirs("a", number="4471", grade="05", schools=(FIR,))]
    )

    assert found.pairs == (Pair(1, "a", Evidence.NUMBER),)


def test_a_number_finds_a_child_with_another_family_name() -> None:
    found = match([ours(1, number="4471")], [theirs("a", "Ana", "Reyes", number="4471")])

    assert found.pairs == (Pair(1, "a", Evidence.NUMBER),)


def test_a_number_with_a_wholly_other_name_is_left_to_a_person() -> None:
    found = match([ours(1, number="4471")], [theirs("a", "Ben", "Dunn", number="4471")])

    assert found == Matching((), (Doubt("a", (1,), Why.OTHER_NAME),), (), ())


def test_a_number_with_a_family_name_in_common_may_be_a_sister() -> None:
    found = match([ours(1, number="4471")], [theirs("b", "Ben", "Lopez", number="4471")])

    assert found.doubts == (Doubt("b", (1,), Why.OTHER_NAME),)


def test_where_numbers_are_counted_afresh_the_names_decide() -> None:
    found = match(
        [ours(1, "Ana", "Lopez", number="100"), ours(2, "Ben", "Lopez", number="101")],
        [theirs("b", "Ben", "Lopez", number="100"), theirs("a", "Ana", "Lopez", number="102")],
    )

    assert found.pairs == (Pair(1, "a", Evidence.NAME), Pair(2, "b", Evidence.NAME))


def test_a_number_that_two_have_finds_nobody() -> None:
    found = match(
        [ours(1, number="7"), ours(2, "Ben", "Dunn", number="7")],
        [theirs("a", "Ana", "Reyes", number="7")],
    )

    assert found == Matching((), (), ("a",), (1, 2))


@pytest.mark.parametrize("space", ["grade", "school", "name"])
def test_a_name_alone_is_no_evidence(space: str) -> None:
    other = {
        "grade": theirs("a", grade="03"),
        "school": theirs("a", schools=(FIR,)),
        "name": theirs("a", "Anna", "Lopez"),
    }[space]

    assert match([ours(1)], [other]) == Matching((), (), ("a",), (1,))


def test_of_two_namesakes_a_person_chooses() -> None:
    found = match([ours(1), ours(2)], [theirs("a")])

    assert found == Matching((), (Doubt("a", (1, 2), Why.SEVERAL),), (), ())


def test_two_records_of_one_child_at_the_source_are_left_to_a_person() -> None:
    found = match([ours(1)], [theirs("a"), theirs("b")])

    assert [doubt.theirs for doubt in found.doubts] == ["a", "b"]


def test_middle_names_tell_namesakes_apart() -> None:
    found = match(
        [ours(1, middle="Maria"), ours(2, middle="Rosa")],
        [theirs("r", middle="R."), theirs("m", middle="Maria")],
    )

    assert found.pairs == (Pair(1, "m", Evidence.NAME), Pair(2, "r", Evidence.NAME))


def test_another_middle_name_is_left_to_a_person() -> None:
    found = match([ours(1, middle="Maria")], [theirs("r", middle="Rosa")])

    assert found.doubts == (Doubt("r", (1,), Why.OTHER_MIDDLE_NAME),)


def test_a_middle_name_may_stand_among_the_given_names() -> None:
    found = match([ours(1, "Ana", middle="Maria")], [theirs("a", "Ana Maria")])

    assert found.pairs == (Pair(1, "a", Evidence.NAME),)


def test_an_unknown_grade_is_left_to_a_person() -> None:
    found = match([ours(1, grade="")], [theirs("a")])

    assert found.doubts == (Doubt("a", (1,), Why.NO_GRADE),)


def test_where_no_side_knows_grades_the_name_at_the_school_counts() -> None:
    found = match([ours(1, grade="")], [theirs("a", grade="")])

    assert found.pairs == (Pair(1, "a", Evidence.NAME),)


def test_after_a_summer_the_next_grade_is_the_same_child() -> None:
    found = match([ours(1, grade="KG")], [theirs("a", grade="01")], moves_up=True)

    assert found.pairs == (Pair(1, "a", Evidence.NAME_MOVED_UP),)


def test_in_between_two_school_years_namesakes_of_two_grades_are_not_told_apart() -> None:
    found = match(
        [ours(1, grade="02"), ours(2, grade="03")],
        [theirs("a", grade="03"), theirs("b", grade="04")],
        moves_up=True,
    )

    assert found.pairs == ()
    assert [doubt.candidates for doubt in found.doubts] == [(1, 2), (2,)]


def test_what_a_person_decided_comes_first() -> None:
    found = match([ours(1), ours(2)], [theirs("a"), theirs("b")], decided={"a": 2, "b": None})

    assert found == Matching((Pair(2, "a", Evidence.DECIDED),), (), ("b",), (1,))


def test_nobody_is_chosen_twice() -> None:
    found = match([ours(1)], [theirs("a"), theirs("b")], decided={"a": 1, "b": 1})

    assert found == Matching((Pair(1, "a", Evidence.DECIDED),), (), ("b",), ())


def test_a_crowd_of_one_name_is_shown_in_part() -> None:
    crowd = [ours(key, "Test", "Student", grade=str(key)) for key in range(30)]

    found = match(crowd, [theirs("a", "Test", "Student", grade="5")])

    assert found.pairs == ()
    assert len(found.doubts[0].candidates) == 20


@pytest.mark.parametrize(
    ("grade", "level"),
    [("02", 2), ("2nd", 2), ("Grade 2", 2), ("KG", 0), ("PK", -1), ("", ""), ("UG", "ug")],
)
def test_a_grade_is_read_however_it_is_written(grade: str, level: int | str) -> None:
    assert level_of(grade) == level


# --- whatever comes -------------------------------------------------------------------------------

given_names = st.sampled_from(["Ana", "Ben", "Ana Maria"])
family_names = st.sampled_from(["Lopez", "Dunn"])
middles = st.sampled_from(["", "Maria", "M", "Rosa"])
numbers = st.sampled_from(["", "", "1", "2", "3"])
grades = st.sampled_from(["", "01", "02", "03"])
places = st.sampled_from([(OAK,), (FIR,), (OAK, FIR)])


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[Person[int]], list[Person[str]]]:
    def person(key: int | str) -> Person:  # type: ignore[type-arg]
        return Person(
            key,
            draw(given_names),
            draw(middles),
            draw(family_names),
            draw(numbers),
            draw(grades),
            frozenset(draw(places)),
        )

    mine = [person(key) for key in range(draw(st.integers(0, 6)))]
    coming = [person(f"s{key}") for key in range(draw(st.integers(0, 6)))]
    return mine, coming


@given(lists(), st.booleans())
def test_everybody_is_in_exactly_one_place(
    both: tuple[list[Person[int]], list[Person[str]]], moves_up: bool
) -> None:
    mine, coming = both

    found = match(mine, coming, moves_up=moves_up)

    in_doubt = {key for doubt in found.doubts for key in doubt.candidates}
    paired = [pair.ours for pair in found.pairs]
    assert sorted([*paired, *found.left_over, *in_doubt]) == [person.key for person in mine]
    told = [pair.theirs for pair in found.pairs] + [doubt.theirs for doubt in found.doubts]
    assert sorted([*told, *found.new]) == sorted(person.key for person in coming)


@given(lists(), st.booleans())
def test_nobody_is_paired_without_evidence(
    both: tuple[list[Person[int]], list[Person[str]]], moves_up: bool
) -> None:
    mine = {person.key: person for person in both[0]}
    coming = {person.key: person for person in both[1]}

    for pair in match(mine.values(), coming.values(), moves_up=moves_up).pairs:
        one, other = mine[pair.ours], coming[pair.theirs]
        by_number = one.identifier == other.identifier != ""
        by_name = bool(one.names & other.names) and bool(one.schools & other.schools)
        assert (by_number and bool(one.given_words & other.given_words)) or by_name


@given(lists())
def test_a_pair_is_the_same_seen_from_the_other_side(
    both: tuple[list[Person[int]], list[Person[str]]],
) -> None:
    mine, coming = both
    turned_mine = [_with_key(person, index) for index, person in enumerate(coming)]
    turned_coming = [_with_key(person, f"s{person.key}") for person in mine]

    straight = {(pair.ours, pair.theirs) for pair in match(mine, coming).pairs}
    turned = {
        (int(pair.theirs[1:]), coming[pair.ours].key)
        for pair in match(turned_mine, turned_coming).pairs
    }

    assert straight == turned


@given(lists(), st.randoms())
def test_the_order_in_which_people_come_does_not_matter(
    both: tuple[list[Person[int]], list[Person[str]]], random: st.DataObject
) -> None:
    mine, coming = both
    shuffled_mine, shuffled_coming = list(mine), list(coming)
    random.shuffle(shuffled_mine)  # type: ignore[attr-defined]
    random.shuffle(shuffled_coming)  # type: ignore[attr-defined]

    assert match(mine, coming) == match(shuffled_mine, shuffled_coming)


def _with_key(person: Person, key: int | str) -> Person:  # type: ignore[type-arg]
    return Person(
        key,
        person.given,
        person.middle,
        person.family,
        person.identifier,
        person.grade,
        person.schools,
    )
