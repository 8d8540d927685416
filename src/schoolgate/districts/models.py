"""A district, its schools, and who works where."""

from django.conf import settings
from django.db import models


class Edition(models.TextChoices):
    STANDARD = "standard"
    ENTERPRISE = "enterprise"


class District(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    edition = models.CharField(max_length=20, choices=Edition.choices, default=Edition.STANDARD)
    timezone = models.CharField(max_length=60, default="America/New_York")

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="one_school_per_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    CLERK = "clerk"
    DISTRICT_ADMIN = "district_admin", "district administrator"


class Membership(models.Model):
    """A person's work in a district. A district administrator works in all of its schools."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    # E-mail about syncs that failed, wait or are late. Only administrators get it.
    wants_mail = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "user"], name="one_membership_per_person_and_district"
            ),
        ]


class Workplace(models.Model):
    """A school at which a clerk works."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="workplaces")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="workplaces")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "membership", "school"], name="one_workplace_per_school"
            ),
        ]
