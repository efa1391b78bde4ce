"""The pages of the staff site about organizations; importing the modules registers them."""

from . import duties, organizations, term_changes

__all__ = ["duties", "organizations", "term_changes"]
