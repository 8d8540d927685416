"""What exactly one hold keeps back, and a checksum of it: what was read is what is applied."""

from hashlib import blake2b

import msgspec
from django.db.models import Q, QuerySet

from schoolgate.sync import decide
from schoolgate.sync.models import ChangeState, Hold, PlannedChange, SyncRun
from schoolgate.sync.records import Kind

BATCH = 2_000
CHECKSUM_BYTES = 32
CHECKED = (
    "kind",
    "action",
    "school_id",
    "student_sourced_id",
    "adult_sourced_id",
    "before",
    "after",
)

# Nothing is kept back: not approved by mistake.
NOTHING = f"{0:0{2 * CHECKSUM_BYTES}x}"


def removals_of(hold: Hold) -> QuerySet[PlannedChange]:
    """The removals that the hold is about, by name: those that wait and those let go meanwhile."""
    return decide.removals(hold.run, Kind(hold.kind)).filter(
        school_id=hold.school_id, state__in=(ChangeState.HELD, ChangeState.APPLIED)
    )


def kept_back(hold: Hold) -> QuerySet[PlannedChange]:
    """What still waits because of the hold: its removals, and what hangs on their people.

    The same whichever of the schools is written first: an approval that died goes on with the rest.
    """
    of_run = PlannedChange.objects.filter(run=hold.run)
    removals = removals_of(hold)
    hanging = of_run.filter(state=ChangeState.HANGING)
    students = removals.filter(kind=Kind.STUDENT.value).values("student_sourced_id")
    of_students = of_run.filter(
        student_sourced_id__in=students, state__in=(ChangeState.HANGING, ChangeState.APPLIED)
    )
    links = of_run.filter(
        Q(id__in=removals.values("id")) | Q(id__in=of_students.values("id")),
        kind=Kind.RELATIONSHIP.value,
    )
    # One who hung on two holds was counted on by the second when the first was written.
    guardians = of_run.filter(
        kind=Kind.GUARDIAN.value,
        action="departed",
        state__in=(ChangeState.HANGING, ChangeState.WITHHELD),
        adult_sourced_id__in=links.values("adult_sourced_id"),
    )
    return of_run.filter(
        Q(id__in=removals.filter(state=ChangeState.HELD).values("id"))
        | Q(id__in=hanging.filter(student_sourced_id__in=students).values("id"))
        | Q(id__in=guardians.values("id"))
    )


def checksum(hold: Hold) -> str:
    """Sum up what a hold keeps back: ids, actions, before and after, in whatever order they come.

    The sum of each change's own digest, so that nothing needs to be sorted or held in memory.
    """
    rows = kept_back(hold).values_list(*CHECKED)
    total = sum(
        int.from_bytes(
            blake2b(
                msgspec.json.encode(row, order="deterministic"), digest_size=CHECKSUM_BYTES
            ).digest()
        )
        for row in rows.iterator(chunk_size=BATCH)
    )
    return f"{total % (1 << 8 * CHECKSUM_BYTES):0{2 * CHECKSUM_BYTES}x}"


def seal(run: SyncRun) -> None:
    """Write the checksum to each hold of the run that waits, for the pages that show it."""
    for hold in Hold.objects.filter(run=run, decision="").select_related("run"):
        hold.checksum = checksum(hold)
        hold.save(update_fields=["checksum"])
