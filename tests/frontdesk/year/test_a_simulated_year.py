"""Days of many desks, held against what is true: nobody wrong goes, and few right ones wait."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from frontdesk.year.oracle import is_wrong, least, rows
from frontdesk.year.world import FIRST_DAY, Attempt, School, case_of
from schoolgate.frontdesk.cases import Case, SamePerson
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.rule import Rule
from schoolgate.frontdesk.rule_table import RULES
from schoolgate.frontdesk.verdicts import Finisher, Verdict

SCHOOLS, DAYS, A_DAY = 200, 5, 8


@dataclass
class Tally:
    decisions: int = 0
    finished: int = 0
    wrong: list[str] = field(default_factory=list)
    milder: list[str] = field(default_factory=list)
    needless: Counter[str] = field(default_factory=Counter)


def attempts() -> Iterator[Attempt]:
    for seed in range(SCHOOLS):
        school = School(seed)
        for day in range(DAYS):
            # Spread over the year: orders begin and end, lists grow old, contacts go.
            yield from school.day(FIRST_DAY + timedelta(days=day * 37 + seed % 30), A_DAY)


def ask(attempt: Attempt, rules: Iterable[Rule]) -> tuple[Case, Verdict, Verdict]:
    """Ask as the desk does: the first answer, then what honest people tick and say."""
    first = case_of(attempt)
    case = first
    orders = attempt.child.orders
    truth = {
        str(one.number): SamePerson.YES if one.person == attempt.person else SamePerson.NO
        for one in orders
    }
    verdict = decide(case, rules=rules)
    for _ in range(4):
        asked = frozenset().union(*verdict.missing(case.evidence))
        answers = truth if "A1" in verdict.rule_ids else case.adult.same_person
        adult = replace(case.adult, same_person=answers)
        case = replace(case, evidence=case.evidence | (asked & attempt.evidence()), adult=adult)
        verdict = decide(case, rules=rules)
    return case, decide(first, rules=rules), verdict


def live_through(rules: Iterable[Rule] = RULES) -> Tally:
    tally = Tally()
    for attempt in attempts():
        case, first, verdict = ask(attempt, rules)
        tally.decisions += 1
        told = f"{attempt.name} for {attempt.child.given} on {attempt.on}: {verdict.rule_ids}"
        by_clerk = verdict.may_finish(Finisher.CLERK, case.evidence)
        by_anybody = verdict.may_finish(Finisher.SCHOOL_ADMIN, case.evidence)
        tally.finished += by_clerk
        wrong = is_wrong(attempt)
        certain = wrong and wrong != "neither listed nor authorised"
        # An administrator may take who is not listed: that is hers to decide. Nothing else is.
        if (wrong and by_clerk) or (certain and by_anybody):
            tally.wrong.append(f"{wrong}: {told}")
        if first.level < least(attempt):
            tally.milder.append(f"{rows(attempt)}: {told} {first.rule_ids}")
        if not wrong and attempt.rightful and verdict.level > least(attempt):
            tally.needless.update(one.rule for one in verdict.reasons if one.level == verdict.level)
    return tally


def test_nobody_wrong_goes_no_answer_is_too_mild_and_few_right_ones_wait() -> None:
    tally = live_through()

    assert tally.decisions == SCHOOLS * DAYS * A_DAY
    assert tally.wrong == []
    assert tally.milder == []
    # Most of what is asked ends well at the counter, and a right adult seldom waits for more.
    assert tally.finished > tally.decisions * 0.4
    assert tally.needless.total() < tally.decisions * 0.02


def test_a_table_without_a_row_is_found_out() -> None:
    without = {
        rule_id: live_through([rule for rule in RULES if rule.id != rule_id])
        for rule_id in ("X1", "X2", "A1")
    }

    assert all(tally.wrong for tally in without.values())
    assert all(tally.milder for tally in without.values())
