"""Adults of our own list: who was written down twice is one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schoolgate.districts.models import District
from schoolgate.roster.batches import batched
from schoolgate.roster.contact_matching import Contact
from schoolgate.roster.models import GUARDIAN_FIELDS, Guardian, State

BATCH = 1_000


@dataclass(frozen=True, kw_only=True)
class NewContact:
    """An adult contact as a person wrote her down. With `guardian_id`: one of ours, changed."""

    given_name: str
    family_name: str
    role: str
    middle_name: str = ""
    email: str = ""
    phone: str = ""
    sms: str = ""
    guardian_id: int | None = None


@dataclass(frozen=True)
class Adults:
    """One adult of ours for each contact, in their order; who of them is new, and who is back."""

    found: list[Guardian]
    added: list[Guardian]
    returned: list[Guardian]


def adults_for(contacts: Sequence[NewContact], *, district: District, at: datetime) -> Adults:
    """Find the adults that contacts are, and add those who are not there.

    The same name with the same number or address is the same adult: the mother of two. Without
    either, each contact is an adult of its own.
    """
    known: dict[tuple[str, str], Guardian] = {}
    for there in _perhaps_known(contacts, district):
        for mark in _marks(there):
            known.setdefault(mark, there)
    found: list[Guardian] = []
    added: list[Guardian] = []
    for contact in contacts:
        marks = _marks(contact)
        adult = next((known[mark] for mark in marks if mark in known), None)
        if adult is None:
            adult = _new_row(contact, district, at)
            added.append(adult)
        for mark in marks:
            known.setdefault(mark, adult)
        found.append(adult)
    Guardian.objects.bulk_create(added, batch_size=BATCH)
    returned = {adult.pk: adult for adult in found if adult.state == State.DEPARTED}
    Guardian.objects.filter(id__in=returned).update(state=State.ACTIVE, changed_at=at)
    return Adults(found, added, list(returned.values()))


def facts_of(adult: Guardian) -> dict[str, str]:
    return {name: getattr(adult, name) for name in GUARDIAN_FIELDS}


def contact_of(adult: Guardian) -> Contact[int]:
    """An adult of ours as matching looks at her."""
    return Contact(
        adult.pk,
        adult.given_name,
        adult.family_name,
        frozenset({adult.email}),
        frozenset({adult.phone, adult.sms}),
    )


def _marks(adult: Guardian | NewContact) -> list[tuple[str, str]]:
    contact = Contact(
        0,
        adult.given_name,
        adult.family_name,
        frozenset({adult.email}),
        frozenset({adult.phone, adult.sms}),
    )
    return sorted((contact.name, at) for at in contact.reached_at)


def _perhaps_known(contacts: Iterable[NewContact], district: District) -> Iterator[Guardian]:
    names = sorted({contact.family_name for contact in contacts})
    for batch in batched(names, BATCH):
        yield from Guardian.objects.filter(
            district=district,
            registration_id=None,
            family_name__in=batch,
        ).order_by("state", "id")


def _new_row(contact: NewContact, district: District, at: datetime) -> Guardian:
    return Guardian(
        district=district,
        first_seen_at=at,
        changed_at=at,
        **{name: getattr(contact, name) for name in GUARDIAN_FIELDS},
    )
