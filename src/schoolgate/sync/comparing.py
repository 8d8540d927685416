"""Compare who is on a school's list with who comes there: read from the plan of one run.

What is ours is either the school's own list (nobody of it has an id of a source) or those whom the
source shows no more. Who comes are those whom the source shows under ids that are new to us.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import msgspec
from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from schoolgate.districts.models import School
from schoolgate.roster.batches import batched
from schoolgate.roster.contact_matching import (
    Contact,
    ContactEdges,
    ContactMatching,
    contact_edges,
    match_contacts,
)
from schoolgate.roster.local_adults import contact_of
from schoolgate.roster.matching import Matching, Person, match
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Recognition,
    Relationship,
    RelationshipState,
    Student,
)
from schoolgate.roster.preloaded import local_students
from schoolgate.sync.models import PlannedChange, SyncRun

BATCH = 500
# Looking for numbers reads the whole plan: seldom, with many at a time.
NUMBERS = 10_000


class Ours(StrEnum):
    """Whom of our lists those who come are compared with."""

    OWN_LIST = "own_list"
    SHOWN_NO_MORE = "shown_no_more"


@dataclass(frozen=True)
class Comparison:
    """Who is who at one school, with everybody that is named in it."""

    run: SyncRun
    school: School
    ours: Ours
    matching: Matching
    mine: Mapping[int, Person[int]]
    coming: Mapping[str, Person[str]]

    @property
    def ids(self) -> dict[int, str]:
        return {pair.ours: pair.theirs for pair in self.matching.pairs}

    @property
    def checksum(self) -> str:
        """Of everything that a decision would do: what was read is what is done."""
        found = self.matching
        words = msgspec.json.encode(
            [
                [self.run.pk, self.school.pk],
                sorted(self.ids.items()),
                [doubt.theirs for doubt in found.doubts],
                found.new,
                found.left_over,
            ]
        )
        return blake2b(words, digest_size=16).hexdigest()


def compare(run: SyncRun, school: School, ours: Ours) -> Comparison:
    """Say who is who at one school, by the plan of this run."""
    mine = _mine_at(run, school, ours)
    coming = _coming_at(run, school)
    here = set(mine), set(coming)
    # A number finds somebody who changes school: whoever bears one that stands here is looked at.
    numbers = {one.identifier for one in mine.values()}
    numbers |= {other.identifier for other in coming.values()}
    added = (
        _arrivals(run)
        .filter(action="added")
        .annotate(number=Cast(KT("after__identifier"), TextField()))
    )
    for batch in batched(sorted(numbers - {""}), NUMBERS):
        for student in _all_mine(run, ours).filter(identifier__in=batch).order_by("id"):
            mine.setdefault(student.pk, _person(student, ()))
        elsewhere = added.filter(number__in=batch).exclude(school=school)
        for change in elsewhere.order_by("id"):
            coming.setdefault(change.student_sourced_id, _person_of(change))
    found = match(
        mine.values(),
        coming.values(),
        decided=_decided(run, coming),
        moves_up=ours is Ours.SHOWN_NO_MORE,
    )
    return Comparison(run, school, ours, _of_here(found, *here), mine, coming)


def match_adults(comparison: Comparison) -> ContactMatching:
    """Say which contact of those who are paired is which."""
    edges: list[ContactEdges] = []
    for batch in batched(comparison.matching.pairs, BATCH):
        ids = {pair.ours: pair.theirs for pair in batch}
        mine = _adults_of(comparison, ids)
        theirs = _adults_coming(comparison.run, ids.values())
        for ours, sourced_id in ids.items():
            edges.append(contact_edges(*_unknown(mine[ours], theirs[sourced_id])))
    return match_contacts(edges)


def schools_where_somebody_comes(run: SyncRun) -> dict[int, int]:
    """By school, how many come under ids that are new to us."""
    counts: dict[int, int] = defaultdict(int)
    rows = _arrivals(run).order_by("school_id").values_list("school_id", flat=True)
    for school_id in rows.iterator(chunk_size=10_000):
        if school_id is not None:
            counts[school_id] += 1
    return dict(counts)


# --- students -------------------------------------------------------------------------------------


def _arrivals(run: SyncRun) -> QuerySet[PlannedChange]:
    """Who comes under an id that is new to us, with a row for each school that she comes to."""
    return PlannedChange.objects.filter(
        run=run, kind="student", action__in=("added", "listed"), before__isnull=True
    )


def _coming_at(run: SyncRun, school: School) -> dict[str, Person[str]]:
    changes = _arrivals(run).filter(school=school).order_by("id")
    return {
        change.student_sourced_id: _person_of(change)
        for change in changes.iterator(chunk_size=BATCH)
    }


def _person_of(change: PlannedChange) -> Person[str]:
    after: dict[str, Any] = change.after or {}
    return Person(
        change.student_sourced_id,
        after["given_name"],
        after["middle_name"],
        after["family_name"],
        after["identifier"],
        after["grade"],
        frozenset(after["schools"]),
    )


def _all_mine(run: SyncRun, ours: Ours) -> QuerySet[Student]:
    if ours is Ours.OWN_LIST:
        return local_students(run.district)
    return _of_source(run).filter(sourced_id__in=_leaving(run).values("student_sourced_id"))


def _of_source(run: SyncRun) -> QuerySet[Student]:
    return Student.objects.filter(district_id=run.district_id, registration_id=run.registration_id)


def _leaving(run: SyncRun) -> QuerySet[PlannedChange]:
    return PlannedChange.objects.filter(run=run, kind="student", action="departed")


def _mine_at(run: SyncRun, school: School, ours: Ours) -> dict[int, Person[int]]:
    if ours is Ours.SHOWN_NO_MORE:
        return {one.pk: _person(one, schools) for one, schools in _leavers_of(run, school)}
    there = Listing.objects.filter(school=school)
    here = local_students(run.district).filter(id__in=there.values("student")).order_by("id")
    return {one.pk: _person(one, (school.pk,)) for one in here.iterator(chunk_size=BATCH)}


def _leavers_of(run: SyncRun, school: School) -> Iterator[tuple[Student, tuple[int, ...]]]:
    """Those who would leave this school, with the schools that they were at."""
    leaving = _leaving(run).filter(school=school).order_by("id")
    for batch in batched(leaving.iterator(chunk_size=BATCH), BATCH):
        schools = {
            change.student_sourced_id: tuple((change.before or {}).get("schools", [school.pk]))
            for change in batch
        }
        for student in _of_source(run).filter(sourced_id__in=schools).order_by("id"):
            yield student, schools[str(student.sourced_id)]


def _person(student: Student, schools: Iterable[int]) -> Person[int]:
    return Person(
        student.pk,
        student.given_name,
        student.middle_name,
        student.family_name,
        student.identifier,
        student.grade,
        frozenset(schools),
    )


def _decided(run: SyncRun, coming: Mapping[str, Person[str]]) -> dict[str, int | None]:
    said = Recognition.objects.filter(
        district_id=run.district_id, registration_id=run.registration_id
    )
    return {
        sourced_id: student
        for sourced_id, student in said.values_list("sourced_id", "student_id")
        if sourced_id in coming
    }


def _of_here(found: Matching, mine: set[int], coming: set[str]) -> Matching:
    """What concerns this school: its people, wherever they go to or come from."""
    return Matching(
        tuple(pair for pair in found.pairs if pair.ours in mine or pair.theirs in coming),
        tuple(
            doubt
            for doubt in found.doubts
            if doubt.theirs in coming or not mine.isdisjoint(doubt.candidates)
        ),
        tuple(key for key in found.new if key in coming),
        tuple(key for key in found.left_over if key in mine),
    )


# --- adults -------------------------------------------------------------------------------------


def _adults_of(
    comparison: Comparison, ids: Mapping[int, str]
) -> dict[int, list[tuple[Guardian, Contact[int]]]]:
    """The contacts of ours who could be somebody the source brings, by their student."""
    # Where a school was too small for a hold, the run itself has ended them.
    stood = Q(state=RelationshipState.CURRENT) | Q(run_id=comparison.run.pk)
    pairs = Relationship.objects.filter(
        stood,
        student__in=list(ids),
        guardian__registration_id=(
            None if comparison.ours is Ours.OWN_LIST else comparison.run.registration_id
        ),
    )
    adults: dict[int, list[tuple[Guardian, Contact[int]]]] = defaultdict(list)
    for pair in pairs.select_related("guardian").order_by("id"):
        adults[pair.student_id].append((pair.guardian, contact_of(pair.guardian)))
    return adults


def _adults_coming(run: SyncRun, sourced_ids: Iterable[str]) -> dict[str, list[Contact[str]]]:
    """The contacts that the source gives to each of these, by the student's id."""
    links = list(
        PlannedChange.objects.filter(
            run=run,
            kind="relationship",
            action="added",
            student_sourced_id__in=list(sourced_ids),
        )
        .order_by("id")
        .values_list("student_sourced_id", "adult_sourced_id")
    )
    facts = _facts_of(run, {adult for _, adult in links})
    contacts: dict[str, list[Contact[str]]] = defaultdict(list)
    for student, adult in links:
        if adult in facts:
            contacts[student].append(facts[adult])
    return contacts


