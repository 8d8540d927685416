"""What a district types about its sources. Checks input; writes nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.http import QueryDict
from django.utils import timezone

from schoolgate.districts.models import School
from schoolgate.oneroster.errors import BadInput
from schoolgate.oneroster.rest.addresses import checked_url, collection_root
from schoolgate.registrations.intake.upload import MOST_MEGABYTES
from schoolgate.registrations.models import Auth, DataChoice, Registration, SourceSchool
from schoolgate.registrations.presets import presets
from schoolgate.registrations.registering import RestAddress, SecretNeeded, keeps_secret

WHAT_TO_TAKE = [
    (
        DataChoice.STUDENTS_AND_CONTACTS.value,
        "Students and contacts: the desk can check who may take a child",
    ),
    (DataChoice.STUDENTS.value, "Students only"),
]
HOW_TO_SIGN_IN = [
    (Auth.OAUTH1.value, "OAuth 1.0a: a key and a secret that sign every request"),
    (Auth.OAUTH2.value, "OAuth 2: a client ID and a secret, with a token URL"),
    (Auth.BEARER.value, "A fixed bearer token, as ClassLink's proxy hands out"),
]


ADDRESS = ("base_url", "auth", "key", "secret", "token_url", "scope")
NO_PRESET = ("", "Another one, or not known")


def _systems() -> list[tuple[str, str]]:
    return [NO_PRESET, *((preset.word, preset.name) for preset in presets())]


class NameForm(forms.Form):
    """What every source has: what people call it, and what is taken from its schools."""

    name = forms.CharField(max_length=200, help_text="What you call it, for example “Main SIS”.")
    preset = forms.ChoiceField(
        label="Your SIS",
        choices=_systems,
        required=False,
        help_text="Schoolgate then shows what is known of it: when to read it, and what to ask "
        "for. It changes nothing that you enter here.",
    )
    data_choice = forms.ChoiceField(
        label="What to take",
        choices=WHAT_TO_TAKE,
        widget=forms.RadioSelect,
        initial=DataChoice.STUDENTS_AND_CONTACTS,
        help_text="For each school that is found from now on. You can choose otherwise school by "
        "school.",
    )
    field_order = [
        "name",
        "preset",
        "base_url",
        "auth",
        "key",
        "secret",
        "token_url",
        "scope",
        "bundle",
    ]

    @property
    def choice(self) -> DataChoice:
        return DataChoice(self.cleaned_data["data_choice"])


class RestForm(NameForm):
    """A REST source: where it is, and how we sign in there."""

    base_url = forms.CharField(
        label="Base URL",
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="From your SIS's OneRoster 1.1 page. It begins with https and often ends in "
        "/ims/oneroster/v1p1.",
    )
    auth = forms.ChoiceField(
        label="How Schoolgate signs in",
        choices=HOW_TO_SIGN_IN,
        widget=forms.RadioSelect,
        initial=Auth.OAUTH1,
    )
    key = forms.CharField(
        label="Key or client ID",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="OAuth needs one; a bearer token has none.",
    )
    secret = forms.CharField(
        label="Secret or token",
        max_length=4000,
        # The browser's own password keeper would offer to replace the person's password with it.
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept sealed, and never shown again.",
    )
    token_url = forms.CharField(
        label="Token URL",
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="For OAuth 2 only. Enter it exactly as your SIS shows it: a slash more or less "
        "is another address.",
    )
    scope = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="For OAuth 2, and only if your SIS asks for one. Left empty, Schoolgate asks for "
        "what it needs to read rosters.",
    )

    def __init__(self, *args: Any, registration: Registration | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.registration = registration
        if registration is not None and hasattr(registration, "credential"):
            on = timezone.localtime(registration.credential.sealed_at)
            self.fields["secret"].required = False
            self.fields[
                "secret"
            ].help_text = (
                f"Set on {on:%B} {on.day}, {on.year}, and never shown. Leave it empty to keep it."
            )

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"]).strip()
        if not self._is_as_before("base_url", address):
            try:
                collection_root(address)
            except BadInput as error:
                raise forms.ValidationError(str(error)) from None
        return address

    def clean_token_url(self) -> str:
        # Kept to the letter (T-18): Django has taken the space around it off already.
        address = str(self.cleaned_data["token_url"])
        if address and not self._is_as_before("token_url", address):
            try:
                checked_url(address, "token URL")
            except BadInput as error:
                raise forms.ValidationError(str(error)) from None
        return address

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or self.cleaned_data
        auth = filled.get("auth")
        if auth in (Auth.OAUTH1, Auth.OAUTH2) and not filled.get("key"):
            self.add_error("key", "Enter the key that belongs to the secret.")
        if auth == Auth.OAUTH2 and not filled.get("token_url") and "token_url" not in self.errors:
            self.add_error("token_url", "OAuth 2 needs the token URL of your SIS.")
        if not self.errors and self._lets_the_secret_out():
            self.add_error("secret", str(SecretNeeded()))
        return filled

    @property
    def where(self) -> RestAddress:
        """What was typed. What the browser does not offer stays as it is."""
        filled = self.cleaned_data
        kept = self.registration or Registration()
        oauth2 = filled["auth"] == Auth.OAUTH2
        return RestAddress(
            base_url=filled["base_url"],
            auth=filled["auth"],
            key="" if filled["auth"] == Auth.BEARER else filled["key"],
            secret=filled["secret"],
            token_url=filled["token_url"] if oauth2 else "",
            scope=filled["scope"] if oauth2 else "",
            signature=kept.signature,
            concurrency=kept.concurrency,
            page_size=kept.page_size,
            insecure=self._keeps_its_addresses(),
        )

    def _lets_the_secret_out(self) -> bool:
        return (
            self.registration is not None
            and not self.cleaned_data["secret"]
            and not keeps_secret(self.registration, self.where)
        )

    def _is_as_before(self, field: str, address: str) -> bool:
        """An address that a command let through is not checked again while nobody changes it."""
        return self.registration is not None and getattr(self.registration, field) == address

    def _keeps_its_addresses(self) -> bool:
        return (
            self.registration is not None
            and self.registration.insecure
            and self._is_as_before("base_url", self.cleaned_data["base_url"])
            and self._is_as_before("token_url", self.cleaned_data["token_url"])
        )


class BundleForm(forms.Form):
    """A CSV zip from the browser."""

    bundle = forms.FileField(
        label="OneRoster CSV zip",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text="The whole zip as your SIS exports it, with manifest.csv, orgs.csv and "
        f"users.csv; at most {MOST_MEGABYTES} MB.",
    )

    def clean_bundle(self) -> "File[bytes]":
        bundle: File[bytes] = self.cleaned_data["bundle"]
        if (bundle.size or 0) > MOST_MEGABYTES * 1_000_000:
            raise forms.ValidationError(
                f"This file is larger than {MOST_MEGABYTES} MB. Let the SIS deliver it over SFTP "
                "instead: ask Schoolgate support."
            )
        return bundle


class CsvForm(BundleForm, NameForm):
    """A new source that is a CSV zip."""


class SourceSchoolForm(forms.Form):
    """One row of the table of schools."""

    NEW = "new"

    enabled = forms.BooleanField(label="Take", required=False)
    school = forms.ChoiceField(label="Our school")
    data_choice = forms.ChoiceField(
        label="What to take",
        choices=[
            (DataChoice.STUDENTS_AND_CONTACTS.value, "Students and contacts"),
            (DataChoice.STUDENTS.value, "Students only"),
        ],
    )

    def __init__(
        self,
        filled: QueryDict | None,
        *,
        source_school: SourceSchool,
        schools: dict[str, School],
        guess: str,
    ) -> None:
        super().__init__(
            filled,
            prefix=str(source_school.id),
            initial={
                "enabled": source_school.enabled,
                "school": str(source_school.school_id or guess),
                "data_choice": source_school.data_choice,
            },
        )
        self.source_school = source_school
        self._schools = schools
        new = [] if source_school.school_id else [(self.NEW, "New school of the same name")]
        self.fields["school"].choices = [  # type: ignore[attr-defined]
            *new,
            *((key, school.name) for key, school in schools.items()),
        ]
        for field in self:
            field.field.widget.attrs["aria-label"] = f"{field.label}: {source_school.name}"

    @property
    def chosen_school(self) -> School | None:
        return self._schools.get(self.cleaned_data["school"])


def school_rows(
    page: Iterable[SourceSchool],
    *,
    ours: Iterable[School],
    mapped: set[int],
    filled: QueryDict | None,
) -> list[SourceSchoolForm]:
    """The rows of the table. One that is mapped to nothing yet proposes our school of its name."""
    schools = {str(school.id): school for school in ours}
    free: dict[str, list[str]] = {}
    for key, school in schools.items():
        if school.id not in mapped:
            free.setdefault(school.name, []).append(key)
    return [
        SourceSchoolForm(
            filled,
            source_school=source_school,
            schools=schools,
            guess=_only(free.get(source_school.name, [])) or SourceSchoolForm.NEW,
        )
        for source_school in page
    ]


def _only(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else ""
