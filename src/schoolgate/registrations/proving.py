"""Whether a source can be asked for what changed: tried, kept, tried again, and taken back.

Only what a probe has proved lately is relied on. A pull of changes that got something else than
changes takes it back at once; the next whole sync tries anew.
"""

from datetime import datetime, timedelta

from schoolgate.audit import log
from schoolgate.oneroster.change_probe import probe_changes
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.collection import Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.registrations.models import ProviderProfile, Registration, Transport

# A whole sync tries again after the first, and nothing is relied on after the second.
TRY_AGAIN_AFTER = timedelta(days=30)
GOOD_FOR = timedelta(days=40)

# Where `findings` keep why a source was not proved.
WHY = "changes"
FAILED_IN_USE = "failed_in_use"

REASONS = {
    "no_users": "it showed nobody to try it on",
    "rows_not_readable": "one of its first records has no id that can be read",
    "ids_repeat": "it sends one person in several records",
    "dates_missing": "not every record says when it was last changed",
    "dates_without_zone": "its records do not say in which time zone they were changed",
    "dates_in_days": "its records say the day of a change, and not the moment",
    "dates_in_future": "its clock is ahead of ours",
    "dates_constant": "all its records say that they were changed at the same moment",
    "no_total": "it does not count its records",
    "filter_refused": "it does not understand the question",
    "future_not_empty": "it sends records that have not changed",
    "past_not_all": "it leaves out records that have changed",
    "wrong_rows": "it sends other records than those that have changed",
    "wrong_total": "it counts records that have not changed",
    FAILED_IN_USE: "it was asked, and sent records that had not changed",
}


def prove(
    registration: Registration, client: Client, *, by: int | None, at: datetime
) -> ProviderProfile:
    """Find out whether the source filters by change, and keep it.

    Raises:
        SourceFailed: it does not answer; what was known of it stays.
    """
    found = probe_changes(client, now=at)
    return _keep(registration, found.finding, by=by, at=at)


def prove_again_if_due(registration: Registration, source: Source, *, at: datetime) -> None:
    """Try again after a month, or after a pull of changes failed. A bad moment is no answer."""
    if isinstance(source, Client) and _is_due(registration, at=at):
        try:
            prove(registration, source, by=None, at=at)
        except SourceFailed:
            return


def stop_relying(registration: Registration, *, at: datetime) -> None:
    """A pull of changes was sent something else: the source is not asked for changes any more."""
    _keep(registration, FAILED_IN_USE, by=None, at=at)


def is_proved(registration: Registration, *, now: datetime) -> bool:
    profile = profile_of(registration)
    return profile is not None and bool(profile.filters_by_change) and not _is_old(profile, now)


def profile_of(registration: Registration) -> ProviderProfile | None:
    return ProviderProfile.objects.filter(registration=registration).first()


def in_words(registration: Registration, *, now: datetime) -> str:
    """One sentence: whether the source can be asked for what changed, and why not."""
    if registration.transport != Transport.REST:
        return "A file is always read whole."
    profile = profile_of(registration)
    if profile is None or profile.filters_by_change is None:
        return "Not tried yet: every sync reads everything."
    if not profile.filters_by_change:
        why = REASONS.get(profile.findings.get(WHY, ""), "what it answered was not as it should be")
        return f"It cannot be asked only for what changed: {why}. Every sync reads everything."
    if _is_old(profile, now):
        return "Tried too long ago to rely on it: every sync reads everything."
    return "Proved: it can be asked for what changed since the last sync."


def _keep(
    registration: Registration, finding: str, *, by: int | None, at: datetime
) -> ProviderProfile:
    profile, _ = ProviderProfile.objects.update_or_create(
        registration=registration,
        defaults={
            "district_id": registration.district_id,
            "probed_at": at,
            "filters_by_change": not finding,
            "findings": {WHY: finding} if finding else {},
        },
    )
    log.record(
        "source.probed",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        filters_by_change=not finding,
        finding=finding,
    )
    return profile


def _is_old(profile: ProviderProfile, now: datetime) -> bool:
    return now - profile.probed_at > GOOD_FOR


def _is_due(registration: Registration, *, at: datetime) -> bool:
    profile = profile_of(registration)
    if profile is None:
        # Nobody has asked for it.
        return registration.changes_every_hours is not None
    failed = profile.findings.get(WHY) == FAILED_IN_USE
    return failed or at - profile.probed_at >= TRY_AGAIN_AFTER
