"""What a kiosk and its desk send: checked here, decided in arriving.py."""

from typing import Any

from django import forms


class KioskForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        label="Where it stands",
        help_text="Front door.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FindForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    grade = forms.CharField(max_length=40, required=False)


class SayForm(forms.Form):
    who = forms.CharField(max_length=200)
    reason = forms.CharField(max_length=60, required=False)


class WaitingForm(forms.Form):
    """Numbers of arrivals that wait."""

    arrival = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("arrival") if hasattr(self.data, "getlist") else []
        self.fields["arrival"].choices = [(one, one) for one in sent if one.isdecimal()]  # type: ignore[attr-defined]

    def ids(self) -> list[int]:
        return list(self.cleaned_data["arrival"]) if self.is_valid() else []
