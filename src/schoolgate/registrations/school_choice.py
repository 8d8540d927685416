"""Which schools of a source are ours, and what we take from each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from schoolgate.audit import log
from schoolgate.districts.adding import free_code
from schoolgate.districts.models import School
from schoolgate.oneroster.collection import Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.oneroster.records import Org, Status
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool

# Everything above a school, and what is inside one. Any other type may hold students: Rediker sends
# all its schools as `departments`.
NOT_A_SCHOOL = frozenset({"district", "local", "state", "national"})


class NoSuchSchool(Exception):
    """The org or the school named is not there."""


@dataclass(frozen=True)
class OrgsIncomplete(Exception):
    """The list of orgs could not be read whole: schools are not chosen from half a list."""

    detail: str

    def __str__(self) -> str:
        return f"The list of schools could not be read whole: {self.detail}"


def look_at_source(registration: Registration, source: Source) -> list[SourceSchool]:
    """Read the source's orgs and remember those that may be schools. Maps and enables nothing.

    Raises:
        SourceFailed, BadInput: when the source cannot be read.
        OrgsIncomplete: when only a part of the list came.
    """
    collection = source.orgs()
    orgs = [org for org in collection if org.status is Status.ACTIVE]
    if not collection.verdict.complete:
        raise OrgsIncomplete(collection.verdict.detail or str(collection.verdict.reason))
    schools = [org for org in orgs if org.type == "school"] or [
        org for org in orgs if org.type not in NOT_A_SCHOOL
    ]
    if not schools:
        raise SourceFailed(
            "The source lists no school. Ask the SIS administrator to share the schools with "
            "Schoolgate (in ClassLink: the application's permissions)."
        )
    return _remember(registration, schools)


@transaction.atomic
def _remember(registration: Registration, orgs: Iterable[Org]) -> list[SourceSchool]:
    return [
        SourceSchool.objects.update_or_create(
            registration=registration,
            sourced_id=org.sourced_id,
            defaults={
                "district_id": registration.district_id,
                "name": org.name,
                "type": org.type,
                "identifier": org.identifier or "",
            },
            create_defaults={
                "district_id": registration.district_id,
                "name": org.name,
                "type": org.type,
                "identifier": org.identifier or "",
                "data_choice": registration.data_choice,
            },
        )[0]
        for org in orgs
    ]


@transaction.atomic
def map_all(registration: Registration, *, at: datetime) -> list[SourceSchool]:
    """Enable every school seen at the source, each as a school of ours of the same name."""
    found = list(
        SourceSchool.objects.filter(registration=registration)
        .select_related("school")
        .order_by("name", "sourced_id")
    )
    for source_school in found:
        if source_school.school is None:
            source_school.school = _school_called(registration, source_school)
        source_school.enabled = True
        source_school.save()
    _record(registration, found, at=at)
    return found


@transaction.atomic
def map_one(
    registration: Registration, *, org: str, code: str, at: datetime
) -> SourceSchool:
    """Enable one org as the school with this code, which is created when there is none.

    Raises:
        NoSuchSchool: when the source lists no such org.
    """
    try:
        source_school = SourceSchool.objects.get(registration=registration, sourced_id=org)
    except SourceSchool.DoesNotExist:
        raise NoSuchSchool(
            f"The source lists no school with the sourcedId {org!r}."
        ) from None
    source_school.school, _ = School.objects.get_or_create(
        district_id=registration.district_id, code=code, defaults={"name": source_school.name}
    )
    source_school.enabled = True
    source_school.save()
    _record(registration, [source_school], at=at)
    return source_school


@transaction.atomic
def disable(source_school: SourceSchool, *, at: datetime) -> None:
    """Take nothing more from this school. Its students depart with the next sync."""
    source_school.enabled = False
    source_school.save(update_fields=["enabled"])
    _record(source_school.registration, [source_school], at=at)


@transaction.atomic
def choose(source_school: SourceSchool, choice: DataChoice, *, at: datetime) -> None:
    """Take students only, or students and contacts, from this school."""
    source_school.data_choice = choice
    source_school.save(update_fields=["data_choice"])
    _record(source_school.registration, [source_school], at=at)


def _school_called(registration: Registration, source_school: SourceSchool) -> School:
    """The district's school of that name when it has exactly one and no org of this source is it."""
    taken = SourceSchool.objects.filter(registration=registration, school__isnull=False)
    same = School.objects.filter(
        district_id=registration.district_id, name=source_school.name
    ).exclude(id__in=taken.values("school"))
    if len(same) == 1:
        return same[0]
    return School.objects.create(
        district_id=registration.district_id,
        code=free_code(registration.district, source_school.name),
        name=source_school.name,
    )


def _record(registration: Registration, schools: list[SourceSchool], *, at: datetime) -> None:
    log.record(
        "schools.chosen",
        at=at,
        district_id=registration.district_id,
        actor_id=None,
        subject=registration.reference,
        schools=[
            [school.sourced_id, school.school_id, school.enabled, school.data_choice]
            for school in schools
        ],
    )
