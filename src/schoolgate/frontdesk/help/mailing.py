"""Write to responders whose turn has come: no child and no adult is named in a mail."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from schoolgate.frontdesk.help.calls import helpers_for
from schoolgate.frontdesk.help.turns import PATIENCE, Helper, turn_at
from schoolgate.frontdesk.models import HelpCall, HelpMail
from schoolgate.web.moments import hour_of

# A call that nobody answered in this time is mailed to nobody new: a worker that was away for an
# hour must not tell of a morning's trouble at noon.
TOO_LATE = timedelta(minutes=30)
# The rest follows with the next tick.
CALLS_AT_ONCE = 20


def tell_responders(*, now: datetime) -> int:
    """Send the mails that are due. Gives how many went out."""
    if not settings.SENDS_MAIL:
        return 0
    waiting = HelpCall.objects.filter(
        answered_at=None, ended_at=None, asked_at__gt=now - TOO_LATE, asked_at__lte=now
    ).select_related("school__district", "asked_by")
    sent = 0
    for call in waiting.order_by("asked_at")[:CALLS_AT_ONCE]:
        claimed = set(call.mails.values_list("user_id", flat=True))
        for helper in turn_at(call.asked_at, helpers_for(call), now=now).told:
            if helper.user_id not in claimed:
                sent += _tell(call, helper, now=now)
    return sent


def _tell(call: HelpCall, helper: Helper, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            mail = HelpMail.objects.create(
                district_id=call.district_id, call=call, user_id=helper.user_id, claimed_at=now
            )
    except IntegrityError:
        # Another worker was faster.
        return False
    if not helper.email:
        return False
    try:
        mail.sent = bool(_send(call, helper))
    except OSError:
        # The screen tells too; and the next in the list is written to in a minute.
        return False
    mail.save(update_fields=["sent"])
    return mail.sent


def _send(call: HelpCall, helper: Helper) -> int:
    there = call.asked_at.astimezone(ZoneInfo(call.school.district.timezone))
    page = reverse("frontdesk:help", args=[call.school.district.slug, call.school.code])
    words = {
        "school": call.school,
        "by": call.asked_by.short_name,
        "at": hour_of(there),
        "address": f"{settings.ADDRESS}{page}",
        "seconds": int(PATIENCE.total_seconds()),
    }
    # A name with a line break must not become a header.
    subject = " ".join(f"Help is needed at the front desk of {call.school.name}".split())
    text = render_to_string("frontdesk/mail/help.txt", words)
    return send_mail(subject, text, None, [helper.email])
