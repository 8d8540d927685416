"""The pages of own lists: a file with its preview, and one student at a time."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import a_clerk, a_district_admin, a_listed_student
from own_lists import a_contact_of_our_own, a_student_of_our_own
from schoolgate.districts.models import District, School
from schoolgate.roster.models import Guardian, HistoryEntry, ListDraft, Relationship, Student

pytestmark = pytest.mark.django_db

LISTS = "/d/maple-valley/own-lists/"
OWN = "/d/maple-valley/desk/oak/own-list/"
HEADER = "School,First name,Last name,Contact first name,Contact last name,Role\n"


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def dana(client: Client, oak: School) -> Client:
    client.force_login(a_clerk(oak.district, oak))
    return client


def upload(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("oak.csv", content, "text/csv")
    return client.post(f"{LISTS}load/", {"file": file}, follow=True)


def typed(*contacts: dict[str, Any], **student: str) -> dict[str, Any]:
    """What a browser sends for a student with these contacts."""
    sent: dict[str, Any] = {
        "given_name": "Ana",
        "family_name": "Lopez",
        "grade": "02",
        **student,
        "contact-TOTAL_FORMS": len(contacts),
        "contact-INITIAL_FORMS": sum("guardian_id" in each for each in contacts),
    }
    for number, contact in enumerate(contacts):
        sent |= {f"contact-{number}-{name}": value for name, value in contact.items()}
    return sent


EVA = {"given_name": "Eva", "family_name": "Lopez", "role": "parent", "phone": "555-0101 22"}


# --- a file ---------------------------------------------------------------------------------------


def test_a_file_is_shown_before_anything_is_added(lee: Client, oak: School) -> None:
    a_listed_student(oak, "Ben", "Dunn", grade="")
    page = upload(
        lee,
        (HEADER + "oak,Ana,Lopez,Eva,Lopez,mother\nElm,Cy,Fox,,,\noak,Ben,Dunn,,,\n").encode(),
    ).content.decode()

    assert "Add 1 student, leave out 1 line" in page
    assert "Line 3" in page
    assert "Eva Lopez (parent)" in page
    assert Student.objects.count() == 1


def test_what_was_shown_is_added(lee: Client, oak: School) -> None:
    upload(lee, (HEADER + "oak,Ana,Lopez,Eva,Lopez,mother\n").encode())

    page = lee.post(f"{LISTS}load/confirm/", {"expected": "1"}, follow=True)

    assert "1 student is on the lists now." in page.content.decode()
    assert Student.objects.get().given_name == "Ana"


def test_a_second_click_adds_nobody(lee: Client, oak: School) -> None:
    upload(lee, (HEADER + "oak,Ana,Lopez,,,\n").encode())
    lee.post(f"{LISTS}load/confirm/", {"expected": "1"})

    page = lee.post(f"{LISTS}load/confirm/", {"expected": "1"}, follow=True)

    assert "loaded already" in page.content.decode()
    assert Student.objects.count() == 1


def test_another_number_than_was_shown_is_refused(lee: Client, oak: School) -> None:
    upload(lee, (HEADER + "oak,Ana,Lopez,,,\n").encode())

    page = lee.post(f"{LISTS}load/confirm/", {"expected": "7"}, follow=True)

    assert "has changed since" in page.content.decode()
    assert Student.objects.count() == 0


def test_a_file_that_is_no_list_is_refused_at_its_field(lee: Client, oak: School) -> None:
    page = upload(lee, b"PK\x03\x04\x00\x00")

    assert page.status_code == 422
    assert "CSV UTF-8" in page.content.decode()
    assert not ListDraft.objects.exists()


def test_a_file_as_windows_writes_it_is_read_with_a_warning(lee: Client, oak: School) -> None:
    page = upload(lee, (HEADER + "oak,José,López,,,\n").encode("cp1252")).content.decode()

    assert "José" in page
    assert "is not UTF-8" in page


def test_a_file_is_put_away(lee: Client, oak: School) -> None:
    upload(lee, (HEADER + "oak,Ana,Lopez,,,\n").encode())

    lee.post(f"{LISTS}load/put-away/")

    assert not ListDraft.objects.exists()
    assert Student.objects.count() == 0


def test_without_a_file_there_is_no_preview(lee: Client) -> None:
    page = lee.get(f"{LISTS}load/preview/", follow=True)

    assert "There is no file to look at." in page.content.decode()


# --- at the desk ----------------------------------------------------------------------------------


def test_a_clerk_adds_a_student_with_her_contacts(dana: Client, oak: School) -> None:
    page = dana.post(f"{OWN}add/", typed(EVA, {"role": "parent"}), follow=True)

    assert "Ana Lopez is on the list of Oak Elementary." in page.content.decode()
    assert Student.objects.get().registration_id is None
    assert Guardian.objects.get().phone == "555-0101 22"


def test_a_contact_with_one_name_is_refused_at_its_field(dana: Client, oak: School) -> None:
    page = dana.post(f"{OWN}add/", typed({"given_name": "Eva", "role": "parent"}))

    assert page.status_code == 422
    assert "A contact needs both names." in page.content.decode()
    assert Student.objects.count() == 0


def test_a_clerk_changes_a_student_and_her_contacts(dana: Client, oak: School) -> None:
    ana = a_student_of_our_own(oak)
    eva = a_contact_of_our_own(ana)
    luis = a_contact_of_our_own(ana, "Luis")

    dana.post(
        f"{OWN}{ana.pk}/",
        typed(
            {**EVA, "guardian_id": eva.pk, "family_name": "Reyes"},
            {
                "guardian_id": luis.pk,
                "given_name": "Luis",
                "family_name": "Lopez",
                "role": "parent",
                "remove": "on",
            },
            grade="03",
        ),
    )

    ana.refresh_from_db()
    eva.refresh_from_db()
    assert (ana.grade, eva.family_name) == ("03", "Reyes")
    assert Relationship.objects.get(guardian=luis).state == "ended"


def test_a_contact_of_another_student_is_not_taken_over(dana: Client, oak: School) -> None:
    ana = a_student_of_our_own(oak)
    other = a_contact_of_our_own(a_student_of_our_own(oak, "Ben", "Dunn"), "Kim", "Dunn")

    dana.post(f"{OWN}{ana.pk}/", typed({**EVA, "guardian_id": other.pk}))

    other.refresh_from_db()
    assert other.given_name == "Kim"
    assert Relationship.objects.get(student=ana).guardian != other


def test_a_clerk_takes_a_student_off_the_list(dana: Client, oak: School) -> None:
    ana = a_student_of_our_own(oak)

    dana.post(f"{OWN}{ana.pk}/remove/")

    ana.refresh_from_db()
    assert ana.state == "departed"
    assert HistoryEntry.objects.get().action == "student.departed"


def test_whom_a_source_keeps_is_not_on_these_pages(dana: Client, oak: School) -> None:
    student = a_listed_student(oak)

    assert dana.get(f"{OWN}{student.pk}/").status_code == 404
    assert dana.post(f"{OWN}{student.pk}/remove/").status_code == 404
    assert "Rivera" not in dana.get(OWN).content.decode()


def test_a_student_of_another_school_is_not_on_these_pages(dana: Client, fir: School) -> None:
    student = a_student_of_our_own(fir)

    assert dana.get(f"{OWN}{student.pk}/").status_code == 404


def test_a_name_is_looked_for_by_post(dana: Client, oak: School) -> None:
    a_student_of_our_own(oak, "Ana", "Lopez")
    a_student_of_our_own(oak, "Ben", "Dunn")

    page = dana.post(OWN, {"q": "dun"}).content.decode()

    assert "Dunn" in page
    assert "Lopez" not in page
