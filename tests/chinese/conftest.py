"""The fuzzers of this room try the same examples each time; raise `max_examples` by hand to search further."""

from hypothesis import settings

settings.register_profile("chinese", derandomize=True, deadline=None)
settings.load_profile("chinese")
