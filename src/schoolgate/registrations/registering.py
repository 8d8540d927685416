"""Add a source to a district, change its settings, and find it again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from schoolgate.audit import log
from schoolgate.districts.models import District
from schoolgate.licensing.editions import require_enterprise
from schoolgate.registrations import credentials
from schoolgate.registrations.models import Credential, DataChoice, Registration, Transport

# Addresses of pages under registrations/ that no registration may take.
PAGES = frozenset({"add"})

# Whoever can point a kept secret at another server, or have it sent in the open, can read it.
BINDS_THE_SECRET = ("base_url", "token_url", "auth")
SETTINGS = (
    *BINDS_THE_SECRET,
    "scope",
    "signature",
    "concurrency",
    "page_size",
    "insecure",
)


class NoSuchRegistration(Exception):
    """The reference names no registration of this installation."""


class SecretNeeded(Exception):
    """The secret must be entered again: it would go elsewhere than where it was meant for."""

    def __init__(self) -> None:
        super().__init__(
            "Enter the secret again. A kept secret is only ever sent to the address, and in the "
            "way, that it was entered for."
        )


@dataclass(frozen=True, kw_only=True)
class RestAddress:
    """Where a REST source is and how we sign in there.

    In a change of settings an empty secret keeps the one there is.
    """

    base_url: str
    auth: str
    key: str
    secret: str
    token_url: str = ""
    scope: str = ""
    signature: str = "HMAC-SHA256"
    concurrency: int = 4
    page_size: int = 1000
    insecure: bool = False


@dataclass(frozen=True, kw_only=True)
class CsvPlace:
    """A CSV zip or folder on this machine."""

    path: str


@transaction.atomic
def add_registration(  # noqa: PLR0913  # what a source is, each by its name
    district: District,
    *,
    name: str,
    where: RestAddress | CsvPlace,
    data_choice: DataChoice,
    preset: str = "",
    by: int | None,
    at: datetime,
) -> Registration:
    """Add a source to an Enterprise district. Reads nothing from it yet.

    Raises:
        EnterpriseOnly: for a Standard district.
    """
    require_enterprise(district)
    registration = Registration(
        district=district,
        slug=_free_slug(district, name),
        name=name,
        data_choice=data_choice,
        preset=preset,
        added_at=at,
    )
    if isinstance(where, CsvPlace):
        registration.transport = Transport.CSV
        registration.csv_path = where.path
        registration.save()
    else:
        registration.transport = Transport.REST
        _point_at(registration, where)
        registration.save()
        credentials.seal(registration, key=where.key, secret=where.secret, at=at)
    log.record(
        "registration.added",
        at=at,
        district_id=district.id,
        actor_id=by,
        subject=registration.reference,
    )
    return registration


@transaction.atomic
def change_registration(  # noqa: PLR0913  # what a source is, each by its name
    registration: Registration,
    *,
    name: str,
    data_choice: DataChoice,
    preset: str,
    where: RestAddress | None,
    by: int | None,
    at: datetime,
) -> None:
    """Change what a source is called and gives and, for REST, where and how it is read.

    Raises:
        EnterpriseOnly: for a Standard district.
        SecretNeeded: when the kept secret would go elsewhere than where it was meant for.
    """
    require_enterprise(registration.district)
    if where is not None:
        _change_address(registration, where, at=at)
    registration.name = name
    registration.data_choice = data_choice
    registration.preset = preset
    # Not when the next sync is: a tick may have moved it on since this was read.
    registration.save(update_fields=["name", "data_choice", "preset", *SETTINGS])
    log.record(
        "registration.changed",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        new_secret=bool(where and where.secret),
    )


def keeps_secret(registration: Registration, where: RestAddress) -> bool:
    """Whether the kept secret may go on being used with these settings."""
    return Credential.objects.filter(registration=registration).exists() and all(
        getattr(registration, field) == getattr(where, field) for field in BINDS_THE_SECRET
    )


def _change_address(registration: Registration, where: RestAddress, *, at: datetime) -> None:
    if not where.secret and not keeps_secret(registration, where):
        raise SecretNeeded
    _point_at(registration, where)
    if where.secret:
        credentials.seal(registration, key=where.key, secret=where.secret, at=at)
    else:
        Credential.objects.filter(registration=registration).update(key=where.key)


def _point_at(registration: Registration, where: RestAddress) -> None:
    for field in SETTINGS:
        setattr(registration, field, getattr(where, field))


def find_registration(reference: str) -> Registration:
    """The registration that commands call `district-slug.registration-slug`.

    Raises:
        NoSuchRegistration: with the ones there are.
    """
    district, _, slug = reference.partition(".")
    try:
        return Registration.objects.select_related("district").get(
            district__slug=district, slug=slug
        )
    except Registration.DoesNotExist:
        known = [
            registration.reference
            for registration in Registration.objects.select_related("district").order_by("id")[:10]
        ]
        raise NoSuchRegistration(
            f"There is no registration {reference!r}."
            + (
                f" Known: {', '.join(known)}."
                if known
                else " Add one: schoolgate registration add."
            )
        ) from None


def _free_slug(district: District, name: str) -> str:
    base = slugify(name)[:50].strip("-") or "source"
    taken = PAGES | set(
        Registration.objects.filter(district=district, slug__startswith=base).values_list(
            "slug", flat=True
        )
    )
    return next(
        slug
        for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
        if slug not in taken
    )
