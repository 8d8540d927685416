"""Reads of registrations for screens."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool


@dataclass(frozen=True)
class Schools:
    """How many schools a source shows, and how many of them are taken."""

    seen: int = 0
    taken: int = 0


def registrations_of(*districts: District) -> QuerySet[Registration]:
    return (
        Registration.objects.filter(district__in=districts)
        .select_related("district", "credential")
        .order_by("name", "id")
    )


def count_schools(registrations: Iterable[Registration]) -> dict[int, Schools]:
    """For each registration that shows any school."""
    rows = (
        SourceSchool.objects.filter(registration__in=registrations)
        .values_list("registration_id")
        .annotate(seen=Count("id"), taken=Count("id", filter=Q(enabled=True)))
    )
    return {registration_id: Schools(seen, taken) for registration_id, seen, taken in rows}


def source_schools_of(registration: Registration) -> QuerySet[SourceSchool]:
    return (
        SourceSchool.objects.filter(registration=registration)
        .select_related("school", "district")
        .order_by("name", "sourced_id")
    )


def schools_in(district: District) -> QuerySet[School]:
    return School.objects.filter(district=district).order_by("name", "id")


def mapped_schools(registration: Registration) -> set[int]:
    """The schools of ours that some school of this source is already."""
    rows = SourceSchool.objects.filter(registration=registration, school__isnull=False)
    return set(rows.values_list("school_id", flat=True))
