"""What the page of Parent-Student Relationships is drawn from."""

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.policies import decided_for
from schoolgate.frontdesk.relationships.forms import PolicyForm, initial_of
from schoolgate.frontdesk.relationships.preview import Preview
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.verdict_box import word_of
from schoolgate.web.moments import clock


def relationships_screen(
    desk: Desk, form: PolicyForm | None = None, preview: Preview | None = None
) -> Screen:
    """Give the page: what counts here, who decided it, and what a change would do."""
    decided = decided_for(desk.school)
    counts = decided.counts
    return {
        **empty_screen(desk),
        "action": "register",
        "form": form or PolicyForm(initial=initial_of(counts, locked=decided.locked)),
        "locked": decided.locked,
        "whose": "the school's own" if counts.school_id else "the district's",
        "decided": counts.pk is not None,
        "changed": counts.pk and clock(counts.changed_at, now=desk.now),
        "changed_by": counts.changed_by.short_name if counts.changed_by else "",
        "preview": preview,
        "effects": [
            {"word": word_of(one.level), "now": one.now, "then": one.then}
            for one in (preview.effects if preview else ())
        ],
    }
