"""The telephone of an installation: ears, mouth and a loop for all calls, the pages that can be rung, and who dials."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlmodel import col, select

from app import wiring
from app.api.phone import Phones
from app.handover import LiveHandover
from app.hearing import open_recogniser
from app.settings import Settings
from app.speaking import open_speaking
from app.trunks import Trunk, open_trunk
from bot.phone.call import Voicebox
from bot.phone.handing_over import People
from bot.phone.legs.browser_pages import Page, Pages
from bot.phone.legs.browser_phone import BrowserPhone
from bot.phone.loop import PhoneLoop
from bot.phone.placing import CallParts, Calls
from bot.phone.ports import LastIntent, Talks
from bot.phone.recording import Tapes
from bot.talk import Terms
from bot.transfer import Transfers
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import Account, Turn
from speech.hear import ModelMissing
from speech.hearing import HearingPool, cores
from speech.speaking import SpeakingPool
from strategy.contact_outcome import finish
from strategy.dispatch.attempts import set_out
from strategy.dispatch.reservation import Refused, Reserved, reserve
from strategy.dispatch.tick import Place
from strategy.policy.packs import Packs

CALLS_A_CORE = 8
"""Calls that one core carries before answers come late; `scripts/bench voice` measures it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What all calls of a process share."""

    loop: PhoneLoop
    voicebox: Voicebox
    phones: Phones
    speaking: SpeakingPool
    trunk: Trunk | None = None
    """The line that calls go out by; without one they ring at the debtors' pages."""


@contextmanager
def open_voice(settings: Settings, tell: Callable[[str], object]) -> Iterator[Voice | None]:
    """Ears and mouth, ready; None where no recognition model can be loaded, and nobody can be called then."""
    try:
        recogniser = open_recogniser(settings)
    except ModelMissing as missing:
        tell(f"no telephone, chat only: {missing}")
        yield None
        return
    with ExitStack() as parts:
        speaks = parts.enter_context(open_speaking(settings))
        hears = parts.enter_context(HearingPool(recogniser))
        loop = parts.enter_context(PhoneLoop())
        debtors, collectors = (Pages(loop.post, wiring.new_secret) for _ in range(2))
        trunk = parts.enter_context(open_trunk(settings, loop))
        phones = Phones(debtors, collectors, trunk.twilio if trunk else None)
        yield Voice(loop, Voicebox(hears, speaks), phones, speaks, trunk)


def browser_calls(
    voice: Voice,
    ledger: Ledger,
    talks: Talks,
    terms: Terms,
    tapes: Tapes | None = None,
    most: int | None = None,
    alarm: Callable[[str, str], object] = lambda *_: None,
) -> Calls:
    """The dispatcher's carrier: by the line there is, else to the debtors' pages; ready collectors stand behind it."""

    def whose(account_id: str) -> str:
        with ledger.read() as work:
            return work.session.get_one(Account, account_id).debtor_id

    pages, trunk = voice.phones.debtors, voice.trunk
    parts = CallParts(
        carrier=trunk.carrier if trunk else BrowserPhone(pages, whose),
        talks=talks,
        voicebox=voice.voicebox,
        packs=terms.packs,
        open_case=open_case,
        last_intent=last_intent_in(ledger),
        people=People(LiveHandover(ledger, voice.phones.collectors), Transfers(ledger, terms, open_case)),
        rings_at=lambda debtor: trunk is not None or (pages.there(debtor) and not pages.talking(debtor)),
        expects=lambda debtor: trunk is not None or pages.lately(debtor),
        alarm=alarm,
        tape=tapes.tape_for if tapes else lambda _: None,
        most=most or CALLS_A_CORE * cores(),
    )
    return Calls(ledger, parts, voice.loop.start)


def call_on_wish(voice: Voice, ledger: Ledger, packs: Packs, place: Place) -> None:
    """Let a page ask to be called now: the gate decides at once, as it does about every contact."""
    log = structlog.get_logger()

    def ask(debtor_id: str) -> Reserved | Refused | None:
        with ledger.begin_for([debtor_id]) as work:
            owed = select(Account.id).where(Account.debtor_id == debtor_id, Account.status == "open")
            account_id = work.session.exec(owed.order_by(col(Account.id))).first()
            return reserve(work, packs, account_id, "voice", "bot") if account_id is not None else None

    async def call(page: Page) -> None:
        try:
            answer = await asyncio.to_thread(ask, page.owner)
            if isinstance(answer, Reserved) and await asyncio.to_thread(set_out, ledger, packs, answer.attempt_id):
                if (outcome := place(answer)) is not None:
                    await asyncio.to_thread(_finish, ledger, answer.attempt_id, outcome)
                return
            page.line.send({"type": "refused", "codes": [*answer.codes] if isinstance(answer, Refused) else []})
        except Exception as fault:
            log.error("call.on_wish_failed", exc_info=fault)
            page.line.send({"type": "refused", "codes": []})

    def hears(page: Page, message: Mapping[str, Any]) -> None:
        if message.get("type") == "call_me" and not page.in_call and page.ring is None:
            voice.loop.start(call(page))

    voice.phones.debtors.hears = hears
    voice.phones.debtors.greeting = {"ask": True}


def _finish(ledger: Ledger, attempt_id: str, outcome: str) -> None:
    with ledger.begin_for() as work:
        finish(work, attempt_id, outcome)


def last_intent_in(ledger: Ledger) -> LastIntent:
    """How the debtor's last words in a talk were read, from the records."""

    def last_intent(conversation_id: str) -> str | None:
        with ledger.read() as work:
            heard = select(Turn.intent).where(Turn.conversation_id == conversation_id, Turn.speaker == "debtor")
            return work.session.exec(heard.order_by(col(Turn.seq).desc())).first()

    return last_intent
