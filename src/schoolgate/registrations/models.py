"""One OneRoster source of a district: where it is, how to sign in, what to take."""

from django.db import models

from schoolgate.districts.models import District, School
from schoolgate.registrations.schedule import LEAST_HOURS, MOST_HOURS


class Transport(models.TextChoices):
    REST = "rest"
    CSV = "csv"


class Auth(models.TextChoices):
    OAUTH1 = "oauth1", "OAuth 1.0a"
    OAUTH2 = "oauth2", "OAuth 2"
    BEARER = "bearer", "fixed bearer token"


class DataChoice(models.TextChoices):
    STUDENTS = "students", "students only"
    STUDENTS_AND_CONTACTS = "students+contacts", "students and contacts"


class Registration(models.Model):
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="registrations")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    transport = models.CharField(max_length=10, choices=Transport.choices)
    base_url = models.CharField(max_length=500, blank=True)
    csv_path = models.CharField(max_length=1000, blank=True)
    auth = models.CharField(max_length=10, choices=Auth.choices, blank=True)
    # Kept to the letter: /token and /token/ are different places (T-18).
    token_url = models.CharField(max_length=500, blank=True)
    scope = models.CharField(max_length=500, blank=True)
    signature = models.CharField(max_length=20, default="HMAC-SHA256")
    concurrency = models.PositiveSmallIntegerField(default=4)
    page_size = models.PositiveIntegerField(default=1000)
    # Lets http and loopback addresses through: for a sandbox on this machine, never for a district.
    insecure = models.BooleanField(default=False)
    data_choice = models.CharField(
        max_length=20, choices=DataChoice.choices, default=DataChoice.STUDENTS_AND_CONTACTS
    )
    # Removals above max(percent, records) wait for a person, per school (design, section 5).
    hold_percent = models.PositiveSmallIntegerField(default=10)
    hold_relationship_percent = models.PositiveSmallIntegerField(default=5)
    hold_records = models.PositiveIntegerField(default=25)
    # Until this day (included) nobody is removed: a rollover, a move to another SIS.
    additions_only_until = models.DateField(null=True)
    # What is known of this kind of SIS (presets/), by its word; empty: nothing special.
    preset = models.CharField(max_length=40, blank=True)
    # When syncs run by themselves: how often, and only between these times of the district's day.
    sync_every_hours = models.PositiveSmallIntegerField(default=24)
    window_from = models.TimeField(null=True)
    window_until = models.TimeField(null=True)
    # Full pulls, and between them pulls of what changed (None: never).
    changes_every_hours = models.PositiveSmallIntegerField(null=True)
    # The moment of the first scheduled sync, chosen by a person; before it nothing runs by itself.
    starts_at = models.DateTimeField(null=True)
    # None: no sync is due by itself.
    next_sync_at = models.DateTimeField(null=True, db_index=True)
    # Since when support lets nothing run by itself, and why.
    paused_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=200, blank=True)
    # The only run that may still apply anything: an older one that wakes up finds itself replaced.
    current_run_id = models.BigIntegerField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "slug"], name="one_registration_per_slug"),
            models.CheckConstraint(
                condition=models.Q(sync_every_hours__range=(LEAST_HOURS, MOST_HOURS)),
                name="from_an_hour_to_two_weeks",
            ),
            models.CheckConstraint(
                condition=models.Q(window_from=None, window_until=None)
                | models.Q(window_from__isnull=False, window_until__isnull=False),
                name="a_window_has_two_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(paused_at=None) | models.Q(next_sync_at=None),
                name="what_is_paused_is_not_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How commands name it: `maple-valley.main-sis`."""
        return f"{self.district.slug}.{self.slug}"


class Credential(models.Model):
    """What signs us in at the source. The secret is sealed and never shown again."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="credential"
    )
    key = models.CharField(max_length=200, blank=True)
    sealed_secret = models.BinaryField()
    sealed_at = models.DateTimeField()


class SourceSchool(models.Model):
    """An org seen at the source, and the school of ours that it is."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="source_schools"
    )
    sourced_id = models.CharField(max_length=255)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=40)
    identifier = models.CharField(max_length=100, blank=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    enabled = models.BooleanField(default=False)
    data_choice = models.CharField(
        max_length=20, choices=DataChoice.choices, default=DataChoice.STUDENTS_AND_CONTACTS
    )
    # When the last complete pull was applied to this school: what freshness is told from.
    list_as_of = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "sourced_id"], name="one_source_school_per_org"
            ),
            models.CheckConstraint(
                condition=models.Q(enabled=False) | models.Q(school__isnull=False),
                name="an_enabled_org_is_mapped",
            ),
        ]


class ProviderProfile(models.Model):
    """What a probe has learnt of a source: what it can be trusted with, and when that was seen."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="profile"
    )
    probed_at = models.DateTimeField()
    # Whether `dateLastModified` filters were proved to give exactly what changed. None: not tried.
    filters_by_change = models.BooleanField(null=True)
    # What else was seen, by a stable word.
    findings = models.JSONField(default=dict)
