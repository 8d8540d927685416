import pytest
from django.test import Client

from cast import a_clerk, a_district_admin, a_support_person
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, School

pytestmark = pytest.mark.django_db


def test_a_clerk_of_one_school_goes_straight_to_her_desk(
    client: Client, maple_valley: District, oak: School
) -> None:
    client.force_login(a_clerk(maple_valley, oak))

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/d/maple-valley/desk/oak/early-departure/",
    )


def test_a_clerk_of_two_schools_chooses(
    client: Client, maple_valley: District, oak: School, fir: School
) -> None:
    client.force_login(a_clerk(maple_valley, oak, fir))

    answer = client.get("/")

    assert answer.status_code == 200
    assert b"/d/maple-valley/desk/oak/early-departure/" in answer.content
    assert b"/d/maple-valley/desk/fir/early-departure/" in answer.content


def test_an_administrator_goes_to_her_district(client: Client, maple_valley: District) -> None:
    client.force_login(a_district_admin(maple_valley))

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/d/maple-valley/")


def test_support_goes_to_the_list_of_districts(client: Client, db: None) -> None:
    client.force_login(a_support_person())

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/districts/")


def test_somebody_without_a_school_is_told_whom_to_ask(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("noor", password="maple-valley-oak"))

    answer = client.get("/")

    assert answer.status_code == 200
    assert b"Ask your district's Schoolgate administrator" in answer.content


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: Client, db: None) -> None:
    answer = client.get("/d/maple-valley/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/d/maple-valley/")
