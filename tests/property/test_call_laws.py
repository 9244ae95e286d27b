"""Whatever is said, keyed or left unsaid, and whenever: the call ends, and what must be heard is heard whole."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, pause, reply

from bot.disclosures import told_by
from bot.phone.call import Voicebox, run_call
from bot.phone.engine.on_air import OnAir
from bot.phone.legs.wav import WavLeg
from bot.phone.seam import HungUp, LegEvent
from bot.phrases import Line, say
from bot.session import Reply
from speech.audio import Samples
from speech.dtmf import key_tones
from speech.speak import Speaker

LOCKED, FREE = 2000, 1000
"""How loud the two kinds of sentences are, to tell them apart in what was heard."""
LINES = {
    "law": say("opt_out_voice", "en"),
    "greeting": say("greeting_voice", "en", bank="Amends Bank"),
    "question": say("ask_identity", "en"),
    "more": say("anything_else", "en"),
}


class LoudByLaw(BriefMouth):
    def __init__(self, locked: frozenset[str], seconds: float) -> None:
        super().__init__(seconds)
        self._locked = locked

    async def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        async for piece in super().synthesize(text, language, rate):
            yield np.full(len(piece) // 2, LOCKED if text in self._locked else FREE, "<i2").tobytes()


class WatchedLeg(WavLeg):
    """Notes what was dropped, and in which order marks came back."""

    dropped_locked = 0
    left = False
    marks_heard: list[str]

    async def far_end(self) -> list[LegEvent]:
        events = await super().far_end()
        self.left = HungUp() in events
        return events

    async def clear(self) -> None:
        self.dropped_locked += int(np.count_nonzero(np.frombuffer(bytes(self._coming), "<i2") == LOCKED))
        await super().clear()

    def _played(self) -> list[str]:
        names = super()._played()
        self.marks_heard = [*getattr(self, "marks_heard", []), *names]
        return names


@dataclass(frozen=True)
class Script:
    debtor: list[tuple[str, float]]
    texts: list[tuple[str, float]]
    replies: list[list[str]]
    opening: list[str]
    mouth_seconds: float
    polite: bool


moves = st.one_of(
    st.tuples(st.just("say"), st.sampled_from([0.3, 0.7, 1.4])),
    st.tuples(st.just("pause"), st.sampled_from([0.3, 0.9, 2.0, 8.0])),
    st.tuples(st.just("keys"), st.sampled_from([0.0, 9.0, 12.0, 1204.0])),
)
lines = st.lists(st.sampled_from(sorted(LINES)), min_size=1, max_size=3, unique=True)
scripts = st.builds(
    Script,
    debtor=st.lists(moves, min_size=1, max_size=6),
    texts=st.lists(st.sampled_from([("yes", 0.9), ("tell me more.", 0.9), ("hm", 0.1), ("um", 0.9)]), max_size=6),
    replies=st.lists(lines, max_size=4),
    opening=lines,
    mouth_seconds=st.sampled_from([0.3, 1.2, 4.0]),
    polite=st.booleans(),
)


@pytest.fixture(scope="module")
def word() -> Iterator[Samples]:
    with Speaker() as speaker:
        yield speaker.say("yes please, tell me more about all of that", "en")[3200:]


def sound(script: Script, word: Samples) -> Samples:
    parts = []
    for move, amount in script.debtor:
        if move == "say":
            parts.append(word[: round(amount * 16_000)])
        elif move == "pause":
            parts.append(pause(amount))
        else:
            parts.append(key_tones(f"{amount:.0f}#" if amount > 9 else f"{amount:.0f}"))
    return np.concatenate(parts)


@settings(max_examples=25, deadline=None)
@given(script=scripts)
def test_every_call_ends_and_no_locked_word_is_lost(script: Script, word: Samples) -> None:
    leg = WatchedLeg(sound(script, word), polite=script.polite)
    replies = [
        Reply("talk-1", tuple(LINES[name] for name in names), "en", "talking", False, False) for names in script.replies
    ]
    talks = ScriptedTalks(*replies, opening=[LINES[name] for name in script.opening])
    locked = frozenset(line.text for line in LINES.values() if told_by(line.template, "voice"))

    async def call():
        return await asyncio.wait_for(
            run_call(
                leg,
                talks=talks,
                voicebox=Voicebox(ScriptedEars(*script.texts), LoudByLaw(locked, script.mouth_seconds)),
                account_id="account-1",
                language="en",
                attempt_id="attempt-1",
            ),
            timeout=30,
        )

    record = asyncio.run(call())
    assert leg.dropped_locked == 0
    marks = [int(name[1:]) for name in getattr(leg, "marks_heard", [])]
    assert marks == sorted(set(marks))
    each = round(script.mouth_seconds * 10) * 1600
    heard = int(np.count_nonzero(np.frombuffer(bytes(leg.bot), "<i2") == LOCKED))
    proven = sum(LINES_BY_TEMPLATE[name] in locked for turn in record.turns for name in turn.heard_to_end)
    # What is not whole was cut by the end of the line alone.
    assert heard >= proven * each
    if not leg.left:
        told = sum(line in locked for turn in record.turns for line in turn.bot_text)
        assert heard == told * each == proven * each
        assert record.outcome != "debtor_hung_up"
    assert talks.debtor_hung_up == (record.outcome == "debtor_hung_up")


LINES_BY_TEMPLATE = {
    **{line.template: line.text for line in LINES.values()},
    **{name: reply(name).lines[0].text for name in ("rephrase", "nothing_heard", "goodbye", "handoff_next_day")},
    **{name: reply(name).lines[0].text for name in ("trigger_human", "trigger_cease", "anything_else")},
}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["queue", "lock", "begin", "play", "drop", "drop_all"]), st.integers(0, 9))))
def test_what_is_locked_is_never_dropped_before_the_line_is(steps: list[tuple[str, int]]) -> None:
    air, all_of_them, down = OnAir(), [], False
    for step, which in steps:
        if step in ("queue", "lock"):
            all_of_them.append(air.queue(Line("x", "x"), "en", locked=step == "lock"))
        elif step == "begin" and air.being_sent is not None:
            air.being_sent.begun_at = 0.0
        elif step == "play":
            air.played(f"s{which}")
        elif step == "drop":
            assert not any(sentence.locked for sentence in air.drop())
        elif step == "drop_all":
            air.drop_all()
            down = True
        over = [*air.heard, *air.unheard]
        assert len({id(each) for each in over}) == len(over)
        assert air.speaking == (len(over) < len(all_of_them))
        assert down or not any(sentence.locked for sentence in air.unheard)
        assert air.may_be_cleared or air.locked
