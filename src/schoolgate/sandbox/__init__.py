"""A OneRoster 1.1 provider to try things on: a synthetic district of any size, quirks on demand."""

from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.sandbox import Sandbox

__all__ = ["District", "Sandbox"]
