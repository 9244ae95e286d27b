"""What holds for every test."""

import os

from hypothesis import settings

# A busy machine may take its time over one example; the 200 ms that Hypothesis grants by itself made laws fail by the
# clock. Five seconds still find an example that costs far too much.
settings.register_profile("explore", deadline=5_000)
# Whether a commit passes must not depend on the day it is tried, so every run draws the same examples; new ones are
# looked for on purpose, with HYPOTHESIS_PROFILE=explore.
settings.register_profile("amends", settings.get_profile("explore"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "amends"))
