"""An ordeal for the dispatcher: many processes on one ledger, killed at random, with clocks that jump.

`bench/dispatch_faults.py` measures it at full size, `tests/faults/` runs a smaller one on every change. Whether the law
held is for `rehearsal/recheck/` to say, which shares no code with what is tried here.
"""
