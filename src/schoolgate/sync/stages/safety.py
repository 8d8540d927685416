"""Stage 5, pure: what of a plan is too dangerous to do without a person.

Per school and per kind, so that one school's trouble never blocks another. Additions and updates go
on, except where a school's ids turned over: there they would put every child on the list twice.
"""

from collections.abc import Iterable, Iterator

from schoolgate.sync.records import HoldReason, Kind, Reason, SchoolCount, Thresholds

# Below this a school is too small for "over half of it" to mean a change of ids.
TURNOVER_AT_LEAST = 10
# One or two departures may empty a tiny school; a whole class may not.
EMPTIED_AT_LEAST = 3


def reasons_to_hold(counts: Iterable[SchoolCount], thresholds: Thresholds) -> Iterator[HoldReason]:
    """The holds a plan needs, at most one for each school and kind."""
    for count in counts:
        reason = _reason(count, limit := _limit(count, thresholds))
        if reason is not None:
            yield HoldReason(
                count.school_id, count.kind, reason, count.removed, count.before, limit
            )


def _limit(count: SchoolCount, thresholds: Thresholds) -> int:
    # A lost guardian blocks a pickup: relationships have the lower bar.
    lower_bar = count.kind is Kind.RELATIONSHIP
    percent = thresholds.relationship_percent if lower_bar else thresholds.percent
    return max(count.before * percent // 100, thresholds.records)


def _reason(count: SchoolCount, limit: int) -> Reason | None:
    if count.removed and not count.listed:
        # The school's own id has changed, or it is not shared any more: nobody left it.
        return Reason.SCHOOL_NOT_LISTED
    if _turned_over(count):
        return Reason.IDS_TURNED_OVER
    if count.removed > limit:
        return Reason.TOO_MANY_REMOVED
    if count.removed >= EMPTIED_AT_LEAST and count.removed == count.before:
        return Reason.SCHOOL_EMPTIED
    return None


def _turned_over(count: SchoolCount) -> bool:
    half = count.before / 2
    return (
        count.kind is Kind.STUDENT
        and count.before >= TURNOVER_AT_LEAST
        and count.removed > half
        and count.added > half
    )
