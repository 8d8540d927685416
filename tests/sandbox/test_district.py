from collections import Counter

import pytest

from schoolgate.sandbox import District


def test_the_same_seed_and_size_give_the_same_people() -> None:
    one, other = District(300, seed=7), District(300, seed=7)

    assert list(one.people) == list(other.people)


def test_another_seed_gives_other_people() -> None:
    one, other = District(300, seed=7), District(300, seed=8)

    assert list(one.people) != list(other.people)


def test_a_district_has_the_students_asked_for_and_about_one_point_eight_adults_each() -> None:
    roles = Counter(person.role for person in District(3000).people)

    assert roles["student"] == 3000
    assert 1.6 < (roles["parent"] + roles["guardian"] + roles["relative"]) / 3000 < 2.0
    assert roles["teacher"] > 0


def test_people_stand_in_the_order_of_their_ids() -> None:
    people = [person.id for person in District(500).people]

    assert people == sorted(people)


def test_a_person_is_the_same_by_position_by_slice_and_by_id() -> None:
    district = District(500)
    everybody = list(district.people)

    assert district.people[700] == everybody[700]
    assert district.people[600:640] == everybody[600:640]
    assert district.people[len(everybody) - 1] == everybody[-1]
    assert district.person(everybody[700].id) == everybody[700]


@pytest.mark.parametrize("unknown", ["", "0000001", "1-1", "9999999-01", "staff-999999", "x-01"])
def test_an_unknown_id_finds_nobody(unknown: str) -> None:
    assert District(100).person(unknown) is None


def test_links_stand_on_both_sides_and_stay_in_the_family() -> None:
    people = {person.id: person for person in District(1000).people}

    one_sided = [
        (person.id, other)
        for person in people.values()
        for other in person.linked
        if person.id not in people[other].linked or other[:7] != person.id[:7]
    ]

    assert one_sided == []


def test_the_memorable_families_come_first() -> None:
    district = District(50)

    names = [f"{p.given} {p.middle} {p.family}".replace("  ", " ") for p in district.people[:10]]

    assert names[:3] == ["Marisol J. Rivera", "Robert Rivera", "Elena Rivera-Cruz"]
    assert names[3] == "Marisol L. Rivera"
    assert names[6] == "Marco Reyes"
    assert [school.name for school in district.schools] == ["Oak Elementary", "Fir Middle School"]


def test_students_share_names_within_a_school_and_some_have_no_contact() -> None:
    students = [p for p in District(3000).people if p.role == "student"]

    namesakes = Counter((p.given, p.family, p.schools[0], p.grade) for p in students)

    assert namesakes.most_common(1)[0][1] >= 2
    assert any(not p.linked for p in students)
    assert any(len(p.schools) == 2 for p in students)


def test_every_student_sits_in_a_school_that_has_her_grade() -> None:
    district = District(3000)

    misplaced = [
        p.id
        for p in district.people
        if p.role == "student" and p.grade not in district.schools[p.schools[0]].level.grades
    ]

    assert misplaced == []


def test_a_teacher_may_be_a_parent_under_a_second_record() -> None:
    people = list(District(3000).people)
    parents = {(p.given, p.family) for p in people if p.role == "parent"}

    assert any((p.given, p.family) in parents for p in people if p.role == "teacher")


def test_a_district_of_a_million_is_counted_without_being_made() -> None:
    district = District(1_000_000)

    assert len(district.schools) == 1667
    assert district.people[2_000_000].id == next(iter(district.people_from(2_000_000))).id


def test_too_few_students_or_schools_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 12 students"):
        District(3)
    with pytest.raises(ValueError, match="at least 2 schools"):
        District(100, schools=1)
