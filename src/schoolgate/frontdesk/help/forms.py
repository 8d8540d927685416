"""What the help pages send."""

from typing import Any

from django import forms

from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.help.responders import may_be_named


class AskForm(forms.Form):
    """The child who stands on the screen, if one does."""

    student = forms.IntegerField(required=False, min_value=1)

    def student_id(self) -> int | None:
        return self.cleaned_data.get("student") if self.is_valid() else None


class _Person(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.username)


class ResponderForm(forms.Form):
    user = _Person(
        queryset=User.objects.none(),
        label="Who",
        empty_label="Choose a person",
        error_messages={"required": "Choose a person."},
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        label="Phone",
        help_text="Shown at the desk when nobody has answered.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = may_be_named(school)  # type: ignore[attr-defined]
