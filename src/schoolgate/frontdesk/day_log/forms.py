"""Which days the log shows: checked here."""

from datetime import date, timedelta
from typing import Any

from django import forms

from schoolgate.frontdesk.models import EventKind

LONGEST = timedelta(days=366)


class DaysForm(forms.Form):
    """From one day to another, both included; today where nothing is said."""

    first = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    kind = forms.ChoiceField(
        label="What",
        required=False,
        choices=[
            ("", "Everything"),
            (EventKind.LATE_ARRIVAL, "Late arrivals"),
            (EventKind.EARLY_DEPARTURE, "Early departures"),
            (EventKind.RETURN, "Returns"),
            (EventKind.REFUSAL, "Not released, not let in"),
            (EventKind.VISIT, "Visitors"),
        ],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        given["first"] = given.get("first") or given.get("last") or self.today
        given["last"] = given.get("last") or max(given["first"], self.today)
        if given["last"] < given["first"]:
            self.add_error("last", "The last day is before the first.")
        elif given["last"] - given["first"] > LONGEST:
            self.add_error("last", "A year at most. Choose a later first day.")
        return given
