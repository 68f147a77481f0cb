"""How the random tests of the rules run: never against the clock, and a failure can be repeated."""

from hypothesis import settings

settings.register_profile("evening", deadline=None, max_examples=30, print_blob=True)
settings.load_profile("evening")
