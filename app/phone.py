"""The telephone of an installation: ears, mouth and a loop for all calls, the pages that can be rung, and who dials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlmodel import col, select

from app import wiring
from app.api.phone import Phones
from app.handover import LiveHandover
from app.settings import Settings
from app.speaking import open_speaking
from app.trunks import Trunk, open_trunk
from bot.phone.call import Voicebox
from bot.phone.handing_over import People
from bot.phone.legs.browser_pages import Pages
from bot.phone.legs.browser_phone import BrowserPhone
from bot.phone.loop import PhoneLoop
from bot.phone.placing import CallParts, Calls
from bot.phone.ports import LastIntent, Talks
from bot.talk import Terms
from bot.transfer import Transfers
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import Account, Turn
from speech.hear import HearSettings, ModelMissing, Recogniser
from speech.hearing import HearingPool, cores

CALLS_A_CORE = 8
"""Calls that one core carries before answers come late; `scripts/bench voice` measures it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What all calls of a process share."""

    loop: PhoneLoop
    voicebox: Voicebox
    phones: Phones
    trunk: Trunk | None = None
    """The line that calls go out by; without one they ring at the debtors' pages."""


@contextmanager
def open_voice(settings: Settings, tell: Callable[[str], object]) -> Iterator[Voice | None]:
    """Ears and mouth, ready; None where no recognition model can be loaded, and nobody can be called then."""
    try:
        recogniser = Recogniser(HearSettings(model=settings.asr_model, at_once=cores()))
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
        yield Voice(loop, Voicebox(hears, speaks), phones, trunk)


def browser_calls(voice: Voice, ledger: Ledger, talks: Talks, terms: Terms, most: int | None = None) -> Calls:
    """The dispatcher's carrier: by the line there is, or to the debtors' pages; collectors who are ready stand behind it."""

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
        most=most or CALLS_A_CORE * cores(),
    )
    return Calls(ledger, parts, voice.loop.start)


def last_intent_in(ledger: Ledger) -> LastIntent:
    """How the debtor's last words in a talk were read, from the records."""

    def last_intent(conversation_id: str) -> str | None:
        with ledger.read() as work:
            heard = select(Turn.intent).where(Turn.conversation_id == conversation_id, Turn.speaker == "debtor")
            return work.session.exec(heard.order_by(col(Turn.seq).desc())).first()

    return last_intent
