"""Send districts what `digest` has decided: thin, and safe to do twice.

A mail is claimed before it is sent. A process that dies between the two has told a district nothing
on that occasion; none is told the same thing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from schoolgate.districts.models import District, Membership, Role
from schoolgate.sync import events
from schoolgate.sync.models import DistrictMail
from schoolgate.sync.watch.condition import Source
from schoolgate.sync.watch.digest import Digest, Memory, decide
from schoolgate.sync.watch.queries import holds_of_runs, sources_of
from schoolgate.sync.watch.troubles import Trouble, Waiting, troubles_of

# After the mail server refused everything.
RETRY_AFTER = timedelta(minutes=15)
# The rest follows with the next look: a tick has other things to do.
DISTRICTS_AT_ONCE = 50


class ServerAway(Exception):
    """No mail can be handed over at this moment, whoever it is for."""


@dataclass(frozen=True)
class Line:
    """One trouble as a mail shows it."""

    trouble: Trouble
    is_new: bool
    address: str


def tell_districts(*, now: datetime) -> int:
    """Send the mails that are due, a bounded number at once. Gives how many districts were told."""
    if not settings.SENDS_MAIL:
        return 0
    troubles = _troubles_by_district(now)
    memories = {mail.district_id: mail for mail in DistrictMail.objects.all()}
    told = 0
    for district in District.objects.filter(id__in={*troubles, *memories}).order_by("id"):
        try:
            told += _tell(
                district, troubles.get(district.id, []), memories.get(district.id), now=now
            )
        except ServerAway:
            break
        if told == DISTRICTS_AT_ONCE:
            break
    return told


def addresses_of(district: District) -> list[str]:
    """The administrators who want the mail and have an address."""
    wanting = Membership.objects.filter(
        district=district, role=Role.DISTRICT_ADMIN, wants_mail=True, user__is_active=True
    ).exclude(user__email="")
    return list(wanting.order_by("id").values_list("user__email", flat=True))


def _troubles_by_district(now: datetime) -> dict[int, list[Trouble]]:
    sources: dict[int, list[Source]] = {}
    for source in sources_of():
        sources.setdefault(source.district_id, []).append(source)
    held = {source.held_run_id for rows in sources.values() for source in rows}
    waiting = [
        Waiting(hold.run_id, hold.school_id, hold.school.name, hold.kind, hold.count, hold.of)
        for hold in holds_of_runs(run for run in held if run)
    ]
    return {
        district_id: found
        for district_id, rows in sources.items()
        if (found := troubles_of(rows, waiting, now=now))
    }


def _tell(
    district: District, troubles: Sequence[Trouble], mail: DistrictMail | None, *, now: datetime
) -> bool:
    """Send one district its mail, if one is due. False: nothing was sent."""
    before = Memory() if mail is None else _memory(mail)
    digest, after = decide(troubles, before, now=now.astimezone(ZoneInfo(district.timezone)))
    if digest is None:
        if mail is not None and after != before:
            _claim(mail, after, retry_at=mail.retry_at)
        return False
    addresses = addresses_of(district)
    if not addresses or (mail is not None and mail.retry_at is not None and now < mail.retry_at):
        return False
    claimed = _claim_first(district, mail, after)
    return claimed is not None and _deliver(
        district, digest, addresses, give_back=lambda: _give_back(claimed, before, now)
    )


def _deliver(
    district: District, digest: Digest, addresses: Sequence[str], *, give_back: Callable[[], None]
) -> bool:
    """Hand over the messages; when none was taken, let the mail be sent later."""
    try:
        sent = _send(district, digest, addresses)
    except ServerAway:
        give_back()
        raise
    if sent == 0:
        give_back()
    events.mail_sent(district.id, troubles=len(digest.troubles), sent=sent, of=len(addresses))
    return sent > 0


def _claim_first(
    district: District, mail: DistrictMail | None, memory: Memory
) -> DistrictMail | None:
    """Claim the mail before anything is sent. None: another worker was faster."""
    is_new = True
    if mail is None:
        mail, is_new = DistrictMail.objects.get_or_create(district=district)
    return mail if is_new and _claim(mail, memory, retry_at=None) else None


def _give_back(mail: DistrictMail, memory: Memory, now: datetime) -> None:
    _claim(mail, memory, retry_at=now + RETRY_AFTER)


def _claim(mail: DistrictMail, memory: Memory, *, retry_at: datetime | None) -> bool:
    """Write what the district has been told, unless another worker did since `mail` was read."""
    as_read = DistrictMail.objects.filter(pk=mail.pk, version=mail.version)
    claimed = as_read.update(
        version=mail.version + 1,
        sent_on=memory.sent_on,
        told={key: day.isoformat() for key, day in memory.told.items()},
        retry_at=retry_at,
    )
    mail.version += 1
    return bool(claimed)


def _memory(mail: DistrictMail) -> Memory:
    told: Mapping[str, str] = mail.told
    return Memory(mail.sent_on, {key: date.fromisoformat(day) for key, day in told.items()})


def _send(district: District, digest: Digest, addresses: Sequence[str]) -> int:
    """One message for each: nobody learns another's address. Gives how many went out."""
    words = {
        "district": district,
        "lines": [_line(district, digest, trouble) for trouble in digest.troubles],
        "overview": _address("sync:overview", district.slug),
        "choice": _address("watch:mail", district.slug),
    }
    text = render_to_string("sync/mail/digest.txt", words)
    html = render_to_string("sync/mail/digest.html", words)
    # A name with a line break must not become a header.
    subject = " ".join(f"{digest.subject} ({district.name})".split())
    sent = 0
    try:
        connection = get_connection()
        connection.open()
    except OSError as error:
        events.mail_refused(district.id, error)
        raise ServerAway from None
    try:
        for address in addresses:
            message = EmailMultiAlternatives(subject, text, to=[address], connection=connection)
            message.attach_alternative(html, "text/html")
            sent += _sent(district, message)
    finally:
        connection.close()
    return sent


def _sent(district: District, message: EmailMultiAlternatives) -> int:
    try:
        return message.send()
    except OSError as error:
        # One address that is refused is no reason to tell nobody else.
        events.mail_refused(district.id, error)
        return 0


def _line(district: District, digest: Digest, trouble: Trouble) -> Line:
    if trouble.run_id is not None:
        address = _address("sync:run", district.slug, trouble.run_id)
    else:
        address = _address("sync:registration", district.slug, trouble.registration_slug)
    return Line(trouble, trouble.key in digest.news, address)


def _address(page: str, *args: object) -> str:
    return f"{settings.ADDRESS}{reverse(page, args=args)}"
