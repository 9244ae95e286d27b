"""Past contacts as a decision keeps them: those that were alike are written once, with all their times. Pure.

It takes a fifth of the room of a list of contacts, and of the time to write and to hash it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from strategy.policy.facts import PastContact
from strategy.policy.flags import FactsError

ALIKE: Final = ("channel", "direction", "outcome", "debt_id", "number_id", "by", "target")
"""What is told of a contact beside its time, in the order in which it is written."""
_ALIKE: Final = attrgetter(*ALIKE)


def alike_json(history: Iterable[PastContact]) -> list[list[Any]]:
    """``[[channel, direction, outcome, debt_id, number_id, by, target, [times]], ...]``; equal histories, whatever
    their order, are spelled alike."""
    times = defaultdict[tuple[str, ...], list[datetime]](list)
    for past in history:
        times[_ALIKE(past)].append(past.at)
    return [[*alike, [f"{at.isoformat()[:-6]}Z" for at in sorted(ats)]] for alike, ats in sorted(times.items())]


def each_alone(item: Any) -> list[Any]:
    """The contacts of one item, one by one, as a policy case spells them; an item that is such a contact is left alone.

    :raises FactsError: it is a list that :func:`alike_json` has not written.
    """
    if not isinstance(item, list):
        return [item]
    try:
        *alike, times = item
        if not isinstance(times, list):
            raise TypeError("the times of contacts are a list")
        told = dict(zip(ALIKE, alike, strict=True))
    except (TypeError, ValueError) as error:
        raise FactsError("history", f"{type(error).__name__} {error}", code="HISTORY_INVALID") from error
    return [{"ts_utc": at, **told} for at in times]
