"""What holds for every test."""

from hypothesis import settings

# A busy machine may take its time over one example; the 200 ms that Hypothesis grants by itself made laws fail by the
# clock. Five seconds still find an example that costs far too much.
settings.register_profile("amends", deadline=5_000)
settings.load_profile("amends")
