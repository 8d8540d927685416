"""What a person says when she decides on held changes, or moves the limits. Checks input only."""

from datetime import date, timedelta
from typing import Any

from django import forms

from schoolgate.registrations.limits import (
    ADDITIONS_ONLY_DAYS_AT_MOST,
    BOUNDS,
    WHY_AT_LEAST,
    WHY_AT_MOST,
    Limits,
    additions_only,
)
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import Decision


class WhyForm(forms.Form):
    why = forms.CharField(
        label="Why",
        min_length=WHY_AT_LEAST,
        max_length=WHY_AT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"Say why, in at least {WHY_AT_LEAST} characters.",
            "min_length": f"Say why, in at least {WHY_AT_LEAST} characters.",
        },
    )


class DecisionForm(WhyForm):
    """A decision on the holds that are ticked. Their values are `<id>:<checksum>`."""

    decision = forms.ChoiceField(choices=Decision.choices, widget=forms.HiddenInput)
    field_order = ["why"]

    def __init__(self, *args: Any, ticked: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticked = ticked or []
        self.fields["why"].label = "How do you know?"
        self.fields["why"].help_text = (
            "Kept with the decision, your name and the time. For example: “The registrar of Oak "
            "has confirmed it.”"
        )

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or self.cleaned_data
        if not self.read:
            self.add_error(None, "Tick what you decide on.")
        return filled

    @property
    def read(self) -> dict[int, str]:
        """The checksum that stood on the page, by the hold."""
        pairs = (value.partition(":") for value in self.ticked)
        return {int(hold): checksum for hold, _, checksum in pairs if hold.isdecimal()}

    @property
    def decided(self) -> Decision:
        return Decision(self.cleaned_data["decision"])


class LimitsForm(WhyForm):
    """When a change waits for a person."""

    percent = forms.IntegerField(
        label="Students: percent of a school's list",
        help_text="Up to this share may leave one school's list in one sync without a person.",
    )
    relationship_percent = forms.IntegerField(
        label="Relationships: percent of a school's relationships",
        help_text="Lower than for students: an adult who is missing from the list is turned away.",
    )
    records = forms.IntegerField(
        label="Or up to this many records, in a small school",
        help_text="The larger of the two counts. For a school of 60, 10 percent would be 6.",
    )
    additions_only_until = forms.DateField(
        label="Nobody is removed until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day on which syncs only add and update, for example while the SIS "
        "prepares the next school year. At most "
        f"{ADDITIONS_ONLY_DAYS_AT_MOST} days ahead. Empty: removals go on.",
    )
    field_order = ["percent", "relationship_percent", "records", "additions_only_until", "why"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        for name, (least, most) in BOUNDS.items():
            field = self.fields[name]
            field.widget.attrs |= {"min": least, "max": most}
            field.help_text = f"{field.help_text} From {least} to {most}."
        self.fields["additions_only_until"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + timedelta(days=ADDITIONS_ONLY_DAYS_AT_MOST)).isoformat(),
        }
        self.fields["why"].label = "Why do you change this?"

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or self.cleaned_data
        for name, words in self._limits(filled).refusals(today=self._today).items():
            if name not in self.errors:
                self.add_error(name, words)
        return filled

    @property
    def limits(self) -> Limits:
        return self._limits(self.cleaned_data)

    @staticmethod
    def _limits(filled: dict[str, Any]) -> Limits:
        return Limits(
            percent=filled.get("percent") or 0,
            relationship_percent=filled.get("relationship_percent") or 0,
            records=filled.get("records") or 0,
            additions_only_until=filled.get("additions_only_until"),
        )


def filled_with(registration: Registration, *, today: date) -> dict[str, Any]:
    """What the form shows before anybody typed. A day that is over is not shown."""
    limits = Limits.of(registration)
    until = limits.additions_only_until if additions_only(registration, today=today) else None
    return {name: getattr(limits, name) for name in BOUNDS} | {"additions_only_until": until}
