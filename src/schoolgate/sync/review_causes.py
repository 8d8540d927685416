"""Why so much may have gone at once: what the data shows, what to do, and whether waiting helps.

Pure. The causes are a table, in the order in which they are told; each says from the numbers
whether it fits. A cause is a guess with its evidence, never a decision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schoolgate.sync.records import Kind, Reason

# Shares in percent: of those gone, or of those there before.
NEARLY_ALL = 90
MOST = 80
# A read of fewer records than this share of the last whole one is a smaller export.
SMALLER_EXPORT = 70
# One school may shrink; this many at once, and half of all, are no coincidence.
SCHOOLS_AT_ONCE = 3
# Between these days (month, day) American schools end one year and begin the next.
SUMMER = ((5, 20), (9, 15))


class Way(StrEnum):
    """Where the page leads to."""

    NOWHERE = ""
    SCHOOLS = "schools"
    REKEY = "rekey"
    LIMITS = "limits"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the data shows about one hold. Counts are of its school, unless it says otherwise."""

    kind: Kind
    reason: Reason
    gone: int
    before: int
    today: date
    # Of those gone: the source says itself that they have left, has them in a school that is not
    # taken here, or has them again under another id.
    marked: int = 0
    moved_out: int = 0
    come_again: int = 0
    # Grades of which nearly nobody would be left, and how many of those gone are in them.
    grades: tuple[str, ...] = ()
    gone_in_grades: int = 0
    # Of the relationships gone: the adult does not come any more at all.
    adults_gone: int = 0
    # Schools of the source with a hold of this kind in this sync, and all that are taken.
    schools_alike: int = 1
    schools_taken: int = 1
    # Records read, now and in the whole sync before (0: there was none).
    rows: int = 0
    rows_before: int = 0


@dataclass(frozen=True)
class Cause:
    """`fits` says what the data shows, or nothing when it does not show this."""

    id: str
    title: str
    fits: Callable[[Seen], str]
    to_do: str
    waiting: str
    way: Way = Way.NOWHERE
    # Where the data shows this, nothing else needs to be guessed at.
    is_certain: bool = False


@dataclass(frozen=True)
class LikelyCause:
    cause: Cause
    shows: str


HELPS = "Waiting helps: the next sync takes it back by itself once the source is whole again."
NO_HELP = "Waiting does not help until somebody has acted."
NO_HARM = "Waiting does no harm: until you decide, everybody stays on the list."


def _school_not_listed(seen: Seen) -> str:
    if seen.reason is not Reason.SCHOOL_NOT_LISTED:
        return ""
    return "The school is not among the schools that the source lists."


def _ids_turned_over(seen: Seen) -> str:
    if seen.come_again * 2 > seen.gone:
        return (
            f"{seen.come_again:,} of the {seen.gone:,} students who would go come again under "
            "another id, with the same name."
        )
    if seen.reason is Reason.IDS_TURNED_OVER:
        return "More than half of the students would go, and as many come under new ids."
    return ""


def _smaller_export(seen: Seen) -> str:
    if seen.rows * 100 < seen.rows_before * SMALLER_EXPORT:
        return (
            f"This sync read {seen.rows:,} records; the whole sync before it read "
            f"{seen.rows_before:,}."
        )
    return ""


def _many_schools(seen: Seen) -> str:
    alike, taken = seen.schools_alike, seen.schools_taken
    if alike >= SCHOOLS_AT_ONCE and alike * 2 >= taken:
        return f"It is the same in {alike:,} of {taken:,} schools at once."
    return ""


def _moved_out(seen: Seen) -> str:
    if not seen.moved_out or not _share(seen.moved_out, seen.gone, MOST):
        return ""
    return (
        f"{seen.moved_out:,} of the {seen.gone:,} are still in the source, in schools that are not "
        "taken here."
    )


def _marked(seen: Seen) -> str:
    if not seen.marked or not _share(seen.marked, seen.gone, MOST):
        return ""
    return f"The source itself marks {seen.marked:,} of the {seen.gone:,} as having left."


def _rollover(seen: Seen) -> str:
    if not seen.grades or not _share(seen.gone_in_grades, seen.gone, MOST):
        return ""
    grades = f"grade {seen.grades[0]}" if len(seen.grades) == 1 else _listed(seen.grades)
    summer = " It is the time of year for it." if _is_summer(seen.today) else ""
    whole = f"{seen.gone_in_grades:,} of the {seen.gone:,} are nearly all there are in {grades}."
    return whole + summer


def _summer(seen: Seen) -> str:
    if seen.kind is Kind.STUDENT and _is_summer(seen.today) and not _rollover(seen):
        return "It is the time of year in which a SIS closes one school year and opens the next."
    return ""


def _contacts_off(seen: Seen) -> str:
    if seen.kind is not Kind.RELATIONSHIP or not _share(seen.gone, seen.before, NEARLY_ALL):
        return ""
    adults = (
        "and the adults themselves do not come any more"
        if _share(seen.adults_gone, seen.gone, MOST)
        else "while the students stay"
    )
    return f"{seen.gone:,} of the {seen.before:,} relationships of this school are gone, {adults}."


