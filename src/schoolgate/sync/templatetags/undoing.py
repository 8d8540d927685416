"""`{% undo_of run opened %}`: what a run took back, or where it can be taken back."""

from typing import Any

from django import template

from schoolgate.districts.access import Opened
from schoolgate.sync.models import RunKind, SyncRun
from schoolgate.sync.undo import schools_to_undo

register = template.Library()


@register.inclusion_tag("sync/parts/undo_of.html")
def undo_of(run: SyncRun, opened: Opened) -> dict[str, Any]:
    """Link to the page of each school at which the run can be undone, for who may do so."""
    return {
        "run": run,
        "opened": opened,
        "is_undo": run.kind == RunKind.UNDO,
        "schools": list(schools_to_undo(run)) if opened.may_set_up else [],
        "undone_by": SyncRun.objects.filter(undoes=run, ended_at__isnull=False)
        .select_related("undone_school")
        .order_by("id"),
    }
