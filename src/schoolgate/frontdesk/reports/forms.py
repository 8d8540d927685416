"""Which days a report is about: checked here."""

from datetime import date, timedelta
from typing import Any

from schoolgate.frontdesk.day_log.forms import DaysForm

LATELY = timedelta(days=30)


class ReportForm(DaysForm):
    """From one day to another, both included; the last 30 days where nothing is said."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        asked = bool(self.cleaned_data.get("first") or self.cleaned_data.get("last"))
        given = super().clean()
        return given if asked else {**given, "first": self.today - LATELY}