def _adults_hidden(seen: Seen) -> str:
    if seen.kind is not Kind.RELATIONSHIP or _contacts_off(seen):
        return ""
    if not seen.adults_gone or not _share(seen.adults_gone, seen.gone, MOST):
        return ""
    return (
        f"The adults of {seen.adults_gone:,} of the {seen.gone:,} relationships do not come any "
        "more at all."
    )


def _emptied(seen: Seen) -> str:
    if seen.reason is Reason.SCHOOL_EMPTIED and seen.kind is Kind.STUDENT:
        return f"All {seen.before:,} students of this school would go, and the others stay."
    return ""


def _nothing(seen: Seen) -> str:
    return (
        f"{seen.gone:,} of {seen.before:,}: nothing in the data says why. Look at a few of the "
        "names in the SIS."
    )


CAUSES = (
    Cause(
        "school_not_listed",
        "The school is not shared any more, or has a new id",
        _school_not_listed,
        "Ask whoever runs the SIS whether the school is still shared with Schoolgate. If it has a "
        "new id there, look for schools again and choose it anew. If it has closed, stop taking it "
        "on the Schools page: then its students go without being held.",
        NO_HELP,
        Way.SCHOOLS,
        is_certain=True,
    ),
    Cause(
        "ids_turned_over",
        "The SIS gives everybody a new id",
        _ids_turned_over,
        "That happens when a district changes its SIS, or when the SIS is set up anew. Do not "
        "approve it: every child would be listed twice, or lose what the school knows of it. Ask "
        "whoever runs the SIS whether the old ids can come back. If they cannot, the old people "
        "have to be matched with the new ones.",
        NO_HELP,
        Way.REKEY,
        is_certain=True,
    ),
    Cause(
        "smaller_export",
        "The export is empty or cut",
        _smaller_export,
        "Ask whoever runs the SIS whether the export ended well, and whether a filter or a "
        "permission was changed. Then sync again.",
        HELPS,
    ),
    Cause(
        "many_schools",
        "Something changed for the whole source",
        _many_schools,
        "So much at once is rarely people who leave: it is a filter, a permission, a school year "
        "that was closed, or an export that was cut. Ask whoever runs the SIS before you decide.",
        HELPS,
    ),
    Cause(
        "contacts_off",
        "Contacts are switched off at the source",
        _contacts_off,
        "Ask whoever runs the SIS whether parents and guardians, and their links to students "
        "(agents), are still shared with Schoolgate. Then sync again. If the district wants no "
        "contacts any more, choose “Students only” on the Schools page.",
        HELPS,
        Way.SCHOOLS,
    ),
    Cause(
        "adults_hidden",
        "The source hides adults that it showed before",
        _adults_hidden,
        "Some SIS show only people who have a user name, or who are marked as guardians. Ask "
        "whoever runs the SIS what was changed for these adults. Then sync again.",
        HELPS,
    ),
    Cause(
        "moved_out",
        "They are in a school that is not taken here",
        _moved_out,
        "If schools were merged or a new one was opened, take it on the Schools page and sync "
        "again: they then move to its list. If they have really left these schools, approve it.",
        NO_HARM,
        Way.SCHOOLS,
    ),
    Cause(
        "rollover",
        "A new school year",
        _rollover,
        "Grades that leave the school at the end of the year go all at once. If the year is over "
        "and they have left, approve it. If the SIS only prepares the next year, let nobody be "
        "removed until it has begun.",
        NO_HARM,
        Way.LIMITS,
    ),
    Cause(
        "marked",
        "The SIS says that they have left",
        _marked,
        "This is said of each of them, and is not a cut export. Compare a few with the SIS; if it "
        "is so, approve it.",
        NO_HARM,
    ),
    Cause(
        "emptied",
        "The school has closed, or is not shared any more",
        _emptied,
        "If it has closed, stop taking it on the Schools page. If it still has students, ask "
        "whoever runs the SIS to share it again, and sync again.",
        HELPS,
        Way.SCHOOLS,
    ),
    Cause(
        "summer",
        "It may be the new school year",
        _summer,
        "If the year is over and they have left, approve it. If the SIS only prepares the next "
        "year, let nobody be removed until it has begun.",
        NO_HARM,
        Way.LIMITS,
    ),
)
UNKNOWN = Cause(
    "unknown",
    "Not known",
    _nothing,
    "If they are still in the SIS, ask whoever runs it to share them again, and sync again: what "
    "waits then goes away by itself. If they have really left, approve it.",
    NO_HARM,
)

# More would not help anybody to decide.
CAUSES_AT_MOST = 3


def likely_causes(seen: Seen) -> list[LikelyCause]:
    """What may be behind it, most telling first; always at least one."""
    likely = [LikelyCause(cause, shows) for cause in CAUSES if (shows := cause.fits(seen))]
    certain = [one for one in likely if one.cause.is_certain]
    return certain[:1] or likely[:CAUSES_AT_MOST] or [LikelyCause(UNKNOWN, UNKNOWN.fits(seen))]


def _share(part: int, whole: int, percent: int) -> bool:
    return part * 100 >= whole * percent


def _listed(grades: tuple[str, ...]) -> str:
    return f"grades {', '.join(grades[:-1])} and {grades[-1]}"


def _is_summer(today: date) -> bool:
    first, last = SUMMER
    return first <= (today.month, today.day) <= last
