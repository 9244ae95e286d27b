"""A telephone that says by itself that it wants no such calls (SIP 607): taken as a person's wish to be left alone."""

from __future__ import annotations

from bot import packet
from bot.talk import PEOPLES_CHANNELS, OpenCase
from bot.triggers import named
from ledger.handoff import MayContact
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Debtor
from strategy.holds.placing import About, hold_for
from strategy.holds.recording import place
from strategy.holds.said import revoke_all
from strategy.permission import permitted
from strategy.policy.decision import Deny
from strategy.policy.packs import Packs
from strategy.service_levels import taken_up_by


def wants_no_calls(work: UnitOfWork, account_id: str, packs: Packs, open_case: OpenCase) -> None:
    """Hold contact, take back what was agreed to, and open a case, as if the debtor had said so in a talk."""
    trigger = named("cease_request")
    account = work.session.get_one(Account, account_id)
    debtor = work.session.get_one(Debtor, account.debtor_id)
    about = About(account.id, "voice", debtor.phone_index)
    place(work, debtor.id, hold_for(trigger.id, about, work.now, trigger.hold_days), "bot")
    if trigger.revokes:
        revoke_all(work, debtor.id, "voice", "talk", "bot")
    if not trigger.escalate:
        return
    gathered = packet.TalkSoFar(
        account_id=account.id,
        debtor_id=debtor.id,
        conversation_id=None,
        language=debtor.language,
        verified=False,
        facts={},
        offers=(),
        disclosures=(),
        said=(),
        told_next="",
        taken_up_by=taken_up_by(trigger.id, trigger.priority, work.now),
        may_contact=tuple(_may_contact(work, account.id, channel, packs) for channel in PEOPLES_CHANNELS),
    )
    open_case(work, packet.build(trigger, gathered))


def _may_contact(work: UnitOfWork, account_id: str, channel: str, packs: Packs) -> MayContact:
    """What the gate lets a person do now, with the hold in force."""
    said = permitted(work, account_id, channel, "human", packs)
    return MayContact(channel, said.codes, said.next_allowed_at) if isinstance(said, Deny) else MayContact(channel)
