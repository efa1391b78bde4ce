"""Hypothesis profile: the same examples in each run; raise `max_examples` by hand to search further."""

from hypothesis import settings

settings.register_profile("chinese", derandomize=True, deadline=None)
settings.load_profile("chinese")
