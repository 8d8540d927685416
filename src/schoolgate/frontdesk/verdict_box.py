"""One verdict for the screen: word, sentence, reasons, what to do next, and the ticks it needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from schoolgate.frontdesk.call_back import who_may_be_called
from schoolgate.frontdesk.cases import Purpose
from schoolgate.frontdesk.givers import may_authorise
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.person_checks import Weighed, asks_same_person
from schoolgate.frontdesk.recognition import Recognition
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level, Needs, Reason, Verdict

NEUTRAL_SENTENCE = "Please take a seat, someone will be with you."


@dataclass(frozen=True, kw_only=True)
class Word:
    tone: str
    icon: str
    word: str


_WORDS = {
    Level.ALLOW: Word(tone="allow", icon="circle-check", word="ALLOW"),
    Level.VERIFY: Word(tone="verify", icon="alert-triangle", word="VERIFY"),
    Level.VERIFY_ADMIN: Word(tone="verify", icon="shield-lock", word="ADMINISTRATOR"),
    Level.DENY: Word(tone="deny", icon="hand-stop", word="DENY"),
    Level.BLOCK: Word(tone="block", icon="ban", word="NOT POSSIBLE"),
}


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One thing that a person at the desk did."""

    value: str
    label: str
    is_given: bool


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
    next_step: str
    notes: tuple[str, ...]
    # Of each group one tick is needed.
    tick_groups: tuple[tuple[Tick, ...], ...]
    choices: tuple[Choice, ...]
    asks_same_person: bool
    asks_reason: bool
    reason_at_least: int
    in_hand: bool
    may_release: bool
    # Two people may decide against it: an administrator here, and another who agrees.
    may_override: bool
    # A call to a listed contact may put the adult on the list for today.
    may_authorise: bool
    # Said beside the name: an expired ID still shows whose it is.
    id_expired: bool
    # What to say at the counter, where the reason does not say it.
    say: str


def word_of(level: Level) -> Word:
    """Give the one word of an answer, with its colour and its picture."""
    return _WORDS[level]


def verdict_box(weighed: Weighed, finisher: Finisher) -> VerdictBox:
    """Lay one verdict out for a person with this authority."""
    verdict = weighed.verdict
    spoken = _in_words(verdict.reasons or verdict.grounds, weighed.file)
    level = verdict.level_for(finisher)
    in_hand = level in _in_hand_of(finisher)
    return VerdictBox(
        level=verdict.level,
        word=_WORDS[verdict.level],
        sentence=spoken[0],
        details=spoken[1:],
        next_step=_next_step(weighed, finisher),
        notes=tuple(one.text for one in verdict.notes),
        tick_groups=_tick_groups(weighed) if in_hand else (),
        choices=_choices(weighed) if in_hand else (),
        asks_same_person=asks_same_person(weighed),
        asks_reason=in_hand
        and (level is Level.VERIFY_ADMIN or Evidence.REASON_STATED in weighed.presented.evidence),
        reason_at_least=REASON_AT_LEAST_CHARACTERS,
        in_hand=in_hand,
        may_release=verdict.may_finish(finisher, weighed.presented.evidence),
        may_override=level is Level.DENY and finisher is Finisher.SCHOOL_ADMIN,
        may_authorise=may_authorise(weighed),
        id_expired=weighed.case.adult.licence_expired,
        say=NEUTRAL_SENTENCE if verdict.level is Level.DENY and "Say:" not in spoken[0] else "",
    )


def _in_hand_of(finisher: Finisher) -> frozenset[Level]:
    """Which verdicts this person can finish, and so gets the ticks for."""
    own = frozenset({Level.ALLOW, Level.VERIFY})
    return own if finisher is Finisher.CLERK else own | {Level.VERIFY_ADMIN}


def _in_words(reasons: Iterable[Reason], file: OnFile) -> tuple[str, ...]:
    """Write the reasons, each once. A rule that could not be asked for want of an age says so."""
    texts: list[str] = []
    for one in reasons:
        no_age = one.fault and one.rule in {"A6", "N5"} and file.freshness.as_of is None
        texts.append("Nobody knows how old the lists are." if no_age else one.text)
    return tuple(dict.fromkeys(texts))


