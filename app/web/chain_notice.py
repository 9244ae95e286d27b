"""The line on top of the staff pages while the audit chain is not what was written."""

from __future__ import annotations

from app.auditing import broken_since
from app.web.language import Language
from app.web.needs import Needs
from app.web.words import moment, say


def read_chain_notice(needs: Needs, language: Language) -> str:
    """What to say; empty while the chain is whole, as far as the checks know."""
    with needs.ledger.read() as work:
        broken = broken_since(work)
    return say("audit.broken", language, seq=broken[0], at=moment(broken[1])) if broken else ""
