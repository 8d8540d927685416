"""The source gives its schools new ids: the same schools go on under them.

Shown first: a school that the source lists no more, and a new one of its number or name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from schoolgate.audit import log
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.folding import fold


@dataclass(frozen=True)
class SameSchool:
    """One school of ours, as the source had it and as it has it now."""

    before: SourceSchool
    now: SourceSchool


def same_schools(registration: Registration, missing: Iterable[int]) -> list[SameSchool]:
    """Pair schools of ours that the source lists no more with orgs that are nobody's yet.

    By number, else by name; only where one of each side bears it.
    """
    seen = SourceSchool.objects.filter(registration=registration).select_related("school")
    gone = list(seen.filter(enabled=True, school__in=list(missing)).order_by("name", "id"))
    free = list(seen.filter(enabled=False, school=None).order_by("id"))
    found: list[SameSchool] = []
    for before, now in ((_by_number(gone), _by_number(free)), (_by_name(gone), _by_name(free))):
        paired = {same.before.pk for same in found} | {same.now.pk for same in found}
        found += [
            SameSchool(schools[0], now[word][0])
            for word, schools in before.items()
            if word and len(schools) == len(now.get(word, ())) == 1
            if not paired & {schools[0].pk, now[word][0].pk}
        ]
    return sorted(found, key=lambda same: same.before.name)


@transaction.atomic
def take_under_new_ids(
    registration: Registration, missing: Iterable[int], *, by: int | None, at: datetime
) -> list[SameSchool]:
    """Take those schools under their new ids, with the choices they had. Gives them."""
    same = same_schools(registration, missing)
    for pair in same:
        pair.now.school, pair.now.enabled = pair.before.school, True
        pair.now.data_choice = pair.before.data_choice
        pair.now.list_as_of = pair.before.list_as_of
        pair.before.school, pair.before.enabled, pair.before.list_as_of = None, False, None
        pair.before.save()
        pair.now.save()
    log.record(
        "schools.rekeyed",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        schools=[
            [pair.now.school_id, pair.before.sourced_id, pair.now.sourced_id] for pair in same
        ],
    )
    return same


def _by_number(schools: Iterable[SourceSchool]) -> dict[str, list[SourceSchool]]:
    found: dict[str, list[SourceSchool]] = {}
    for school in schools:
        found.setdefault(school.identifier, []).append(school)
    return found


def _by_name(schools: Iterable[SourceSchool]) -> dict[str, list[SourceSchool]]:
    found: dict[str, list[SourceSchool]] = {}
    for school in schools:
        found.setdefault(fold(school.name), []).append(school)
    return found
