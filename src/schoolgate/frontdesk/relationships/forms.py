"""What the page of Parent-Student Relationships sends: checked here, decided in policies.py."""

from typing import Any

from django import forms

from schoolgate.districts.models import School
from schoolgate.frontdesk.cases import ContactRole
from schoolgate.frontdesk.models import RelationshipPolicy

ROLES = (
    (ContactRole.PARENT.value, "Parents"),
    (ContactRole.GUARDIAN.value, "Guardians"),
    (ContactRole.RELATIVE.value, "Relatives: an aunt or a neighbour may be among them"),
)
SCHOOL, DISTRICT = "school", "district"
HOURS_AT_MOST = 24 * 30
FIELDS = (
    "validates_departures",
    "validates_visits",
    "roles_that_count",
    "known_by_sight",
    "leaves_alone",
    "releases_end_at",
    "parenting_times_inform",
    "warn_hours",
    "verify_hours",
    "limit_hours",
    "locked",
)


def _hours(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=1, max_value=HOURS_AT_MOST
    )


class PolicyForm(forms.Form):
    """One school's decision, or the district's."""

    scope = forms.ChoiceField(
        label="For",
        choices=((SCHOOL, "This school"), (DISTRICT, "Every school of the district")),
        widget=forms.RadioSelect,
    )
    locked = forms.BooleanField(
        required=False, label="Lock it: no school differs (for every school of the district)"
    )
    validates_departures = forms.BooleanField(
        required=False, label="Validate relationships at an early departure"
    )
    validates_visits = forms.BooleanField(
        required=False, label="Validate relationships at a visit to a student"
    )
    roles_that_count = forms.MultipleChoiceField(
        label="Who may come because the list names them",
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
    )
    known_by_sight = forms.BooleanField(
        required=False, label="Knowing somebody by sight counts as an ID"
    )
    leaves_alone = forms.BooleanField(
        required=False, label="Students who are 18, or have permission, may sign out alone"
    )
    releases_end_at = forms.TimeField(
        required=False,
        label="Releases end at",
        help_text="From then until the end of the day a release needs a reason. Empty: never.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    parenting_times_inform = forms.BooleanField(
        required=False,
        label="A day that an order does not name is told to the clerk, and stops nobody",
    )
    warn_hours = _hours("Warn when the list is older than (hours)", "A banner at the desk.")
    verify_hours = _hours("Ask for a call when it is older than (hours)", "The clerk calls back.")
    limit_hours = _hours(
        "Ask an administrator when it is older than (hours)", "Nobody goes on a clerk's word."
    )

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        ages = [given.get(name) for name in ("warn_hours", "verify_hours", "limit_hours")]
        known = [age for age in ages if age is not None]
        if known != sorted(known):
            self.add_error("limit_hours", "Each age is at least the one before it.")
        if given.get("locked") and given.get("scope") == SCHOOL:
            self.add_error("locked", "One school cannot be locked: choose every school.")
        return given

    def row(self, school: School) -> RelationshipPolicy:
        """Give the decision as a row that is not saved."""
        given = self.cleaned_data
        return RelationshipPolicy(
            district=school.district,
            school=school if given["scope"] == SCHOOL else None,
            **{name: given[name] for name in FIELDS},
        )


def initial_of(row: RelationshipPolicy, *, locked: bool) -> dict[str, Any]:
    """Give what stands, as the form begins with it."""
    scope = DISTRICT if locked else SCHOOL
    return {**{name: getattr(row, name) for name in FIELDS}, "scope": scope}
