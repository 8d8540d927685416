"""What the arrivals pages send: checked here, decided elsewhere."""

from typing import Any

from django import forms

from schoolgate.frontdesk.arrivals.late_arrival import REASONS, Said

AS_THE_REASON, EXCUSED, UNEXCUSED = "", "yes", "no"
EXCUSES = (
    (AS_THE_REASON, "As the reason says"),
    (EXCUSED, "Excused"),
    (UNEXCUSED, "Unexcused"),
)


class ChosenForm(forms.Form):
    """Who stands at the counter: numbers of students, each once, in the order of choosing."""

    s = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any number: whether it is one of the school's students is asked of its list.
        sent = self.data.getlist("s") if hasattr(self.data, "getlist") else []
        self.fields["s"].choices = [(one, one) for one in sent if one.isdecimal()]  # type: ignore[attr-defined]

    def ids(self) -> list[int]:
        chosen = self.cleaned_data["s"] if self.is_valid() else []
        return list(dict.fromkeys(chosen))


class ArrivalForm(forms.Form):
    reason = forms.ChoiceField(choices=[(one.code, one.words) for one in REASONS])
    excused = forms.ChoiceField(choices=EXCUSES, required=False)
    note = forms.CharField(max_length=500, required=False)
    # Ticked where the clerk was asked.
    all_the_same = forms.BooleanField(required=False)

    def said(self, student_ids: list[int]) -> Said:
        given = self.cleaned_data
        return Said(
            reason=given["reason"],
            excused=None if given["excused"] == AS_THE_REASON else given["excused"] == EXCUSED,
            note=given["note"],
            all_the_same=frozenset(student_ids if given["all_the_same"] else ()),
        )


class BellScheduleForm(forms.Form):
    lines = forms.CharField(
        max_length=2_000,
        label="Periods of the day",
        help_text="A line each, in the order of the day: its name, then from when to when.",
        widget=forms.Textarea(
            attrs={"rows": 10, "placeholder": "1 08:00-08:50\n2 08:55-09:45", "spellcheck": "false"}
        ),
    )
