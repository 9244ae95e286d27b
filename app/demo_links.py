"""Chat links to try in demo mode, with the identity answer: the people are made up, so it may be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from bot.chat.invites import make_invite
from ledger.latest import is_latest_assignment
from ledger.ledger import Ledger
from ledger.tables import Account, Attempt, Debtor, Hold, TierAssignment
from rehearsal.people import MadeUpPeople
from strategy.versions import active

EACH_LANGUAGE = 3


@dataclass(frozen=True, slots=True)
class DemoInvite:
    """A link to try in demo mode. The people are made up, so their identity answer may be shown beside it."""

    token: str
    language: str
    tier: str
    dpd: int
    identity_answer: str


def demo_links(ledger: Ledger, people: MadeUpPeople, hours: int) -> Callable[[], Sequence[DemoInvite]]:
    """A source of links to people of both languages without a hold, first the bot's own accounts that
    nobody has contacted yet.

    They are made when first asked for, and stay the same while the process lives.
    """
    made: list[DemoInvite] = []

    def links() -> Sequence[DemoInvite]:
        if not made:
            with ledger.begin() as work:
                contacted = select(Attempt.id).where(Attempt.debtor_id == Debtor.id).exists()
                held = select(Hold.id).where(Hold.debtor_id == Debtor.id).exists()
                rows = work.session.exec(
                    select(Account, Debtor, TierAssignment.tier, contacted.label("contacted"))
                    .join(Debtor, col(Debtor.id) == Account.debtor_id)
                    .join(TierAssignment, col(TierAssignment.account_id) == Account.id)
                    .where(is_latest_assignment(), ~held, Account.status == "open")
                    .order_by(Account.external_ref)
                ).all()
                _, settings = active(work)
                rows = sorted(rows, key=lambda row: (settings.treatments[row[2]].agent != "bot", row[3]))
                for language in ("zh", "en"):
                    for account, _, tier, _ in [row for row in rows if row[1].language == language][:EACH_LANGUAGE]:
                        invite = make_invite(work, account.id, None, hours)
                        answer = people.identity_last4(account.external_ref)
                        made.append(DemoInvite(invite.token, language, tier, account.dpd, answer))
        return made

    return links
