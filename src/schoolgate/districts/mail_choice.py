"""An administrator chooses whether, and where, she gets e-mail about her district."""

from datetime import datetime

from django.db import transaction

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.districts.models import District, Membership


def membership_of(user: User, district: District) -> Membership | None:
    return Membership.objects.filter(user=user, district=district).first()


@transaction.atomic
def choose_mail(user: User, district: District, *, wants: bool, address: str, at: datetime) -> None:
    """Note where this person's mail goes, and whether this district's goes there."""
    user.email = address
    user.save(update_fields=["email"])
    Membership.objects.filter(user=user, district=district).update(wants_mail=wants)
    log.record("mail.chosen", at=at, district_id=district.id, actor_id=user.id, wants=wants)
