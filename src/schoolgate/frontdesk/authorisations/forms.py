"""What the pages of authorisations send: checked here, decided in authorise.py."""

from datetime import date, datetime
from typing import Any

from django import forms

from schoolgate.frontdesk.authorisations.authorise import DAYS_AT_MOST, Word
from schoolgate.frontdesk.givers import Giver


class WordForm(forms.Form):
    """Who was called, and what she said."""

    giver = forms.TypedChoiceField(
        coerce=int,
        label="Whom did you call?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whom you called."},
    )
    said_yes = forms.BooleanField(
        label="I called this number myself, and was told yes",
        error_messages={"required": "Without a yes on the phone nobody may come."},
    )
    from_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    good_for = forms.IntegerField(
        label="How often",
        min_value=1,
        max_value=DAYS_AT_MOST,
        help_text="Once, unless she said so.",
    )

    def __init__(self, *args: Any, callable_now: tuple[Giver, ...], today: date, **kw: Any) -> None:
        kw["initial"] = {"from_on": today, "until_on": today, "good_for": 1}
        super().__init__(*args, **kw)
        self.fields["giver"].choices = [  # type: ignore[attr-defined]
            (
                one.guardian.pk,
                f"{one.guardian.name}, {one.number} (known since {_day(one.since)})",
            )
            for one in callable_now
        ]

    def word(self, name: str) -> Word:
        given = self.cleaned_data
        return Word(
            name=name,
            giver_id=given["giver"],
            from_on=given["from_on"],
            until_on=given["until_on"],
            good_for=given["good_for"],
        )


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


class NameForm(forms.Form):
    name = forms.CharField(max_length=200)
