"""What is remembered of a source's rows: blocks are read, begin to count, are replaced and go.

    fetch   blocks that are new are written; they do not count yet
            blocks that did not come as they were are marked as replaced
    apply   first: replaced blocks become void; whatever happens now, their rows are looked at again
            last: the new blocks count, and what they replaced is deleted

So a run that dies in the middle leaves too little that is believed, and never too much; and who is
on a list is watched for her absence at every moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from schoolgate.roster import bulk
from schoolgate.roster.batches import batched, in_slices
from schoolgate.sync.ledger import (
    COUNTS,
    KIND_OF,
    ROW,
    Keys,
    Known,
    KnownRows,
    Ledger,
    Places,
    Rows,
    key_of,
    known_as,
    row_of,
)
from schoolgate.sync.models import AppliedSchool, SeenBlock, StagedRow, SyncRun
from schoolgate.sync.records import Kind

BATCH = 2_000
COLUMNS = ("registration_id", "run_id", "digest", "rows", "ids", "count", "void")
# Blocks of what is left over are of no order that could come again.
ROWS_OF_A_REMNANT = 64

# People of whom no row came.
NOT_READ = ("absent", "source_disabled")

Person = tuple[Kind, str]


@dataclass(frozen=True)
class NewBlock:
    """A block to remember. Without a digest it is looked at row by row next time."""

    digest: bytes | None
    rows: Rows
    ids: list[str]


@dataclass
class Seen:
    """A registration's blocks as they counted when a run began, and what its reading shows."""

    registration_id: int
    ledger: Ledger
    # The key of each block in the database.
    blocks: Places

    def ids_of(self, numbers: Iterable[int]) -> dict[int, list[str]]:
        """The ids in some blocks, by the numbers of the blocks."""
        number_of = {int(self.blocks[number]): number for number in numbers}
        ids: dict[int, list[str]] = {}
        for batch in batched(number_of, BATCH):
            found = SeenBlock.objects.filter(id__in=batch).values_list("id", "ids")
            ids.update((number_of[key], _unpacked(packed)) for key, packed in found)
        return ids

    def people_at(self, places: Places) -> Iterator[list[tuple[int, Person]]]:
        """Who is at some places of the ledger, many at a time."""
        rows = self.ledger.rows
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            numbers = rows.block_of(some)
            ids = self.ids_of(set(map(int, numbers)))
            yield [
                (
                    int(place),
                    (
                        KIND_OF[Known(int(rows.rows["kind"][place]))],
                        ids[int(number)][int(place - rows.first[number])],
                    ),
                )
                for place, number in zip(some, numbers, strict=True)
            ]


def open_seen(registration_id: int) -> Seen:
    """What counts as seen. What a run has read that did not get to its end is not believed."""
    _settle_unfinished(registration_id)
    keys: list[int] = []
    digests: dict[bytes, int] = {}
    counting = _counting(registration_id).values_list("id", "digest", "void")
    for number, (key, digest, void) in enumerate(counting.iterator(chunk_size=20_000)):
        keys.append(key)
        if digest is not None and not void:
            digests[bytes(digest)] = number
    ledger = Ledger(digests, len(keys), lambda: _load(registration_id))
    return Seen(registration_id, ledger, np.array(keys, np.int64))


def remember(run: SyncRun, blocks: Iterable[NewBlock]) -> None:
    """Write new blocks. They count when the run has done all its work."""
    bulk.insert(
        SeenBlock,
        COLUMNS,
        (
            (
                run.registration_id,
                run.id,
                block.digest,
                block.rows.tobytes(),
                msgspec.msgpack.encode(block.ids),
                len(block.ids),
                False,
            )
            for block in blocks
        ),
    )


