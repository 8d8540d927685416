"""What the desk answers: a level, every reason for it, and who may finish with which evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How severe an answer is. The verdict is the most severe of its reasons."""

    ALLOW = 0
    VERIFY = 1
    VERIFY_ADMIN = 2
    DENY = 3
    # An error in the record, such as a child who has already left: not a matter of permission.
    BLOCK = 4


class Evidence(StrEnum):
    """What a person at the desk did or saw. Never a document number."""

    PHOTO_ID = "photo_id"
    KNOWN_BY_SIGHT = "known_by_sight"
    CHILD_CONFIRMED = "child_confirmed"
    # Of the child: room, last four of the id, or birth date.
    SECOND_IDENTIFIER = "second_identifier"
    # Of the adult: address or birth date on the ID against what the listed contact knows.
    SECOND_PROOF = "second_proof"
    # To a number already on file before today, never one that the visitor offers.
    CALL_BACK = "call_back"
    # One of several contacts of this name was chosen; choosing asks for a new verdict.
    CONTACT_CHOSEN = "contact_chosen"
    COMPARED_WITH_ORDER = "compared_with_order"
    PAPER_CARD = "paper_card"
    # On the number that stands in the directory, never one that the official offers.
    AGENCY_CALLED = "agency_called"
    # Why the child goes although releases have ended for the day: it stands in the note.
    REASON_STATED = "reason_stated"


class Finisher(StrEnum):
    CLERK = "clerk"
    SCHOOL_ADMIN = "school_admin"


# Each group asks for at least one of its members; every group must be met.
Needs = tuple[frozenset[Evidence], ...]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One rule that spoke. `fault` names the error when the rule could not be evaluated."""

    rule: str
    level: Level
    text: str
    unlock: str = ""
    needs: Needs = ()
    fault: str = ""
    # A no at the desk that an administrator alone may lift.
    lifted_by_admin: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer for one case. `reasons` are worst first; `notes` change nothing."""

    level: Level
    reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    custody_validated: bool
    rules_version: str

    @property
    def rule_ids(self) -> tuple[str, ...]:
        return tuple(one.rule for one in (*self.reasons, *self.grounds, *self.notes))

    def missing(self, evidence: Iterable[Evidence]) -> Needs:
        """List the groups of evidence that are still asked for, each once."""
        given = frozenset(evidence)
        asked = (group for one in (*self.reasons, *self.grounds) for group in one.needs)
        return tuple(dict.fromkeys(group for group in asked if group.isdisjoint(given)))

    def may_finish(self, role: Finisher, evidence: Iterable[Evidence]) -> bool:
        """Whether this person may complete the release or visit with this evidence.

        A clerk finishes ALLOW and VERIFY, a school administrator VERIFY_ADMIN too, and a hold of
        the school's own; all asked evidence must be given. Nobody finishes any other DENY, nor
        BLOCK, at the desk.
        """
        highest = Level.VERIFY if role is Finisher.CLERK else Level.VERIFY_ADMIN
        return self.level_for(role) <= highest and not self.missing(evidence)

    def level_for(self, role: Finisher) -> Level:
        """How severe the answer is to this person: what she may lift alone is hers to decide."""
        if role is Finisher.CLERK or not any(one.lifted_by_admin for one in self.reasons):
            return self.level
        return max(Level.VERIFY_ADMIN if one.lifted_by_admin else one.level for one in self.reasons)
