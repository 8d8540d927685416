"""What is asked of a history: which moment, which person. Checks input only."""

from datetime import datetime
from typing import Any

from django import forms

BY_MINUTE = "%Y-%m-%dT%H:%M"


class MomentForm(forms.Form):
    """A date and time on the district's clock."""

    at = forms.DateTimeField(
        label="Date and time",
        input_formats=[BY_MINUTE, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=BY_MINUTE),
        error_messages={
            "required": "Choose a date and a time.",
            "invalid": "Write the date and time like 2026-11-20T09:15.",
        },
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now
        self.fields["at"].widget.attrs["max"] = now.strftime(BY_MINUTE)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > self._now:
            raise forms.ValidationError("That is still to come: choose a time that has passed.")
        return at


class FindForm(forms.Form):
    q = forms.CharField(
        label="Name, student number or id at the source",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": "Type a name, a number or an id."},
    )