def replace_blocks(run: SyncRun, seen: Seen, *, whole: bool) -> None:
    """Mark the blocks that did not come as they were, and keep watch over whom they leave behind.

    In a pull that is not whole, blocks of which nothing came are left as they are.
    """
    ledger = seen.ledger
    numbers = ledger.unmatched_blocks()
    left = ledger.left_over() if len(numbers) else numbers
    if not whole and len(numbers):
        numbers = np.setdiff1d(numbers, _untouched(ledger, numbers, left))
        left = left[np.isin(ledger.rows.block_of(left), numbers)]
    for people in seen.people_at(left):
        with transaction.atomic():
            remember(run, _remnants(ledger.rows.rows, people, believed=not whole))
    for batch in batched(map(int, seen.blocks[numbers]), BATCH):
        SeenBlock.objects.filter(id__in=batch).update(replaced_by=run.id)


def void_people(run: SyncRun, seen: Seen, places: Places) -> None:
    """Look again, next time, at these known rows and at whatever came of the same people."""
    numbers = set(map(int, seen.ledger.rows.block_of(places)))
    for batch in batched((int(seen.blocks[number]) for number in numbers), BATCH):
        SeenBlock.objects.filter(id__in=batch).update(void=True)
    _void_keys(run, np.unique(seen.ledger.rows.rows["key"][places]))


def stop_believing(run: SyncRun) -> None:
    """The run begins to write: what it replaces is not believed any more, whatever happens now."""
    replaced = SeenBlock.objects.filter(
        registration_id=run.registration_id, replaced_by=run.id, void=False
    )
    for blocks in in_slices(replaced):
        blocks.update(void=True)


def begin_to_count(run: SyncRun) -> None:
    """The run has written all it may: its blocks count from now on, except for what waits."""
    staged = StagedRow.objects.filter(run=run)
    waiting = staged.filter(Q(accepted=False) | Q(look_again=True)).exclude(gone__in=NOT_READ)
    _void_keys(run, _keys(waiting))
    if SeenBlock.objects.filter(run=run, digest__isnull=True).exists():
        _drop_keys(run, _keys(staged.filter(accepted=True).exclude(gone="")))
    run.remembered = True
    run.save(update_fields=["remembered"])
    replaced = SeenBlock.objects.filter(registration_id=run.registration_id, replaced_by=run.id)
    for blocks in in_slices(replaced):
        blocks.delete()


def forget_what_was_seen(registration_id: int) -> None:
    """Let the next sync look at every row again. Who is missing then is still noticed."""
    for blocks in in_slices(SeenBlock.objects.filter(registration_id=registration_id, void=False)):
        blocks.update(void=True)


def watch_over(run: SyncRun, people: Iterable[Person]) -> None:
    """Let the absence of people be noticed whom no row has brought (an undo brings them back)."""
    for some in batched(people, ROWS_OF_A_REMNANT):
        rows = [
            row_of(b"", key_of(kind, sourced_id), known_as(kind, gone=False))
            for kind, sourced_id in some
        ]
        remember(run, [NewBlock(None, np.array(rows, ROW), [each for _, each in some])])


def _settle_unfinished(registration_id: int) -> None:
    """Remove the blocks of runs that died. Of one that had begun to write, watch over its people.

    Some of them are on a list already, and nobody else would miss them there.
    """
    unfinished = SyncRun.objects.filter(
        Exists(SeenBlock.objects.filter(run=OuterRef("pk"))),
        registration_id=registration_id,
        remembered=False,
    )
    for run in unfinished:
        has_written = AppliedSchool.objects.filter(run=run).exists()
        for blocks in in_slices(SeenBlock.objects.filter(run=run)):
            if has_written:
                blocks.update(void=True)
            else:
                blocks.delete()
        if has_written:
            SyncRun.objects.filter(pk=run.pk).update(remembered=True)


# --- reading ----------------------------------------------------------------------------------


def _counting(registration_id: int) -> QuerySet[SeenBlock]:
    return SeenBlock.objects.filter(registration_id=registration_id, run__remembered=True).order_by(
        "id"
    )


