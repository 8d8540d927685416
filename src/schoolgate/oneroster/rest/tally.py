"""Counting the pages of one pull, and the verdict that follows. Pure.

The first thing that went wrong gives the reason. The words are a stable interface:

    total_moved        the source's own count changed while it was read
    fewer_than_total   the pages ended before the count was reached
    empty_but_total    the source counts records and hands out none
    repeated_page      a page came a second time: the source does not page
    looping_link       a next link leads back to a page already read
    gap                records came after the place where they had ended
    page_failed        a page after the first could not be read
    ceiling            more pages than we ask for
"""

from dataclasses import dataclass, field

from schoolgate.oneroster.records import Verdict
from schoolgate.oneroster.rest.page import Page

_DETAILS = {
    "total_moved": "The number of records changed while they were read: read again.",
    "repeated_page": "The source sent the same page twice: it does not page as it should.",
    "looping_link": "The source's link to the next page leads back to one already read.",
    "gap": "The source sent an empty page and then more records behind it.",
    "ceiling": "The source has more pages than Schoolgate asks for: use larger pages.",
}


@dataclass
class Tally:
    """What has come so far."""

    received: int = 0
    pages: int = 0
    total: int | None = None
    reason: str | None = None
    detail: str = ""
    _digests: set[bytes] = field(default_factory=set)

    def add(self, page: Page) -> bool:
        """Count a page with records. False, and nothing counted, if it was here before."""
        digest = page.digest()
        if digest in self._digests:
            return False
        self._digests.add(digest)
        self.pages += 1
        self.received += len(page.rows)
        self.see_total(page.total)
        return True

    def see_total(self, total: int | None) -> None:
        """Take note of the source's count. It is re-read on every page that has records."""
        if total is None:
            return
        if self.total is None:
            self.total = total
        elif total != self.total:
            self.spoil("total_moved")

    def spoil(self, reason: str, detail: str = "") -> None:
        """Say why the pull is not complete. The first reason stays."""
        if self.reason is None:
            self.reason = reason
            self.detail = detail or _DETAILS[reason]

    @property
    def total_was_wrong(self) -> bool:
        """Whether more came than the source counts, without the count moving."""
        return self.total is not None and self.received > self.total

    def verdict(self, *, every_id_known: bool) -> Verdict:
        """Judge the pull when it has ended."""
        total = self.total
        if total is not None and self.received < total:
            reason = "fewer_than_total" if self.received else "empty_but_total"
            self.spoil(reason, f"The source counts {total} records and sent {self.received}.")
        return Verdict(
            complete=self.reason is None,
            received=self.received,
            pages=self.pages,
            total=total,
            reason=self.reason,
            detail=self.detail,
            every_id_known=every_id_known,
        )
