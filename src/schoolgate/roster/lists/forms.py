"""What a person types about a student of a school's own list. Checks input; writes nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.http import QueryDict

from schoolgate.roster.list_file import MOST_BYTES, MOST_LINES
from schoolgate.roster.local_adults import NewContact
from schoolgate.roster.models import Guardian, Student
from schoolgate.roster.preloaded import NewStudent

ROLES = [
    ("parent", "Parent"),
    ("guardian", "Guardian"),
    ("relative", "Relative, or somebody else"),
]
CONTACTS_AT_MOST = 12
SPARE = 2


def _text(label: str, longest: int, *, needed: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=needed,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FileForm(forms.Form):
    """A list from somebody's computer."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        help_text=f"At most {MOST_LINES:,} lines. Nothing is added before you have seen a preview.",
    )

    def clean_file(self) -> "File[bytes]":
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                f"This file is larger than {MOST_BYTES // 1_000_000} MB. Make one file for each "
                "school, and load them one after the other."
            )
        return file


class StudentForm(forms.Form):
    given_name = _text("First name", 200, needed=True)
    middle_name = _text("Middle name", 200)
    family_name = _text("Last name", 200, needed=True)
    identifier = _text("Student number", 100)
    grade = _text("Grade", 40)

    def student(self, contacts: Iterable[NewContact]) -> NewStudent:
        return NewStudent(**self.cleaned_data, contacts=tuple(contacts))


class ContactForm(forms.Form):
    guardian_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    given_name = _text("First name", 200)
    family_name = _text("Last name", 200)
    role = forms.ChoiceField(label="Role", choices=ROLES, initial="parent")
    phone = _text("Phone", 100)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    remove = forms.BooleanField(label="Take this contact off", required=False)

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or self.cleaned_data
        if self.is_wanted:
            for name in ("given_name", "family_name"):
                if not filled.get(name) and name not in self.errors:
                    self.add_error(name, "A contact needs both names.")
        return filled

    @property
    def is_wanted(self) -> bool:
        """Whether there is a contact on these lines, and she is to stay."""
        filled = self.cleaned_data
        words = ("given_name", "family_name", "phone", "email")
        return not filled.get("remove") and (
            bool(filled.get("guardian_id")) or any(filled.get(word) for word in words)
        )

    def contact(self, known: dict[int, Guardian]) -> NewContact:
        """The contact. A number that is no contact of this student's is a new one."""
        filled = {**self.cleaned_data}
        filled.pop("remove")
        before = known.get(filled.pop("guardian_id") or 0)
        return NewContact(
            **filled,
            middle_name=before.middle_name if before else "",
            sms=before.sms if before else "",
            guardian_id=before.pk if before else None,
        )


# The stubs do not say that a factory gives a class.
ContactForms: Any = forms.formset_factory(
    ContactForm, extra=SPARE, max_num=CONTACTS_AT_MOST, validate_max=True
)


def forms_for(
    filled: QueryDict | None, student: Student | None, adults: Iterable[Guardian]
) -> tuple[StudentForm, Any]:
    """The student's fields, and a group of fields for each contact with some to spare."""
    names = ("given_name", "middle_name", "family_name", "identifier", "grade")
    initial = {name: getattr(student, name) for name in names} if student else {}
    words = ("given_name", "family_name", "role", "phone", "email")
    return StudentForm(filled, initial=initial), ContactForms(
        filled,
        prefix="contact",
        initial=[
            {"guardian_id": adult.pk, **{word: getattr(adult, word) for word in words}}
            for adult in adults
        ],
    )
