"""The agency form: who comes for whom, and what the school did about it (frontdesk.md 2.3)."""

from typing import Any

from django import forms

from schoolgate.frontdesk.person_checks import Agency, Presented, Shown
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence

KINDS = (
    ("police", "Police"),
    ("child_protection", "Child protection"),
    ("ambulance", "Ambulance"),
    ("other", "Another agency"),
)
TOLD, NOT_TOLD = "yes", "no"


class AgencyForm(forms.Form):
    kind = forms.ChoiceField(choices=KINDS, label="Agency")
    organisation = forms.CharField(
        max_length=120, label="Office or station", help_text="As: Maple County Sheriff."
    )
    name = forms.CharField(
        max_length=200,
        label="Name of the official, as on the ID",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    badge = forms.CharField(
        max_length=60,
        label="Badge number",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    number_called = forms.CharField(
        max_length=40,
        label="Number called back",
        help_text="From the directory. Never one that the official gives you.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    spoke_with = forms.CharField(max_length=120, label="Spoke with")
    parents_told = forms.ChoiceField(
        choices=((TOLD, "Yes"), (NOT_TOLD, "No, not yet")),
        label="Are the parents told?",
        widget=forms.RadioSelect,
    )
    why_not_told = forms.CharField(
        max_length=500, required=False, label="If not: why, and who decided it"
    )

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        why = given.get("why_not_told", "")
        if given.get("parents_told") == NOT_TOLD and len(why) < REASON_AT_LEAST_CHARACTERS:
            self.add_error(
                "why_not_told",
                f"Write down why, in at least {REASON_AT_LEAST_CHARACTERS} characters.",
            )
        return given

    def agency(self) -> Agency:
        given = self.cleaned_data
        kept = ("organisation", "badge", "number_called", "spoke_with", "why_not_told")
        return Agency(
            kind=dict(KINDS)[given["kind"]],
            parents_told=given["parents_told"] == TOLD,
            **{name: given[name] for name in kept},
        )


class ReleaseForm(AgencyForm):
    """The same, with what the administrator adds once the answer stands there."""

    evidence = forms.MultipleChoiceField(
        choices=[(one.value, one.value) for one in Evidence], required=False
    )
    child_objects = forms.BooleanField(required=False)
    note = forms.CharField(max_length=500, required=False)

    def presented(self, shown: Shown) -> Presented:
        given = self.cleaned_data
        same = given["name"] == shown.name
        return Presented(
            name=given["name"],
            agency=self.agency(),
            evidence=frozenset(Evidence(one) for one in given["evidence"]) if same else frozenset(),
            child_objects=given["child_objects"],
            child_objected=shown.child_objected,
        )
