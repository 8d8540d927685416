"""What a person says when she undoes a sync. Checks input only."""

from django import forms

from schoolgate.sync.undo import WHY_AT_LEAST, WHY_AT_MOST

SAY_WHY = f"Say why, in at least {WHY_AT_LEAST} characters."


class UndoForm(forms.Form):
    # The checksum of what stood on the page.
    looked_at = forms.CharField(max_length=64, widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why",
        min_length=WHY_AT_LEAST,
        max_length=WHY_AT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept with the undo, your name and the time. For example: “The SIS lost grade 4 "
        "overnight; their support is mending it.”",
        error_messages={"required": SAY_WHY, "min_length": SAY_WHY},
    )