def _load(registration_id: int) -> KnownRows:
    counting = _counting(registration_id)
    total = counting.aggregate(total=Sum("count"))["total"] or 0
    rows = np.empty(total, ROW)
    first = [0]
    blocks = counting.values_list("rows", "digest", "void")
    for packed, _, void in blocks.iterator(chunk_size=5_000):
        some = np.frombuffer(packed, ROW)
        end = first[-1] + len(some)
        rows[first[-1] : end] = some
        if void:
            rows["high"][first[-1] : end] = rows["low"][first[-1] : end] = 0
        first.append(end)
    return KnownRows(rows, np.array(first, np.int64))


def _unpacked(packed: bytes | memoryview) -> list[str]:
    return msgspec.msgpack.decode(packed, type=list[str])


def _keys(rows: QuerySet[StagedRow]) -> Keys:
    people = rows.values_list("kind", "sourced_id").iterator(chunk_size=10_000)
    return np.fromiter((key_of(Kind(kind), sourced_id) for kind, sourced_id in people), np.uint64)


# --- what is left over ------------------------------------------------------------------------


def _untouched(ledger: Ledger, numbers: Places, left: Places) -> Places:
    """Blocks of which nobody came, neither as she was nor otherwise."""
    rows = ledger.rows
    sizes = len(rows.first)
    missing = np.bincount(rows.block_of(left), minlength=sizes)
    people = np.bincount(
        rows.block_of(np.flatnonzero(np.isin(rows.rows["kind"], COUNTS))), minlength=sizes
    )
    came = np.bincount(rows.block_of(np.flatnonzero(ledger.shown_rows)), minlength=sizes)
    untouched: Places = numbers[(missing[numbers] == people[numbers]) & (came[numbers] == 0)]
    return untouched


def _remnants(
    rows: Rows, people: list[tuple[int, Person]], *, believed: bool
) -> Iterator[NewBlock]:
    """Blocks of people of whom no row came. In a whole pull no row of theirs is believed again."""
    for some in batched(people, ROWS_OF_A_REMNANT):
        kept = rows[[place for place, _ in some]].copy()
        if not believed:
            kept["high"] = kept["low"] = 0
        yield NewBlock(None, kept, [sourced_id for _, (_, sourced_id) in some])


# --- what waits -------------------------------------------------------------------------------


def _void_keys(run: SyncRun, keys: Keys) -> None:
    """Let the run's new rows of these people be looked at again, and their absence be noticed."""
    for block, rows, chosen in _blocks_with(run, keys):
        rows["high"][chosen] = rows["low"][chosen] = 0
        for gone, counts in (
            (Known.GONE_STUDENT, Known.STUDENT),
            (Known.GONE_GUARDIAN, Known.GUARDIAN),
        ):
            rows["kind"][chosen & (rows["kind"] == gone)] = counts
        block.digest = None
        block.rows = rows.tobytes()
        block.save(update_fields=["digest", "rows"])


def _drop_keys(run: SyncRun, keys: Keys) -> None:
    """Watch no longer over people whose departure is in the roster."""
    for block, rows, chosen in _blocks_with(run, keys, digest__isnull=True):
        ids = [each for each, drop in zip(_unpacked(block.ids), chosen, strict=True) if not drop]
        if not ids:
            block.delete()
            continue
        block.rows, block.count = rows[~chosen].tobytes(), len(ids)
        block.ids = msgspec.msgpack.encode(ids)
        block.save(update_fields=["rows", "ids", "count"])


def _blocks_with(
    run: SyncRun, keys: Keys, **only: object
) -> Iterator[tuple[SeenBlock, Rows, "np.ndarray[tuple[int], np.dtype[np.bool_]]"]]:
    """The run's blocks in which some of these people are, with their rows, and which of them."""
    if not len(keys):
        return
    blocks = SeenBlock.objects.filter(registration_id=run.registration_id, run=run, **only)
    last = 0
    while some := list(blocks.filter(id__gt=last).order_by("id")[:BATCH]):
        last = some[-1].id
        with transaction.atomic():
            for block in some:
                rows = np.frombuffer(block.rows, ROW).copy()
                chosen = np.isin(rows["key"], keys)
                if chosen.any():
                    yield block, rows, chosen