def _next_step(weighed: Weighed, finisher: Finisher) -> str:
    """Say what to do where ticks alone do not say it."""
    verdict = weighed.verdict
    if verdict.level <= Level.VERIFY:
        return ""
    if verdict.level_for(finisher) is Level.VERIFY_ADMIN and finisher is Finisher.SCHOOL_ADMIN:
        return "You decide: check, tick, and write down why."
    if may_authorise(weighed):
        return "Call a listed contact: with her word the adult may come today."
    if verdict.level is Level.DENY and finisher is Finisher.SCHOOL_ADMIN:
        return "The answer stays no, unless two administrators decide otherwise."
    if verdict.level is Level.DENY:
        leaves = weighed.file.purpose is Purpose.RELEASE
        return f"Get help. Nobody can {'release the child' if leaves else 'sign in'} from here."
    unlocks = dict.fromkeys(one.unlock for one in verdict.reasons if one.level is verdict.level)
    return ". ".join(one for one in unlocks if one)


def _tick_groups(weighed: Weighed) -> tuple[tuple[Tick, ...], ...]:
    """List the ticks that the verdict needs, each once, those of one group together.

    What is ticked stays: a proof may be what keeps its own question from being asked.
    """
    groups, listed = [], set[Evidence]()
    for group in sorted(_groups(weighed.verdict), key=len):
        asked = sorted(group - listed - {Evidence.CONTACT_CHOSEN})
        if asked and (len(group) == 1 or group.isdisjoint(listed)):
            groups.append(tuple(_tick(one, weighed) for one in asked))
            listed.update(asked)
    given = sorted(weighed.presented.evidence - listed)
    groups.extend((_tick(one, weighed),) for one in given)
    return tuple(groups)


def _tick(evidence: Evidence, weighed: Weighed) -> Tick:
    return Tick(
        value=evidence.value,
        label=_label(evidence, weighed),
        is_given=evidence in weighed.presented.evidence,
    )


def _groups(verdict: Verdict) -> Needs:
    asked = (group for one in (*verdict.grounds, *verdict.reasons) for group in one.needs)
    return tuple(dict.fromkeys(asked))


def _label(evidence: Evidence, weighed: Weighed) -> str:
    student = weighed.file.row
    labels = {
        Evidence.PHOTO_ID: f"Photo ID says {weighed.presented.name}, and matches the person",
        Evidence.KNOWN_BY_SIGHT: "I know this person by sight",
        Evidence.CHILD_CONFIRMED: f"{student.given_name} confirms this adult",
        Evidence.SECOND_IDENTIFIER: "Right child: grade, ID or birth date checked",
        Evidence.SECOND_PROOF: "Address or birth date on the ID is the contact's",
        Evidence.CALL_BACK: f"Called back {_numbers_on_file(weighed)}",
        Evidence.COMPARED_WITH_ORDER: "Birth date or photo compared with the order: another person",
        Evidence.PAPER_CARD: "Paper card on file names this adult",
        Evidence.AGENCY_CALLED: "Agency called back, on the number that stands in the directory",
        Evidence.REASON_STATED: "There is a reason to go now, and it stands in the note",
    }
    return labels[evidence]


def _numbers_on_file(weighed: Weighed) -> str:
    """Name whom to call, and the number on file: never one that the visitor offers."""
    numbers = []
    for contact in who_may_be_called(Recognition(weighed.case)):
        guardian = weighed.file.guardians[contact.adult_id]
        digits = "".join(one for one in guardian.phone or guardian.sms if one.isdigit())
        numbers.append(f"{contact.name}, on file …{digits[-4:]}")
    # Only an administrator is left to be asked for a call without somebody to name.
    return " or ".join(numbers[:2]) or "the family, on a number known before today"


def _choices(weighed: Weighed) -> tuple[Choice, ...]:
    asked = {evidence for group in _groups(weighed.verdict) for evidence in group}
    if Evidence.CONTACT_CHOSEN not in asked:
        return ()
    return tuple(
        Choice(id=one.contact.adult_id, name=str(one.contact.name)) for one in weighed.taken_for
    )
