"""Does an arm hurt people? A one-sided test, exact however rare the harm and however often it is looked at. Pure.

Harms (a complaint, a hold) are counted as they happen, without waiting for anything. If the arm is no worse than the
control, the next harmed person is in the arm with at most the arm's part of the two shares, ``q``. The weight against
that is the same sequence of harms under "more than ``q``", all such values mixed evenly. Early harms weigh at once: ten
of ten in one of two equal arms are an alarm.
"""

from __future__ import annotations

import math

from scipy.special import betaincc, betaln


def p_value(in_arm: int, in_control: int, share: float, control_share: float) -> float:
    """Always valid p-value of "the arm is no worse than the control".

    :param in_arm: people harmed in the arm so far, each counted once.
    :param share: the share that was drawn into the arm; above nought, as is `control_share`.
    """
    q = share / (share + control_share)
    a, b = in_arm + 1, in_control + 1
    tail = float(betaincc(a, b, q))
    if tail <= 0:  # far fewer harms than the control has: no evidence at all
        return 1.0
    mixed = float(betaln(a, b)) + math.log(tail) - math.log1p(-q)
    fair = in_arm * math.log(q) + in_control * math.log1p(-q)
    return min(1.0, math.exp(min(0.0, fair - mixed)))
