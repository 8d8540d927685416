"""Stage 3: keep the changed rows, and the ids that are gone, for this run.

Nothing here touches the roster. What is staged survives a crash: a retry of the later stages never
asks the source again.
"""

from collections.abc import Iterable

import msgspec

from schoolgate.oneroster.records import ProblemLog
from schoolgate.roster import bulk
from schoolgate.roster.batches import batched
from schoolgate.sync.models import (
    OWN_ID,
    SIDE,
    RowProblem,
    SeenRow,
    StagedClaim,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.records import Kind, Ledger, NormalizedRow, WantedStudent

BATCH = 2_000
# A digest that no row has: the row is looked at again in every sync.
NEVER = b""

Key = tuple[str, str]

ROW_COLUMNS = (
    "run_id",
    "kind",
    "sourced_id",
    "digest",
    "meaning",
    "wanted",
    "gone",
    "home_school_id",
    "contacts",
    "accepted",
)
CLAIM_COLUMNS = ("run_id", "side", "student_sourced_id", "adult_sourced_id")


def open_ledger(run: SyncRun) -> Ledger:
    """What the registration's rows looked like when they were last accepted."""
    rows = SeenRow.objects.filter(registration_id=run.registration_id).values_list(
        "digest", "kind", "sourced_id"
    )
    return Ledger(
        {
            # Two rows without a digest of their own must not hide each other.
            bytes(digest) or f"{kind} {sourced_id}".encode(): (kind, sourced_id)
            for digest, kind, sourced_id in rows.iterator(chunk_size=10_000)
        }
    )


def clear(run: SyncRun) -> None:
    """Start a run's staging afresh (a fetch that is tried again)."""
    StagedClaim.objects.filter(run=run).delete()
    StagedRow.objects.filter(run=run).delete()
    RowProblem.objects.filter(run=run).delete()


def stage(run: SyncRun, rows: Iterable[tuple[bytes, NormalizedRow]], *, ledger: Ledger) -> None:
    """Keep changed rows. Two rows of one id in one pull become one: schools and claims together."""
    for batch in batched(rows, BATCH):
        _stage_batch(run, batch, ledger=ledger)


def _stage_batch(run: SyncRun, batch: list[tuple[bytes, NormalizedRow]], *, ledger: Ledger) -> None:
    before = _staged_before(run, batch, ledger)
    staged: dict[Key, StagedRow] = {}
    claims: list[tuple[int, str, str, str]] = []
    for digest, row in batch:
        key = (row.kind.value, row.sourced_id)
        fresh = _staged_row(run, digest, row)
        first = staged.get(key) or before.get(key)
        if first is not None and first.meaning == fresh.meaning:
            continue
        staged[key] = fresh if first is None else _together(first, fresh)
        ledger.changed.add(key)
        claims += _staged_claims(run, row)
    bulk.insert(StagedRow, ROW_COLUMNS, (_values(row) for row in staged.values() if row.pk is None))
    for known in staged.values():
        if known.pk is not None:
            known.save()
    bulk.insert(StagedClaim, CLAIM_COLUMNS, claims)


def _staged_before(
    run: SyncRun, batch: list[tuple[bytes, NormalizedRow]], ledger: Ledger
) -> dict[Key, StagedRow]:
    """Rows of these ids that an earlier page, or an earlier read of this pull, has staged."""
    again = {
        row.sourced_id for _, row in batch if (row.kind.value, row.sourced_id) in ledger.changed
    }
    if not again:
        return {}
    rows = StagedRow.objects.filter(run=run, sourced_id__in=again)
    # Bytes from the database may come as memoryview (PostgreSQL).
    return {(row.kind, row.sourced_id): _with_bytes(row) for row in rows}


def _with_bytes(row: StagedRow) -> StagedRow:
    row.meaning = bytes(row.meaning or b"")
    return row


def _staged_claims(run: SyncRun, row: NormalizedRow) -> list[tuple[int, str, str, str]]:
    return [(run.id, claim.side, claim.student, claim.adult) for claim in row.claims]


def _values(row: StagedRow) -> tuple[object, ...]:
    return (
        row.run_id,
        row.kind,
        row.sourced_id,
        row.digest,
        row.meaning,
        bulk.as_json(row.wanted),
        row.gone,
        row.home_school_id,
        row.contacts,
        False,
    )


def _staged_row(run: SyncRun, digest: bytes, row: NormalizedRow) -> StagedRow:
    student = row.wanted if isinstance(row.wanted, WantedStudent) else None
    return StagedRow(
        run=run,
        kind=row.kind.value,
        sourced_id=row.sourced_id,
        digest=digest,
        meaning=row.meaning(),
        wanted=None if row.wanted is None else msgspec.to_builtins(row.wanted),
        gone=row.gone,
        home_school_id=student.schools[0] if student else None,
        contacts=bool(student and student.contacts),
    )


def _together(first: StagedRow, second: StagedRow) -> StagedRow:
    """Two rows of one id that differ: one row with the schools of both.

    It is looked at again in every sync, since neither of its rows alone says everything.
    """
    kept, other = (second, first) if second.wanted is not None else (first, second)
    if kept.wanted is not None and other.wanted is not None and kept.kind == Kind.STUDENT:
        schools = sorted({*kept.wanted["schools"], *other.wanted["schools"]})
        contacts = kept.contacts or other.contacts
        kept.wanted = {**kept.wanted, "schools": schools, "contacts": contacts}
        kept.home_school_id = schools[0]
        kept.contacts = contacts
    kept.pk = first.pk
    kept.digest = kept.meaning = NEVER
    return kept


def unstage_two_faced(run: SyncRun, ledger: Ledger) -> int:
    """Leave alone, this once, the ids of which one row is unchanged and another is not.

    Only one of their rows was parsed, so nothing can be said yet; the next sync looks at both.
    """
    faces = sorted(ledger.shows_two_faces())
    for kind, sourced_id in faces:
        StagedRow.objects.filter(run=run, kind=kind, sourced_id=sourced_id).delete()
        StagedClaim.objects.filter(run=run, side=SIDE[kind], **{OWN_ID[kind]: sourced_id}).delete()
        SeenRow.objects.filter(
            registration_id=run.registration_id, kind=kind, sourced_id=sourced_id
        ).update(digest=NEVER)
    return len(faces)


def stage_absences(run: SyncRun, absent: Iterable[tuple[str, str]]) -> None:
    """Keep the ids that did not come."""
    bulk.insert(
        StagedRow,
        ROW_COLUMNS,
        (
            _values(StagedRow(run=run, kind=kind, sourced_id=sourced_id, gone="absent"))
            for kind, sourced_id in absent
        ),
    )


def keep_problems(run: SyncRun, log: ProblemLog) -> None:
    """Keep the first problems of each kind to be looked at; the counts stand on the run."""
    RowProblem.objects.bulk_create(
        RowProblem(
            district_id=run.district_id,
            run=run,
            kind=problem.kind,
            severity=problem.severity,
            collection=problem.collection,
            position=problem.position,
            sourced_id=problem.sourced_id or "",
            field=problem.field or "",
            expected=problem.expected[:200],
        )
        for problem in log.examples
    )
