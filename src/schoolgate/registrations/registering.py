"""Add a source to a district, and find it again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from schoolgate.audit import log
from schoolgate.districts.models import District
from schoolgate.licensing.editions import require_enterprise
from schoolgate.registrations import credentials
from schoolgate.registrations.models import DataChoice, Registration, Transport


class NoSuchRegistration(Exception):
    """The reference names no registration of this installation."""


@dataclass(frozen=True, kw_only=True)
class RestAddress:
    """Where a REST source is and how we sign in there."""

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
def add_registration(
    district: District,
    *,
    name: str,
    where: RestAddress | CsvPlace,
    data_choice: DataChoice,
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
        added_at=at,
    )
    if isinstance(where, CsvPlace):
        registration.transport = Transport.CSV
        registration.csv_path = where.path
        registration.save()
    else:
        registration.transport = Transport.REST
        for field in (
            "base_url",
            "auth",
            "token_url",
            "scope",
            "signature",
            "concurrency",
            "page_size",
            "insecure",
        ):
            setattr(registration, field, getattr(where, field))
        registration.save()
        credentials.seal(registration, key=where.key, secret=where.secret, at=at)
    log.record(
        "registration.added",
        at=at,
        district_id=district.id,
        actor_id=None,
        subject=registration.reference,
    )
    return registration


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
            + (f" Known: {', '.join(known)}." if known else " Add one: schoolgate registration add.")
        ) from None


def _free_slug(district: District, name: str) -> str:
    base = slugify(name)[:50].strip("-") or "source"
    taken = set(
        Registration.objects.filter(district=district, slug__startswith=base).values_list(
            "slug", flat=True
        )
    )
    return next(
        slug
        for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
        if slug not in taken
    )
