"""What the arrivals pages send: checked here, decided elsewhere."""

from django import forms

from schoolgate.frontdesk.arrivals.late_arrival import REASONS, Said

AS_THE_REASON, EXCUSED, UNEXCUSED = "", "yes", "no"
EXCUSES = (
    (AS_THE_REASON, "As the reason says"),
    (EXCUSED, "Excused"),
    (UNEXCUSED, "Unexcused"),
)


class ArrivalForm(forms.Form):
    reason = forms.ChoiceField(choices=[(one.code, one.words) for one in REASONS])
    excused = forms.ChoiceField(choices=EXCUSES, required=False)
    note = forms.CharField(max_length=500, required=False)
    came_at = forms.TimeField(required=False)
    # Ticked where the clerk was asked.
    all_the_same = forms.BooleanField(required=False)

    def said(self, student_ids: list[int]) -> Said:
        given = self.cleaned_data
        return Said(
            reason=given["reason"],
            excused=None if given["excused"] == AS_THE_REASON else given["excused"] == EXCUSED,
            note=given["note"],
            came_at=given["came_at"],
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
