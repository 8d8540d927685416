"""What the desk sends: checked here, decided elsewhere."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core import signing

from schoolgate.accounts.models import User
from schoolgate.frontdesk.cases import SamePerson
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import ERRANDS, Errand
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.person_checks import (
    OVERRIDES,
    Presented,
    Scan,
    Shown,
    Weighed,
    Words,
)
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence

SALT = "frontdesk.shown.4"
# A screen that stood open longer says no more what is so, nor when the adult came.
SHOWN_AT_MOST = timedelta(minutes=30)
OUTCOMES = (
    ("refused", "Refused"),
    ("left without the child", "Adult left"),
    ("sent to an administrator", "Sent to an administrator"),
)
# Of a release to an official: it is given by its own form.
AGENCY = ("agency", "Police, child protection or ambulance")
ALL_REASONS = dict(reason for errand in ERRANDS.values() for reason in errand.reasons)
IN_WORDS = ALL_REASONS | dict([AGENCY]) | dict(OUTCOMES) | dict(OVERRIDES)


SAME_PERSON = (
    (SamePerson.YES.value, "Yes"),
    (SamePerson.NO.value, "No"),
    (SamePerson.NOT_SURE.value, "Not sure"),
)


class SearchForm(forms.Form):
    q = forms.CharField(max_length=100, required=False)


class AdultForm(forms.Form):
    """The adult at the counter, what was seen of her, and what the clerk adds."""

    name = forms.CharField(
        max_length=200,
        error_messages={"required": "Type the name as on the ID, or choose a contact."},
    )
    # A contact that was pressed just now, and one that was chosen before.
    chosen = forms.IntegerField(required=False)
    kept = forms.IntegerField(required=False)
    evidence = forms.MultipleChoiceField(
        choices=[(one.value, one.value) for one in Evidence], required=False
    )
    same_person = forms.ChoiceField(choices=[("", ""), *SAME_PERSON], required=False)
    child_objects = forms.BooleanField(required=False)
    reason = forms.ChoiceField(choices=[*ALL_REASONS.items(), *OVERRIDES], required=False)
    host = forms.CharField(max_length=120, required=False)
    # The second person of an override: asked for once, never kept nor given back.
    second_username = forms.CharField(max_length=150, required=False)
    second_password = forms.CharField(max_length=200, required=False, strip=False)
    outcome = forms.ChoiceField(choices=OUTCOMES, required=False)
    note = forms.CharField(max_length=500, required=False)
    shown = forms.CharField(required=False)

    def presented(self, shown: Shown, scan: Scan | None = None) -> Presented:
        """Say who stands at the counter. A contact chosen for another name is not kept."""
        given = self.cleaned_data
        if scan is None and given["name"] == shown.name:
            scan = shown.scan
        kept = given["kept"] if given["name"] == shown.name else None
        chosen = given["chosen"] or kept
        answer = given["same_person"] if given["name"] == shown.name else ""
        return Presented(
            name=given["name"],
            chosen_id=str(chosen) if chosen else None,
            evidence=_evidence(given["evidence"], same_adult=given["name"] == shown.name),
            same_person=SamePerson(answer) if answer else None,
            child_objects=given["child_objects"],
            scan=scan,
            child_objected=shown.child_objected,
        )

    def words(self, second: User | None = None) -> Words:
        given = self.cleaned_data
        return Words(reason=given["reason"], note=given["note"], host=given["host"], second=second)

    def words_of_refusal(self) -> Words:
        outcome = self.cleaned_data["outcome"] or OUTCOMES[0][0]
        return Words(reason=outcome, note=self.cleaned_data["note"])


def _evidence(values: list[str], *, same_adult: bool) -> frozenset[Evidence]:
    """Keep what was seen of this adult: another name is another person, and proves itself anew."""
    return frozenset(Evidence(one) for one in values) if same_adult else frozenset()


class UndoForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        label="Why is it undone?",
        help_text=f"At least {REASON_AT_LEAST_CHARACTERS} characters, for the record.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def seal_shown(file: OnFile, *, desk: Desk, shown: Shown, weighed: Weighed | None = None) -> str:
    """Write down what stands on the screen, so that the next request can be held against it.

    `shown` is what stood there before: the opening is its opening, and a child who said no said no.
    """
    presented = weighed.presented if weighed else Presented(name="")
    return signing.dumps(
        {
            "student": file.row.pk,
            "purpose": file.purpose,
            "school": desk.school.pk,
            "by": desk.by.pk,
            "opened": shown.opened_at.isoformat(),
            "name": presented.name,
            "chosen": presented.chosen_id,
            "scan": _scan_as_text(presented.scan),
            "reasons": list(weighed.reasons) if weighed else [],
            "child_objected": shown.child_objected or presented.child_objects,
        },
        salt=SALT,
    )


def read_shown(sealed: str, student_id: int, *, desk: Desk, errand: Errand) -> Shown:
    """Read what stood on this person's screen of this child, opened half an hour ago at most.

    Of any other seal only the child's no is kept; of a broken one, or another child's, nothing.
    """
    nothing = Shown(opened_at=desk.now)
    try:
        seal: dict[str, Any] = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return nothing
    if seal["student"] != student_id:
        return nothing
    opened_at = datetime.fromisoformat(seal["opened"])
    stood_here = (seal["school"], seal["by"], seal["purpose"])
    is_own = stood_here == (desk.school.pk, desk.by.pk, errand.purpose)
    if not is_own or desk.now - opened_at > SHOWN_AT_MOST:
        return replace(nothing, child_objected=seal["child_objected"])
    return Shown(
        opened_at=opened_at,
        name=seal["name"],
        chosen_id=seal["chosen"],
        scan=_scan_of_text(seal["scan"]),
        reasons=tuple(seal["reasons"]),
        child_objected=seal["child_objected"],
    )


def _scan_as_text(scan: Scan | None) -> dict[str, Any] | None:
    if scan is None:
        return None
    days = {"born": scan.born_on, "ends": scan.ends_on}
    return {"cut": scan.cut_short, **{key: day and day.isoformat() for key, day in days.items()}}


def _scan_of_text(sealed: dict[str, Any] | None) -> Scan | None:
    if sealed is None:
        return None
    return Scan(born_on=_day(sealed["born"]), ends_on=_day(sealed["ends"]), cut_short=sealed["cut"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
