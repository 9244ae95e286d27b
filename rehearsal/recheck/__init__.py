"""A second opinion on a whole ledger, by somebody who did not write the first.

The gate and the bot's guards decide before something happens. This checks afterwards what did happen, from the raw
rows, with its own table of hours and caps, its own time arithmetic and its own reading of the words. It shares no code
with `strategy` or `bot`: an error in a decision must not be able to hide here.
"""

from rehearsal.recheck.run import Recheck, recheck
from rehearsal.recheck.violation import Violation

__all__ = ["Recheck", "Violation", "recheck"]
