"""Keys and secrets of sources, sealed at rest and never shown again.

The sealing key stands outside the database (config/home.py). Sealing keys may be rotated: the first
seals, every one opens.
"""

from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from schoolgate.registrations.models import Credential, Registration


class CannotUnseal(Exception):
    """The credential was sealed with a key that this installation no longer has."""

    def __init__(self) -> None:
        super().__init__(
            "The secret of this registration cannot be opened: the sealing key has changed. Enter "
            "the secret again, or bring back the key file that belongs to this database."
        )


def seal(registration: Registration, *, key: str, secret: str, at: datetime) -> Credential:
    """Keep a secret. Replaces the one before."""
    sealed = _keys().encrypt(secret.encode())
    credential, _ = Credential.objects.update_or_create(
        registration=registration,
        defaults={
            "district_id": registration.district_id,
            "key": key,
            "sealed_secret": sealed,
            "sealed_at": at,
        },
    )
    return credential


def unseal(credential: Credential) -> str:
    """The secret, for the moment of use.

    Raises:
        CannotUnseal: when no sealing key of this installation opens it.
    """
    try:
        return _keys().decrypt(bytes(credential.sealed_secret)).decode()
    except InvalidToken:
        raise CannotUnseal from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
