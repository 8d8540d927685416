"""What support and a district type about when a source is synced. Checks input; writes nothing."""

from datetime import datetime, time
from typing import Any

from django import forms

from schoolgate.registrations.models import Registration
from schoolgate.registrations.schedule import LEAST_HOURS, MOST_HOURS, NoWindow, Window
from schoolgate.registrations.scheduling import WHY_AT_LEAST, WHY_AT_MOST, Pace

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "60"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time as 01:30."},
    )


def _reason(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=WHY_AT_LEAST,
        max_length=WHY_AT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="It is kept with your name. No child's name.",
    )


class WindowForm(forms.Form):
    """Between which times a sync may begin; both empty: at any time."""

    window_from = _clock("Syncs may begin from")
    window_until = _clock("Until")

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or self.cleaned_data
        opens, closes = filled.get("window_from"), filled.get("window_until")
        if self.errors:
            return filled
        if (opens is None) != (closes is None):
            missing = "window_from" if opens is None else "window_until"
            self.add_error(missing, "Enter both times, or none to allow any time.")
        elif opens is not None and closes is not None:
            try:
                Window(opens, closes)
            except NoWindow as error:
                self.add_error("window_until", str(error))
        return filled

    @property
    def window(self) -> Window | None:
        opens: time | None = self.cleaned_data["window_from"]
        closes: time | None = self.cleaned_data["window_until"]
        return None if opens is None or closes is None else Window(opens, closes)


class PaceForm(WindowForm):
    """Support's: how often, when, and why."""

    every_hours = forms.IntegerField(
        label="Sync every … hours",
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        help_text=f"From {LEAST_HOURS} to {MOST_HOURS} hours (14 days). 24 hours unless something "
        "speaks for another. From 3 days on the desk asks for a check of every release.",
    )
    changes_every_hours = forms.IntegerField(
        label="Between them, read what changed every … hours",
        required=False,
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        help_text="Only for a source that was proved to say what changed. Left empty, every sync "
        "reads everything. A list is as old as its last whole sync, whatever came in between.",
    )
    why = _reason("Why")
    field_order = ["every_hours", "changes_every_hours", "window_from", "window_until", "why"]

    @property
    def pace(self) -> Pace:
        return Pace(
            self.cleaned_data["every_hours"],
            self.window,
            self.cleaned_data["changes_every_hours"],
        )


class TimesForm(WindowForm):
    """The district's: when syncs may begin and, before the first one, when that is."""

    starts_at = forms.DateTimeField(
        label="First sync",
        required=False,
        input_formats=[LOCAL_MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MOMENT),
        help_text="Choose a time when the desk is closed. Left empty, it is the coming night.",
        error_messages={"invalid": "Enter a day and a time that your clocks show."},
    )
    field_order = ["starts_at", "window_from", "window_until"]

    def __init__(self, *args: Any, first_is_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first_is_over:
            del self.fields["starts_at"]

    def starts_at_or(self, kept: datetime | None) -> datetime | None:
        """What was chosen; where that cannot be chosen any more, what is kept."""
        chosen: datetime | None = self.cleaned_data.get("starts_at", kept)
        return chosen


class ReasonForm(forms.Form):
    """For a pause and its end."""

    why = _reason("Why")


def initial_of(registration: Registration) -> dict[str, Any]:
    return {
        "every_hours": registration.sync_every_hours,
        "changes_every_hours": registration.changes_every_hours,
        "window_from": registration.window_from,
        "window_until": registration.window_until,
        "starts_at": registration.starts_at,
    }
