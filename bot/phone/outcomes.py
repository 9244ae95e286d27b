"""What a call that nobody took comes to: Q.850 cause, SIP status and ringing to one outcome that the caps can count.

Packs leave busy lines and dead numbers out of some caps, so those two are only said of a telephone that never rang.
Whatever is not in the table is `unknown`, which every cap counts.
"""

from __future__ import annotations

from typing import Final

from bot.phone.seam import NotReached

UNWANTED_SIP: Final = 607
"""SIP "Unwanted" (RFC 8197): the person called has marked this call as one they do not want."""

BY_CAUSE: Final = {
    1: "not_in_service",  # no such number (SIP 404)
    2: "failed",  # no route to the network
    3: "failed",  # no route to the number
    16: "unknown",  # hung up in the usual way, by whom is not said
    17: "busy",
    18: "failed",  # the telephone gave no sign (SIP 408)
    19: "failed",  # not answered; it never rang, so nothing is there (SIP 480)
    20: "failed",  # switched off or out of reach
    21: "ring_no_answer",  # declined (SIP 603): somebody saw it
    22: "not_in_service",  # the number has changed
    27: "failed",  # the line is out of order (SIP 502)
    28: "not_in_service",  # no complete number (SIP 484)
    34: "failed",  # no line free (SIP 503)
    38: "failed",  # the network is out of order
    41: "failed",  # a passing fault
    42: "failed",  # congestion
    44: "failed",  # the line asked for is not free
    47: "failed",  # no resources
    58: "failed",  # no such service now (SIP 488)
}
"""Outcome of each Q.850 cause for a telephone that never rang."""

CAUSE_OF_SIP: Final = {
    401: 21,
    403: 21,
    404: 1,
    407: 21,
    408: 18,
    410: 22,
    480: 19,
    484: 28,
    486: 17,
    488: 58,
    500: 41,
    502: 27,
    503: 34,
    504: 38,
    600: 17,
    603: 21,
    604: 1,
    UNWANTED_SIP: 127,
}
"""Q.850 cause of a SIP status, for carriers that tell only that (RFC 3398, and as Asterisk 22 was seen to do)."""

_BARRED_SIP: Final = frozenset({401, 403, 407})


def not_reached(cause: int | None, *, sip: int | None = None, rang: bool = False) -> NotReached:
    """What to record of a call that was not answered.

    :param cause: Q.850, as the carrier told it; None where it told none.
    :param sip: the SIP status ("technology cause"), where there is one.
    :param rang: the far telephone was heard to ring.
    """
    told = CAUSE_OF_SIP.get(sip) if cause is None and sip is not None else cause
    if sip == UNWANTED_SIP:
        return NotReached("ring_no_answer", told, unwanted=True)
    if rang:
        return NotReached("ring_no_answer", told)
    if sip in _BARRED_SIP:
        return NotReached("failed", told)
    return NotReached(BY_CAUSE.get(told, "unknown") if told is not None else "unknown", told)


NEVER_LEFT: Final = NotReached("failed")
"""The carrier refused to dial: there is no line to the telephone at all."""
