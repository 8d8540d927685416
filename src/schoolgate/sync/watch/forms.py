"""What people type on the pages that watch."""

from typing import Any

from django import forms

from schoolgate.sync.watch.condition import LOOKS, WORST_FIRST


class MailForm(forms.Form):
    wants = forms.BooleanField(
        required=False, label="Tell me by e-mail when a sync fails, waits for a decision or is late"
    )
    address = forms.EmailField(
        required=False,
        max_length=254,
        label="Your e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("wants") and not cleaned.get("address") and not self.has_error("address"):
            self.add_error("address", "Say where the e-mail goes, or switch it off above.")
        return cleaned


class SourcesForm(forms.Form):
    """Which sources to show. What cannot be understood filters nothing."""

    condition = forms.ChoiceField(
        required=False,
        label="Condition",
        choices=[("", "All"), *((each.value, LOOKS[each].word) for each in WORST_FIRST)],
    )
    text = forms.CharField(
        required=False,
        max_length=100,
        label="District or source",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
