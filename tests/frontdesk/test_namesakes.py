from datetime import date

import pytest

from schoolgate.frontdesk.namesakes import Namesake, Nearness, StudentName, near_names

MARISOL = StudentName(
    id="s-1",
    given="Marisol Jane",
    family="Rivera",
    grade="2",
    birth_on=date(2019, 3, 1),
    contact_ids=frozenset({"a-elena"}),
)


@pytest.mark.parametrize(
    ("other", "nearness"),
    [
        (StudentName(id="s-2", given="MARISOL", family="Rivéra", grade="4"), Nearness.SAME_NAME),
        (StudentName(id="s-2", given="Marisal", family="Rivera"), Nearness.ONE_EDIT),
        (StudentName(id="s-2", given="Marisol", family="Riveira"), Nearness.ONE_EDIT),
        (
            StudentName(id="s-2", given="Marisol", family="Vega", grade="2"),
            Nearness.SAME_FIRST_NAME_AND_GRADE,
        ),
        (
            StudentName(id="s-2", given="Ana", family="Rivera", birth_on=date(2019, 3, 1)),
            Nearness.TWIN,
        ),
        (
            StudentName(id="s-2", given="Ana", family="Rivera", contact_ids=frozenset({"a-elena"})),
            Nearness.TWIN,
        ),
    ],
)
def test_a_student_who_could_be_mistaken_is_found(other: StudentName, nearness: Nearness) -> None:
    assert near_names(MARISOL, [other]) == (Namesake(student_id="s-2", nearness=nearness),)


@pytest.mark.parametrize(
    "other",
    [
        StudentName(id="s-2", given="Marisol", family="Vega", grade="3"),
        StudentName(id="s-2", given="Ana", family="Rivera", grade="2"),
        StudentName(id="s-2", given="Ana", family="Vega", birth_on=date(2019, 3, 1)),
        StudentName(
            id="s-2",
            given="Ana",
            family="Rivera",
            birth_on=date(2017, 5, 9),
            contact_ids=frozenset({"a-elena"}),
        ),
        StudentName(id="s-1", given="Marisol", family="Rivera"),
    ],
)
def test_a_student_who_is_plainly_another_is_not_found(other: StudentName) -> None:
    assert near_names(MARISOL, [other]) == ()


def test_an_unknown_grade_is_not_the_same_grade() -> None:
    one = StudentName(id="s-1", given="Ana", family="Vega")
    other = StudentName(id="s-2", given="Ana", family="Baker")

    assert near_names(one, [other]) == ()


def test_the_most_dangerous_namesake_comes_first() -> None:
    others = [
        StudentName(id="s-4", given="Marisol", family="Vega", grade="2"),
        StudentName(id="s-3", given="Marisol", family="Rivera"),
        StudentName(id="s-2", given="Marisol", family="Rivera"),
    ]

    assert [one.student_id for one in near_names(MARISOL, others)] == ["s-2", "s-3", "s-4"]
