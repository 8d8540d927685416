"""How often a kiosk may be asked: names are not to be fished for."""

from django.core.cache import cache

A_MINUTE_AT_MOST = 30
MINUTE = 60


def may_ask(kiosk_id: int) -> bool:
    """Count one more search of this kiosk, and say whether it is within a minute's share."""
    key = f"kiosk:{kiosk_id}"
    cache.add(key, 0, timeout=MINUTE)
    try:
        return cache.incr(key) <= A_MINUTE_AT_MOST
    except ValueError:
        # The minute ended between the two.
        return True
