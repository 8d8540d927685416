"""Secrets are sealed with a key outside the database."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from cast import MONDAY, a_registration
from schoolgate.districts.models import District
from schoolgate.registrations.credentials import CannotUnseal, seal, unseal
from schoolgate.registrations.models import Credential

pytestmark = pytest.mark.django_db
SECRET = "correct-horse-battery"


def test_a_sealed_secret_opens_again(maple_valley: District) -> None:
    registration = a_registration(maple_valley)

    seal(registration, key="k", secret=SECRET, at=MONDAY)

    assert unseal(Credential.objects.get(registration=registration)) == SECRET


def test_the_database_holds_no_secret_in_the_clear(maple_valley: District) -> None:
    seal(a_registration(maple_valley), key="k", secret=SECRET, at=MONDAY)

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_secret FROM registrations_credential")
        stored = bytes(cursor.fetchone()[0])

    assert SECRET.encode() not in stored


def test_a_new_sealing_key_in_front_still_opens_what_the_old_one_sealed(
    maple_valley: District, settings
) -> None:  # type: ignore[no-untyped-def]
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SEALING_KEYS = [old]
    credential = seal(a_registration(maple_valley), key="k", secret=SECRET, at=MONDAY)
    settings.SEALING_KEYS = [new, old]

    assert unseal(credential) == SECRET


def test_without_its_key_a_secret_is_refused_in_a_sentence(
    maple_valley: District, settings
) -> None:  # type: ignore[no-untyped-def]
    credential = seal(a_registration(maple_valley), key="k", secret=SECRET, at=MONDAY)
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CannotUnseal, match="Enter the secret again"):
        unseal(credential)


def test_a_second_secret_replaces_the_first(maple_valley: District) -> None:
    registration = a_registration(maple_valley)
    seal(registration, key="k", secret="first", at=MONDAY)

    seal(registration, key="k2", secret="second", at=MONDAY)

    assert unseal(Credential.objects.get(registration=registration)) == "second"
