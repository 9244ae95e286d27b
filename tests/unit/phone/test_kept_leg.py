"""A leg that is lent: sound that nobody takes does not pile up, and nothing else of the call is lost for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.phone import kept_leg
from bot.phone.kept_leg import KeptLeg
from bot.phone.seam import HungUp, Key, LegEvent, Played, Sound


class Told:
    rate = 8000

    def __init__(self, *events: LegEvent) -> None:
        self._events = events

    async def events(self) -> AsyncIterator[LegEvent]:
        for event in self._events:
            yield event


@pytest.mark.parametrize("parted", [False, True])
async def test_the_oldest_sound_goes_and_keys_marks_and_the_end_stay(
    parted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_leg, "MOST_WAITING_S", 1.0)
    half = [Sound(bytes([number]) * 8000) for number in range(5)]
    kept = KeptLeg(Told(Key("9"), *half[:4], Played("s1"), half[4], HungUp(16)))
    if parted:
        kept.part()
    await kept.pump()
    events = kept.rest() if parted else kept.events()
    assert [event async for event in events] == [Key("9"), half[3], Played("s1"), half[4], HungUp(16)]
