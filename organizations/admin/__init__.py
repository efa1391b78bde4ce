"""The pages of the staff site about organizations; importing the modules registers them."""

from . import duties, kinds, life, organizations, term_changes

__all__ = ["duties", "kinds", "life", "organizations", "term_changes"]
