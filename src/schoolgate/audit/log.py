"""The one way to add to the record."""

from datetime import datetime
from typing import Any

from schoolgate.audit.models import AuditEntry


def record(
    action: str,
    *,
    at: datetime,
    district_id: int | None,
    actor_id: int | None,
    subject: str = "",
    **detail: Any,
) -> None:
    """Add one entry. `detail` holds ids and counts, never names, contacts or secrets."""
    AuditEntry.objects.create(
        at=at,
        district_id=district_id,
        actor_id=actor_id,
        action=action,
        subject=subject,
        detail=detail,
    )
