"""`{% icon "check" %}`: an icon drawn into the page, in the colour and size of its text."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "icons"


class UnknownIcon(Exception):
    """The icon is not among those that set-up copies."""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw the icon `name`. Without `label` it is an ornament that a screen reader skips."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="sg-icon" viewBox="0 0 24 24" {}>{}</svg>',
        mark_safe(spoken),  # noqa: S308  # a literal, or escaped by format_html above
        _shapes(name),
    )


@cache
def _shapes(name: str) -> SafeString:
    try:
        drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnknownIcon(
            f"no icon {name!r}: name it in setup/vendor.txt, then make setup"
        ) from None
    paths = re.findall(r"<(?:path|circle|rect|line|polyline)\b[^>]*/>", drawing)
    # The files come from a locked package and are checked against setup/vendor.txt.
    return mark_safe("".join(paths))  # noqa: S308
