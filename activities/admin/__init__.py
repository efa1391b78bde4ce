"""The pages of the staff site about activities; importing the modules registers them."""

from . import activities, signups

__all__ = ["activities", "signups"]
