"""How often to sync a source, advised from what its last syncs cost and brought. Pure.

The rules are the table at the end: each looks at the figures and, where it applies, says how many
hours at least, and why. The advice is the longest of these, or how soon the lists would gain from
another look, whichever is longer. It is shown to support and never applied by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from schoolgate.registrations.schedule import Window
from schoolgate.registrations.schedule_words import (
    capitalized,
    every_in_words,
    window_in_words,
)
from schoolgate.sync.advice_figures import Evidence, Figures, figures_of

# Intervals that are advised. From the last on the desk asks for a check of every release
# (frontdesk/cases.py, `verify_after`): longer is never advised.
STEPS = (6, 12, 24, 48, 72)
LONGEST = STEPS[-1]

# What is too little to advise from.
RUNS_AT_LEAST = 5
WHOLE_AT_LEAST = 3
DAYS_AT_LEAST = 2

# A sync may take a tenth of the time between two.
SHARE_OF_TIME = 10
# Ours: so many records a day are asked of a source, as one read or as several.
RECORDS_A_DAY = 5_000_000
OFTEN = 1 / 3
MOSTLY_NEW = 0.5
RARELY_CHANGES = 0.9
WORTH_SPARING_MINUTES = 30
# How often something changed, and how soon the lists then gain from another look.
CHANGES_MOSTLY, CHANGES_AT_TIMES = 0.8, 0.5


class Verdict(StrEnum):
    SAFE = "safe"
    WISER = "wiser"
    AS_IT_IS = "as_it_is"
    TOO_EARLY = "too_early"


@dataclass(frozen=True)
class AtLeast:
    """One rule's word: no more often than this, and why."""

    hours: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Advice:
    verdict: Verdict
    sentence: str
    reasons: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    # None when it is too early to say.
    hours: int | None = None
    # When the SIS asks for one, and the source has none.
    window: Window | None = None


Rule = Callable[[Figures, Evidence], AtLeast | None]


def advise(evidence: Evidence) -> Advice:
    """Say how often this source is best synced, with the reasons and the figures used."""
    figures = figures_of(evidence.runs)
    missing = _missing(figures)
    if missing:
        return Advice(
            verdict=Verdict.TOO_EARLY,
            sentence="It is too early to advise.",
            reasons=(missing,),
            figures=figures.in_words(),
        )
    said = [word for rule in RULES if (word := rule(figures, evidence)) is not None]
    soonest, gain = _gain(figures)
    wanted = max([soonest, *(word.hours for word in said)])
    hours = next((step for step in STEPS if step >= wanted), LONGEST)
    # A word that would have allowed a shorter interval than the one advised explains nothing.
    shorter = max((step for step in STEPS if step < hours), default=0)
    binding = [word.why for word in said if word.hours > shorter]
    return Advice(
        verdict=_verdict(hours, evidence.every_hours),
        sentence=_sentence(hours, evidence.every_hours),
        reasons=(
            *([gain] if soonest > shorter else []),
            *binding,
            *_cautions(wanted, figures, evidence),
        ),
        figures=figures.in_words(),
        hours=hours,
        window=_suggested(evidence),
    )


def _suggested(evidence: Evidence) -> Window | None:
    if evidence.preset is None or evidence.window is not None:
        return None
    return evidence.preset.window


def _missing(figures: Figures) -> str:
    if figures.count < RUNS_AT_LEAST or figures.days < DAYS_AT_LEAST:
        return (
            f"Advice needs at least {RUNS_AT_LEAST} syncs over {DAYS_AT_LEAST} days; there "
            f"{'is' if figures.count == 1 else 'are'} {figures.count} over {figures.days:.1f}."
        )
    if figures.whole < WHOLE_AT_LEAST:
        return (
            f"Only {figures.whole} of the last {figures.count} syncs read everything; advice needs "
            f"{WHOLE_AT_LEAST}. See first why the others did not."
        )
    return ""


def _gain(figures: Figures) -> tuple[int, str]:
    """How soon the lists gain from another look, and how we know."""
    changed = figures.whole - figures.unchanged
    of = f"{changed} of {figures.whole} whole syncs"
    if figures.changing >= CHANGES_MOSTLY:
        return 6, f"Something changed in {of}: the lists gain from every one."
    if figures.changing >= CHANGES_AT_TIMES:
        return 12, f"Something changed in {of}."
    return 24, f"Something changed in only {of}: more would rarely bring anything."


def _verdict(hours: int, present: int) -> Verdict:
    if hours == present:
        return Verdict.AS_IT_IS
    return Verdict.SAFE if hours < present else Verdict.WISER


