"""May this adult take, or visit, this student now? One pure function over one case.

All rules of the table are asked; the verdict is the most severe answer. It fails closed: ALLOW
needs a positive ground and no objection, and a rule that cannot be evaluated asks for an
administrator.
"""

from collections.abc import Iterable

from schoolgate.frontdesk.cases import Case
from schoolgate.frontdesk.grounds import claims
from schoolgate.frontdesk.recognition import Recognition
from schoolgate.frontdesk.rule import Kind, Rule
from schoolgate.frontdesk.rule_table import RULES, RULES_VERSION
from schoolgate.frontdesk.verdicts import Level, Reason, Verdict

NO_GROUND = Reason(
    rule="R-",
    level=Level.VERIFY_ADMIN,
    text="Nothing on file says that this adult may come for this child.",
    unlock="Administrator",
)
NOT_ALONE = Reason(
    rule="R-",
    level=Level.VERIFY_ADMIN,
    text="Nothing on file says that this student may leave alone.",
    unlock="Administrator",
)


def decide(case: Case, *, rules: Iterable[Rule] = RULES) -> Verdict:
    """Say what the desk may do, with every reason, worst first. Changes nothing, never raises."""
    who = Recognition(case)
    custody = case.policy.validates_custody
    spoken = [
        (rule.kind, reason)
        for rule in rules
        if (custody or rule.always_binds)
        and (rule.without_adult or not case.alone)
        and (reason := _ask(rule, who))
    ]
    grounds = tuple(one for kind, one in spoken if kind is Kind.GROUND and not one.fault)
    notes = tuple(one for kind, one in spoken if kind is Kind.NOTE and not one.fault)
    objections = [one for kind, one in spoken if kind is Kind.CHECK or one.fault]
    if not grounds and _nothing_speaks_for(who, objections):
        objections.append(NOT_ALONE if case.alone else NO_GROUND)
    reasons = tuple(sorted(objections, key=lambda one: -one.level))
    return Verdict(
        level=max((one.level for one in reasons), default=Level.ALLOW),
        reasons=reasons,
        grounds=grounds,
        notes=notes,
        custody_validated=custody,
        rules_version=RULES_VERSION,
    )


def _ask(rule: Rule, who: Recognition) -> Reason | None:
    try:
        finding = rule.speaks(who)
        if finding is None:
            return None
        text = " ".join(rule.text.format(**finding.words).split())
    except Exception as error:  # noqa: BLE001 - whatever fails, the desk must not fail open
        return Reason(
            rule=rule.id,
            level=Level.VERIFY_ADMIN,
            text=f"Rule {rule.id} could not be checked.",
            unlock="Administrator",
            fault=type(error).__name__,
        )
    needs = rule.needs if finding.needs is None else finding.needs
    return Reason(
        rule=rule.id,
        level=rule.level,
        text=text,
        unlock=rule.unlock,
        needs=needs,
        lifted_by_admin=rule.lifted_by_admin,
    )


def _nothing_speaks_for(who: Recognition, objections: list[Reason]) -> bool:
    """Whether a missing ground is unexplained, or cannot be made good by evidence at the desk.

    Without this an unrelated question (a namesake, an old list) would lower "nothing on file"
    from an administrator's decision to a clerk's.
    """
    worst = max((one.level for one in objections), default=Level.ALLOW)
    if who.case.alone:
        return worst < Level.BLOCK
    return worst < Level.VERIFY_ADMIN and not (objections and claims(who))
