"""Kiosks: added at the device itself by an administrator, known by a secret, ended at once."""

import hashlib
import secrets
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from schoolgate.audit import log
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import Kiosk

COOKIE = "schoolgate_kiosk"
SALT = "frontdesk.kiosk.1"
# A device stays a kiosk for a school year.
SECONDS = 400 * 24 * 60 * 60
PATH = "/kiosk/"


def add_kiosk(desk: Desk, name: str) -> tuple[Kiosk, str]:
    """Add a kiosk to this school. Gives what its device keeps, once."""
    secret = secrets.token_urlsafe(32)
    kiosk = Kiosk.objects.create(
        district_id=desk.school.district_id,
        school=desk.school,
        name=name.strip(),
        secret_hash=_hash(secret),
        added_at=desk.now,
        added_by=desk.by,
    )
    _log("kiosk.added", kiosk, desk)
    return kiosk, secret


def end_kiosk(desk: Desk, kiosk_id: int) -> None:
    """End a kiosk of this school: its device shows nothing from the next page on."""
    kiosks = Kiosk.objects.filter(district_id=desk.school.district_id, school=desk.school)
    if kiosk := kiosks.filter(id=kiosk_id, ended_at=None).first():
        kiosk.ended_at = desk.now
        kiosk.save(update_fields=["ended_at"])
        _log("kiosk.ended", kiosk, desk)


def make_kiosk(answer: HttpResponse, kiosk: Kiosk, secret: str, *, secure: bool) -> None:
    """Let the device that gets this answer be the kiosk."""
    answer.set_signed_cookie(
        COOKIE,
        f"{kiosk.pk}:{secret}",
        salt=SALT,
        max_age=SECONDS,
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def kiosk_of(request: HttpRequest) -> Kiosk | None:
    """Say which kiosk asks; None where the device is none, or is one no more."""
    kept = str(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=SECONDS) or "")
    kiosk_id, _, secret = kept.partition(":")
    if not kiosk_id.isdecimal():
        return None
    kiosk = Kiosk.objects.filter(id=int(kiosk_id), ended_at=None)
    found = kiosk.select_related("school__district", "added_by").first()
    is_it = found is not None and secrets.compare_digest(found.secret_hash, _hash(secret))
    return found if is_it else None


def desk_of(kiosk: Kiosk, now: datetime) -> Desk:
    """Give the desk of the kiosk's school, for reading: a kiosk decides nothing as anybody."""
    return Desk(school=kiosk.school, by=kiosk.added_by, now=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _log(action: str, kiosk: Kiosk, desk: Desk) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=kiosk.district_id,
        actor_id=desk.by.pk,
        subject=f"kiosk:{kiosk.pk}",
        school=kiosk.school_id,
    )
