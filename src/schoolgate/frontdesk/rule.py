"""What a rule is, and what it hands back when it speaks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from schoolgate.frontdesk.recognition import Recognition
from schoolgate.frontdesk.verdicts import Level, Needs

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The words for the rule's sentence, and its own evidence where the table's is not meant."""

    words: Mapping[str, str] = field(default_factory=dict)
    needs: Needs | None = None


class Kind(StrEnum):
    """What a rule's word does: speak for the adult, raise the level, or only inform."""

    GROUND = "ground"
    CHECK = "check"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row. `always_binds`: also where the school does not validate custody."""

    id: str
    kind: Kind = Kind.CHECK
    level: Level
    text: str
    unlock: str = ""
    needs: Needs = ()
    always_binds: bool = False
    # Asked also when nobody comes and the student leaves alone.
    without_adult: bool = False
    lifted_by_admin: bool = False
    speaks: Callable[[Recognition], Finding | None]


def day(on: date | None) -> str:
    return f"{on.day} {on:%b %Y}" if on else "an unknown day"


def days_in_words(days: Iterable[int]) -> str:
    """`Mon, Wed`: days of the week, Monday is 0."""
    return ", ".join(DAYS[one] for one in sorted(days))


def clock(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else "earlier"
