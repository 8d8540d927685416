"""Stage 3: keep the changed rows, the blocks they came in, and the ids that are gone, for this run.

Nothing here touches the roster. What is staged survives a crash: a retry of the later stages never
asks the source again.
"""

from collections.abc import Iterable, Iterator
from functools import reduce

import msgspec
import numpy as np
from django.db import connection, transaction
from django.db.models import Count

from schoolgate.oneroster.records import ProblemLog
from schoolgate.roster import bulk
from schoolgate.roster.batches import batched, in_slices
from schoolgate.roster.models import RelationshipClaim, Side
from schoolgate.sync import seen as memory
from schoolgate.sync.ledger import ROW, Known, Places, key_of, known_as, row_of
from schoolgate.sync.models import (
    OWN_ID,
    SIDE,
    RowProblem,
    SeenBlock,
    StagedClaim,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.records import Kind, LookedAt, NormalizedRow, RowIn, WantedStudent
from schoolgate.sync.seen import NewBlock, Person, Seen

# Blocks of some sixteen rows: what is written in one transaction, while a clerk waits for hers.
BLOCKS = 256
BATCH = 2_000
# The digest of no row.
NEVER = b""

ROW_COLUMNS = (
    "run_id",
    "kind",
    "sourced_id",
    "wanted",
    "gone",
    "home_school_id",
    "schools",
    "contacts",
    "look_again",
    "accepted",
)
# Adults of a staged student's, by her own claim or by one that is known of theirs.
NEWLY_LINKED = """
SELECT l.adult FROM (
    SELECT c.adult_sourced_id AS adult
      FROM sync_stagedclaim c
      JOIN sync_stagedrow r ON r.run_id = c.run_id AND r.kind = 'student'
                           AND r.sourced_id = c.student_sourced_id AND r.contacts
     WHERE c.run_id = %(run)s AND c.side = 'student'
    UNION
    SELECT c.adult_sourced_id
      FROM sync_stagedrow r
      JOIN roster_relationshipclaim c ON c.registration_id = %(registration)s
                           AND c.student_sourced_id = r.sourced_id AND c.side = 'adult'
     WHERE r.run_id = %(run)s AND r.kind = 'student' AND r.contacts) l
 WHERE NOT EXISTS (SELECT 1 FROM sync_stagedrow r
                    WHERE r.run_id = %(run)s AND r.kind = 'guardian' AND r.sourced_id = l.adult)
   AND NOT EXISTS (SELECT 1 FROM roster_guardian g
                    WHERE g.district_id = %(district)s AND g.registration_id = %(registration)s
                      AND g.sourced_id = l.adult AND g.state = 'active')
"""
CLAIM_COLUMNS = ("run_id", "side", "student_sourced_id", "adult_sourced_id")


def clear(run: SyncRun) -> None:
    """Start a run's staging afresh (a fetch, or one of its reads, that is done again)."""
    forget_staging(run)
    RowProblem.objects.filter(run=run).delete()
    for blocks in in_slices(SeenBlock.objects.filter(run=run)):
        blocks.delete()


def forget_staging(run: SyncRun) -> None:
    """What was staged has done its work. In short transactions: the desk writes too."""
    bulk.delete(StagedClaim, "run_id", run.id)
    bulk.delete(StagedRow, "run_id", run.id)


def stage(run: SyncRun, blocks: Iterable[LookedAt], *, seen: Seen) -> None:
    """Keep changed rows, and the blocks of rows as they are now."""
    staged = 0
    for batch in batched(blocks, BLOCKS):
        changed = [
            row.normalized
            for block in batch
            for row in block.rows
            if row.normalized is not None and row.readable
        ]
        seen.ledger.note_came(key_of(row.kind, row.sourced_id) for row in changed)
        new = list(_new_blocks(batch, seen))
        with transaction.atomic():
            _insert(run, changed, look_again=False)
            memory.remember(run, new)
        staged += len(changed)
    # A run that it has not counted yet has no rows, says PostgreSQL, and plans for none.
    bulk.recount(StagedRow, StagedClaim, RelationshipClaim, rows=staged)


def stage_people(run: SyncRun, people: Iterable[NormalizedRow], *, look_again: bool) -> None:
    """Keep people who did not come in a changed row and matter all the same."""
    for batch in batched(people, BATCH):
        with transaction.atomic():
            _insert(run, batch, look_again=look_again)


def _insert(run: SyncRun, rows: list[NormalizedRow], *, look_again: bool) -> None:
    bulk.insert(StagedRow, ROW_COLUMNS, (_values(run, row, look_again=look_again) for row in rows))
    bulk.insert(
        StagedClaim,
        CLAIM_COLUMNS,
        ((run.id, claim.side, claim.student, claim.adult) for row in rows for claim in row.claims),
    )


def _values(run: SyncRun, row: NormalizedRow, *, look_again: bool) -> tuple[object, ...]:
    schools = row.wanted.schools if isinstance(row.wanted, WantedStudent) else ()
    return (
        run.id,
        row.kind.value,
        row.sourced_id,
        None if row.wanted is None else msgspec.json.encode(row.wanted).decode(),
        row.gone,
        schools[0] if schools else None,
        len(schools),
        row.contacts,
        look_again,
        False,
    )


# --- blocks as they are now -------------------------------------------------------------------


def _new_blocks(batch: list[LookedAt], seen: Seen) -> Iterator[NewBlock]:
    known = seen.ledger.rows
    places = np.array([row.place for block in batch for row in block.rows if row.place >= 0], int)
    number_of = dict(zip(places.tolist(), known.block_of(places).tolist(), strict=True))
    ids = seen.ids_of(set(number_of.values()))
    for block in batch:
        rows = np.empty(len(block.rows), ROW)
        names: list[str] = []
        for position, row in enumerate(block.rows):
            if row.place >= 0:
                rows[position] = known.rows[row.place]
                number = number_of[row.place]
                names.append(ids[number][row.place - int(known.first[number])])
            else:
                rows[position], name = _new_row(row)
                names.append(name)
        whole = all(row.readable for row in block.rows)
        yield NewBlock(block.digest if whole else None, rows, names)


def _new_row(row: RowIn) -> tuple[tuple[int, int, int, int], str]:
    person = row.normalized
    if not row.readable:
        return row_of(NEVER, 0, Known.OTHER), ""
    if person is None:
        return row_of(row.digest, 0, Known.OTHER), ""
    known = known_as(person.kind, gone=person.wanted is None)
    return row_of(row.digest, key_of(person.kind, person.sourced_id), known), person.sourced_id


# --- ids that came more than once -------------------------------------------------------------


def join_doublets(run: SyncRun, seen: Seen) -> None:
    """Make one row of those of an id that came twice: schools and claims together.

    It is looked at again in every sync, since neither of its rows alone says everything.
    """
    if not len(seen.ledger.came_twice()):
        return
    staged = StagedRow.objects.filter(run=run)
    twice = staged.values("kind", "sourced_id").annotate(rows=Count("id")).filter(rows__gt=1)
    for kind, sourced_id in list(twice.values_list("kind", "sourced_id")):
        rows = list(staged.filter(kind=kind, sourced_id=sourced_id).order_by("id"))
        with transaction.atomic():
            staged.filter(id__in=[row.id for row in rows[1:]]).delete()
            joined = reduce(_together, rows)
            joined.look_again = True
            joined.save()


def _together(first: StagedRow, second: StagedRow) -> StagedRow:
    kept, other = (second, first) if second.wanted is not None else (first, second)
    if kept.wanted is not None and other.wanted is not None and kept.kind == Kind.STUDENT:
        schools = sorted({*kept.wanted["schools"], *other.wanted["schools"]})
        kept.wanted = {**kept.wanted, "schools": schools}
        kept.home_school_id, kept.schools = schools[0], len(schools)
        kept.contacts = kept.contacts or other.contacts
    kept.pk = first.pk
    return kept


def unstage_two_faced(run: SyncRun, seen: Seen) -> int:
    """Leave alone, this once, the ids of which one row is unchanged and another is not.

    Only one of their rows was parsed, so nothing can be said yet; the next sync looks at both.
    """
    places = seen.ledger.two_faced()
    if not len(places):
        return 0
    memory.void_people(run, seen, places)
    faces: set[Person] = {person for people in seen.people_at(places) for _, person in people}
    unstage(run, faces)
    return len(faces)


# --- who did not come -------------------------------------------------------------------------


def stage_absences(
    run: SyncRun, seen: Seen, places: Places, *, but: set[Person], gone: str = "absent"
) -> None:
    """Keep the people at these places of the ledger as absent, except some."""
    for people in seen.people_at(places):
        left = (
            NormalizedRow(kind, sourced_id, None, gone=gone)
            for _, (kind, sourced_id) in people
            if (kind, sourced_id) not in but
        )
        stage_people(run, left, look_again=False)


def newly_linked(run: SyncRun, seen: Seen) -> dict[str, int]:
    """Adults of a changed student's who came as they were and are nobody of ours yet.

    Gives the place of each in the ledger, by her id. She was left out as long as no student of ours
    was linked to her; which of the two says so, and whose row has changed, does not matter.
    """
    if not seen.ledger.count:
        return {}
    keys = {key_of(Kind.GUARDIAN, adult): adult for adult in linked_strangers(run)}
    if not keys:
        return {}
    rows = seen.ledger.rows.rows
    places = seen.ledger.unchanged_among(keys)
    return {keys[int(rows["key"][place])]: int(place) for place in places}


def linked_strangers(run: SyncRun) -> list[str]:
    """The ids of adults who are linked to a changed student and are nobody of ours yet."""
    with connection.cursor() as cursor:
        cursor.execute(NEWLY_LINKED, _names(run))
        return [adult for (adult,) in cursor]


def look_again_for_strangers(run: SyncRun) -> None:
    """Look again, in the next sync, at students of whom somebody linked did not come in this one.

    In a pull that is not whole she may be there as she was, unread: her row alone would not tell.
    """
    for adults in batched(linked_strangers(run), BATCH):
        said_by_her = StagedClaim.objects.filter(
            run=run, side=Side.STUDENT, adult_sourced_id__in=adults
        )
        said_by_them = RelationshipClaim.objects.filter(
            registration_id=run.registration_id, side=Side.ADULT, adult_sourced_id__in=adults
        )
        for claims in (said_by_her, said_by_them):
            StagedRow.objects.filter(
                run=run,
                kind=Kind.STUDENT.value,
                sourced_id__in=claims.values("student_sourced_id"),
            ).update(look_again=True)


def unstage(run: SyncRun, people: Iterable[Person]) -> None:
    """Leave some people alone, as if no row of theirs had come."""
    for kind, sourced_id in people:
        StagedRow.objects.filter(run=run, kind=kind, sourced_id=sourced_id).delete()
        StagedClaim.objects.filter(run=run, side=SIDE[kind], **{OWN_ID[kind]: sourced_id}).delete()


def _names(run: SyncRun) -> dict[str, int]:
    return {
        "run": run.id,
        "registration": run.registration_id,
        "district": run.district_id,
    }


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
