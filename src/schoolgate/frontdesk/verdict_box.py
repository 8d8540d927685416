"""One verdict for the screen: word, sentence, reasons, what to do next, and the ticks it needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from schoolgate.frontdesk.early_departure import (
    REASON_AT_LEAST_CHARACTERS,
    Weighed,
    asks_same_person,
)
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level, Needs, Reason, Verdict

NEUTRAL_SENTENCE = "Please take a seat, someone will be with you."


@dataclass(frozen=True, kw_only=True)
class Word:
    tone: str
    icon: str
    word: str
    next_step: str


_WORDS = {
    Level.ALLOW: Word(
        tone="allow", icon="circle-check", word="ALLOW", next_step="The child may go."
    ),
    Level.VERIFY: Word(
        tone="verify",
        icon="alert-triangle",
        word="VERIFY",
        next_step="Do what is listed, and tick it.",
    ),
    Level.VERIFY_ADMIN: Word(
        tone="verify",
        icon="shield-lock",
        word="ADMINISTRATOR",
        next_step="An administrator decides. Get help.",
    ),
    Level.DENY: Word(tone="deny", icon="hand-stop", word="DENY", next_step="Get help."),
    Level.BLOCK: Word(
        tone="block", icon="ban", word="NOT POSSIBLE", next_step="Look at the earlier record."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One thing that a person at the desk did. `also` ticks of a group each meet the same need."""

    value: str
    label: str
    is_given: bool
    is_alternative: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A contact of whom several answer to the name."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class VerdictBox:
    level: Level
    word: Word
    sentence: str
    details: tuple[str, ...]
    to_do: tuple[str, ...]
    notes: tuple[str, ...]
    ticks: tuple[Tick, ...]
    choices: tuple[Choice, ...]
    asks_same_person: bool
    asks_reason: bool
    reason_at_least: int
    may_release: bool
    neutral_sentence: str

    @property
    def said(self) -> str:
        """The whole in one line, for the ear."""
        return f"{self.word.word.capitalize()}. {self.sentence}"


def verdict_box(weighed: Weighed, finisher: Finisher) -> VerdictBox:
    """Lay one verdict out for a person with this authority."""
    verdict = weighed.verdict
    spoken = _in_words(verdict.reasons or verdict.grounds, weighed.file)
    in_hand = verdict.level in _in_hand_of(finisher)
    return VerdictBox(
        level=verdict.level,
        word=_WORDS[verdict.level],
        sentence=spoken[0],
        details=spoken[1:],
        to_do=tuple(dict.fromkeys(one.unlock for one in verdict.reasons if one.unlock)),
        notes=tuple(one.text for one in verdict.notes),
        ticks=_ticks(weighed) if in_hand else (),
        choices=_choices(weighed) if in_hand else (),
        asks_same_person=asks_same_person(weighed),
        asks_reason=in_hand and verdict.level is Level.VERIFY_ADMIN,
        reason_at_least=REASON_AT_LEAST_CHARACTERS,
        may_release=verdict.may_finish(finisher, weighed.presented.evidence),
        neutral_sentence=NEUTRAL_SENTENCE if verdict.level is Level.DENY else "",
    )


def _in_hand_of(finisher: Finisher) -> frozenset[Level]:
    """Which verdicts this person can finish, and so gets the ticks for."""
    own = frozenset({Level.ALLOW, Level.VERIFY})
    return own if finisher is Finisher.CLERK else own | {Level.VERIFY_ADMIN}


def _in_words(reasons: Iterable[Reason], file: OnFile) -> tuple[str, ...]:
    """Write the reasons, each once. A rule that could not be asked for want of an age says so."""
    texts = []
    for one in reasons:
        no_age = one.fault and one.rule in {"A6", "N5"} and file.freshness.as_of is None
        texts.append("Nobody knows how old the lists are." if no_age else one.text)
    return tuple(dict.fromkeys(texts))


def _ticks(weighed: Weighed) -> tuple[Tick, ...]:
    given = weighed.presented.evidence
    ticks: dict[Evidence, Tick] = {}
    for group in _groups(weighed.verdict):
        for evidence in sorted(group - {Evidence.CONTACT_CHOSEN}):
            ticks.setdefault(
                evidence,
                Tick(
                    value=evidence.value,
                    label=_label(evidence, weighed),
                    is_given=evidence in given,
                    is_alternative=len(group) > 1,
                ),
            )
    return tuple(ticks.values())


def _groups(verdict: Verdict) -> Needs:
    asked = (group for one in (*verdict.grounds, *verdict.reasons) for group in one.needs)
    return tuple(dict.fromkeys(asked))


def _label(evidence: Evidence, weighed: Weighed) -> str:
    student = weighed.file.row
    labels = {
        Evidence.PHOTO_ID: f"Photo ID says {weighed.presented.name} and matches the person",
        Evidence.KNOWN_BY_SIGHT: "I know this person by sight",
        Evidence.CHILD_CONFIRMED: f"{student.given_name} says that this is the right adult",
        Evidence.SECOND_IDENTIFIER: "Right child: checked grade, ID or birth date with the adult",
        Evidence.SECOND_PROOF: "Address or birth date on the ID is what the contact says",
        Evidence.CALL_BACK: f"Called back {_numbers_on_file(weighed)}",
        Evidence.COMPARED_WITH_ORDER: "Birth date or photo compared with the order: another person",
        Evidence.PAPER_CARD: "Paper card on file names this adult",
    }
    return labels[evidence]


def _numbers_on_file(weighed: Weighed) -> str:
    """Name whom to call, and the number on file: never one that the visitor offers."""
    taken_for = {one.contact.adult_id for one in weighed.taken_for}
    others = [one for one in weighed.file.contacts if one.adult_id not in taken_for]
    numbers = []
    for contact in others or weighed.file.contacts:
        guardian = weighed.file.guardians[contact.adult_id]
        digits = "".join(one for one in guardian.phone or guardian.sms if one.isdigit())
        if digits:
            numbers.append(f"{contact.name} (number on file …{digits[-4:]})")
    return " or ".join(numbers[:2]) or "a listed contact, on a number that is on file"


def _choices(weighed: Weighed) -> tuple[Choice, ...]:
    asked = {evidence for group in _groups(weighed.verdict) for evidence in group}
    if Evidence.CONTACT_CHOSEN not in asked:
        return ()
    return tuple(
        Choice(id=one.contact.adult_id, name=str(one.contact.name)) for one in weighed.taken_for
    )