def _sentence(hours: int, present: int) -> str:
    ends = {
        Verdict.SAFE: "is safe",
        Verdict.WISER: "is wiser",
        Verdict.AS_IT_IS: "is right, as it is",
    }
    return f"{capitalized(every_in_words(hours))} {ends[_verdict(hours, present)]}."


# --- the rules -----------------------------------------------------------------------------------


def takes_long(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    return AtLeast(
        figures.minutes * SHARE_OF_TIME / 60,
        f"A sync takes {figures.duration}: it should take no more than a tenth of the time between "
        "two.",
    )


def reads_much(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    hours = 24 * figures.rows / RECORDS_A_DAY
    if hours <= STEPS[0]:
        return None
    return AtLeast(
        hours,
        f"Each reads {figures.rows:,} records: no more than {RECORDS_A_DAY:,} a day are asked of a "
        "source.",
    )


def looks_new(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    if figures.share_new < MOSTLY_NEW:
        return None
    return AtLeast(
        24,
        f"{figures.share_new:.0%} of the records look new each time, so that every sync costs like "
        "the first.",
    )


def rarely_changes(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    still = figures.unchanged / figures.whole
    if still < RARELY_CHANGES or figures.minutes < WORTH_SPARING_MINUTES:
        return None
    return AtLeast(
        48,
        f"Nothing changed in {figures.unchanged} of {figures.whole} whole syncs of "
        f"{figures.duration} each.",
    )


def is_too_much_for_the_source(figures: Figures, evidence: Evidence) -> AtLeast | None:
    if figures.busy / figures.count < OFTEN:
        return None
    return AtLeast(
        max(24, min(2 * evidence.every_hours, LONGEST)),
        f"{figures.busy} of {figures.count} syncs failed because the source was busy or broke "
        "down: give it more time.",
    )


def fails_for_another_reason(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    other = figures.failed - figures.busy
    if other / figures.count < OFTEN:
        return None
    return AtLeast(
        24,
        f"{other} of {figures.count} syncs failed for a reason that no interval mends: see to that "
        "first.",
    )


def comes_in_part(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    if figures.incomplete / figures.count < OFTEN:
        return None
    return AtLeast(
        24,
        f"{figures.incomplete} of {figures.count} syncs did not get everything: nobody leaves a "
        "list by them, however many there are.",
    )


def waits_for_a_person(figures: Figures, _evidence: Evidence) -> AtLeast | None:
    if figures.held / figures.count < OFTEN:
        return None
    return AtLeast(
        24,
        f"Part of {figures.held} of {figures.count} syncs waited for a person: more syncs ask the "
        "same question again.",
    )


def is_read_off_peak(_figures: Figures, evidence: Evidence) -> AtLeast | None:
    if evidence.preset is None or not evidence.preset.off_peak:
        return None
    return AtLeast(24, f"{evidence.preset.name} asks to be read off-peak: once a night.")


def is_rebuilt_at_night(_figures: Figures, evidence: Evidence) -> AtLeast | None:
    if evidence.preset is None or evidence.preset.rebuilt is None:
        return None
    return AtLeast(24, f"{evidence.preset.name} makes its data anew once a night.")


RULES: tuple[Rule, ...] = (
    # Looks at ...                  and says at least ...
    takes_long,  #                  ten times as long as a sync takes
    reads_much,  #                  what keeps it under five million records a day
    looks_new,  #                   24 h where half of the records look new each time
    rarely_changes,  #              48 h where nothing changes, and a sync takes half an hour
    is_too_much_for_the_source,  #  twice the present where a third failed as the source was busy
    fails_for_another_reason,  #    24 h where a third failed otherwise
    comes_in_part,  #               24 h where a third was not whole
    waits_for_a_person,  #          24 h where a third waited
    is_read_off_peak,  #            24 h where the vendor asks for it
    is_rebuilt_at_night,  #         24 h where the data are made anew once a night
)


def _cautions(wanted: float, figures: Figures, evidence: Evidence) -> list[str]:
    """What the interval alone does not mend."""
    said = []
    if wanted > LONGEST:
        said.append(
            f"Longer than {every_in_words(LONGEST)} is never advised: from then on the desk asks "
            "for a check of every release. Make the sync cheaper instead."
        )
    if evidence.every_hours > LONGEST:
        said.append(
            f"At present lists get older than {LONGEST // 24} days: the desk then asks for a check "
            "of every release."
        )
    window = evidence.window
    if window is not None and figures.minutes * 60 > window.length.total_seconds():
        said.append(
            f"A sync takes longer than its window, {window_in_words(window)}, is open: it goes on "
            "after that."
        )
    suggested = evidence.preset.window if evidence.preset is not None else None
    if evidence.preset is not None and suggested is not None and window is None:
        said.append(f"Allow syncs {window_in_words(suggested)} only: {evidence.preset.window_why}")
    return said
