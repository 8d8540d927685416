"""What people type on the pages that watch."""

from typing import Any

from django import forms

from schoolgate.sync.watch.condition import LOOKS, WORST_FIRST


class MailForm(forms.Form):
    wants = forms.BooleanField(
        required=False, label="Tell me by e-mail when a sync fails, waits for a decision or is late"
    )
    address = forms.EmailField(
        max_length=254,
        label="Your e-mail address",
        error_messages={"required": "Say where the e-mail goes, or switch it off above."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who wants none needs no address.
        self.fields["address"].required = bool(self["wants"].value())


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