def _facts_of(run: SyncRun, ids: set[str]) -> dict[str, Contact[str]]:
    """Adults as the roster has them, or else as the plan would add them."""
    found: dict[str, Contact[str]] = {}
    for batch in batched(sorted(ids), BATCH):
        rows = Guardian.objects.filter(
            district_id=run.district_id, registration_id=run.registration_id, sourced_id__in=batch
        )
        for row in rows:
            found[str(row.sourced_id)] = _contact(str(row.sourced_id), vars(row))
        changes = PlannedChange.objects.filter(
            run=run, kind="guardian", action__in=("added", "returned", "updated"),
            adult_sourced_id__in=batch,
        )  # fmt: skip
        for change in changes:
            found[change.adult_sourced_id] = _contact(change.adult_sourced_id, change.after or {})
    return found


def _contact(key: str, facts: Mapping[str, Any]) -> Contact[str]:
    return Contact(
        key,
        facts["given_name"],
        facts["family_name"],
        frozenset({facts["email"]}),
        frozenset({facts["phone"], facts["sms"]}),
    )


def _unknown(
    mine: list[tuple[Guardian, Contact[int]]], theirs: list[Contact[str]]
) -> tuple[list[Contact[int]], list[Contact[str]]]:
    """Leave out who is known under the very id: she got it with another child of hers."""
    known = {adult.sourced_id for adult, _ in mine} & {contact.key for contact in theirs}
    return (
        [contact for adult, contact in mine if adult.sourced_id not in known],
        [contact for contact in theirs if contact.key not in known],
    )
