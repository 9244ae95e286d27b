"""The hand-off packet: everything the collector needs, so that the debtor need not say it twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from bot.emotion import Emotion, read_emotion
from bot.facts import day, money
from bot.promises import Offer
from bot.redaction import redact
from bot.triggers import Trigger
from ledger.handoff import Escalation, MayContact

LONGEST_WORDS: Final = 300
WORDS: Final = Path(__file__).parent / "packet_words.yaml"
MOODS_ZH: Final = {"calm": "平静", "upset": "不快", "angry": "生气", "distressed": "痛苦"}
FACTS_ZH: Final = {
    "amount": "金额",
    "day": "日期",
    "reason": "原因",
    "callback_on": "希望回电的日期",
    "callback_hours": "希望回电的时段",
    "plan_count": "分期期数",
    "plan_each": "每期金额",
    "plan_first": "第一期日期",
    "dispute_reason": "异议",
    "hardship_cause": "困难原因",
    "hardship_means": "每月能否承担",
    "breach": "违反的规则",
}
OFFERS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class TalkSoFar:
    """What a talk has gathered when a person takes it over.

    `facts` are short values (for example "amount", "reason"); `offers` the promises put to the debtor, in order;
    `disclosures` the kinds already told; `said` the debtor's own texts, redacted, in order. `told_next` is what the
    debtor hears about what will happen, `taken_up_by` (aware) until when. `may_contact` is the gate's word on people.
    `conversation_id` is None where nobody spoke.
    """

    account_id: str
    debtor_id: str
    conversation_id: str | None
    language: str
    verified: bool
    facts: Mapping[str, str]
    offers: Sequence[Offer]
    disclosures: Sequence[str]
    said: Sequence[str]
    told_next: str
    taken_up_by: datetime
    may_contact: Sequence[MayContact]


def build(trigger: Trigger, talk: TalkSoFar) -> Escalation:
    """The packet for one escalation. What the debtor said is redacted and shortened here once more."""
    facts = {name: redact(value)[:LONGEST_WORDS] for name, value in talk.facts.items()}
    emotion = read_emotion((*talk.said, trigger.words))
    meaning_zh, permitted_next_zh = words_zh().get(trigger.id, (trigger.meaning, trigger.permitted_next))
    return Escalation(
        account_id=talk.account_id,
        debtor_id=talk.debtor_id,
        conversation_id=talk.conversation_id,
        trigger=trigger.id,
        priority=trigger.priority,
        words=redact(trigger.words)[:LONGEST_WORDS],
        summary=_summary_en(trigger, talk, facts, emotion),
        verified=talk.verified,
        language=talk.language,
        facts=facts,
        offers=tuple(f"{money(offer.amount, 'en')} by {offer.due_on.isoformat()}" for offer in talk.offers),
        disclosures=tuple(talk.disclosures),
        permitted_next=trigger.permitted_next,
        summary_zh=_summary_zh(f"{meaning_zh}（{trigger.priority}）。", talk, facts, emotion),
        permitted_next_zh=permitted_next_zh,
        emotion=emotion.mood,
        emotion_words=tuple(redact(word) for word in emotion.words),
        told_next=talk.told_next,
        taken_up_by=talk.taken_up_by,
        may_contact=tuple(talk.may_contact),
    )


@cache
def words_zh() -> Mapping[str, tuple[str, str]]:
    """By trigger: what it means and what the colleague may do next, in Chinese."""
    raw: dict[str, list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {trigger: (meaning, permitted) for trigger, (meaning, permitted) in raw.items()}


def _summary_en(trigger: Trigger, talk: TalkSoFar, facts: Mapping[str, str], emotion: Emotion) -> str:
    turns = len(talk.said)
    sentences = [
        f"{trigger.meaning} ({trigger.priority}).",
        "Right party verified." if talk.verified else "Right party NOT verified: no debt fact may be named.",
        f"The debtor spoke {turns} time{'' if turns == 1 else 's'} and sounded {emotion.mood}.",
    ]
    if talk.offers:
        last = [f"{money(offer.amount, 'en')} by {day(offer.due_on, 'en')}" for offer in talk.offers[-OFFERS_TOLD:]]
        sentences.append(f"Offered so far, the last at the end: {'; '.join(last)}.")
    sentences.extend(f"{name.replace('_', ' ').capitalize()}: {value}." for name, value in facts.items())
    return " ".join(sentences)


def _summary_zh(meaning: str, talk: TalkSoFar, facts: Mapping[str, str], emotion: Emotion) -> str:
    sentences = [
        meaning,
        "已核实本人。" if talk.verified else "尚未核实本人：不得说出任何欠款情况。",
        f"对方说了{len(talk.said)}次话，情绪{MOODS_ZH[emotion.mood]}。",
    ]
    if talk.offers:
        last = [f"{day(offer.due_on, 'zh')}前{money(offer.amount, 'zh')}" for offer in talk.offers[-OFFERS_TOLD:]]
        sentences.append(f"已提出过（最后一个最新）：{'；'.join(last)}。")
    sentences.extend(f"{FACTS_ZH.get(name, name)}：{value}。" for name, value in facts.items())
    return "".join(sentences)
