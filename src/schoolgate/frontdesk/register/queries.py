"""Reads for the register. Every one is bounded to a district."""

from django.db.models import F, QuerySet

from schoolgate.districts.models import District
from schoolgate.roster.folding import fold
from schoolgate.roster.models import Restriction

AT_MOST = 500


def register_of(district: District, typed: str = "") -> list[Restriction]:
    """List a district's restrictions, those that end first before those without an end.

    With words, those in whose names, or in the names of whose students, every word stands.
    """
    words = fold(typed).split()
    rows = _restrictions(district).order_by(F("until_on").asc(nulls_last=True), "family_name", "id")
    return [one for one in rows if _says(one, words)][:AT_MOST]


def restriction_of(district: District, restriction_id: int) -> Restriction | None:
    return _restrictions(district).filter(pk=restriction_id).first()


def _restrictions(district: District) -> QuerySet[Restriction]:
    related = ("added_by", "lift_asked_by", "lifted_by", "school")
    rows = Restriction.objects.filter(district=district).select_related(*related)
    return rows.prefetch_related("students")


def _says(restriction: Restriction, words: list[str]) -> bool:
    names = [restriction.name, *restriction.other_names]
    names += [f"{one.given_name} {one.family_name}" for one in restriction.students.all()]
    folded = f" {fold(' '.join(names))}"
    return all(f" {word}" in folded for word in words)
