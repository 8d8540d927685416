"""The append-only record of who did what. Rows are added, never changed."""

from django.db import models


class AuditEntry(models.Model):
    """Numbers instead of keys: the ground floor knows nobody above it; an entry outlives all."""

    at = models.DateTimeField()
    district_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    # "registration.added", "schools.mapped", "student.released", ...
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["district_id", "-at"], name="audit_of_a_district")]
