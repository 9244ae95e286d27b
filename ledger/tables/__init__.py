"""The records. Importing this package registers every table with SQLModel's metadata."""

from ledger.tables.audit import AuditEntry
from ledger.tables.cases import Case, WrapUp
from ledger.tables.contacts import Attempt, ChatInvite, Consent, Decision, Hold, PlannedContact
from ledger.tables.learning import Experiment, FeedCheck
from ledger.tables.people import Account, AccountSnapshot, Debtor, ImportBatch
from ledger.tables.scoring import Score, StrategyVersion, TierAssignment
from ledger.tables.talks import ChatReceipt, Conversation, Disclosure, Promise, Turn

__all__ = [
    "Account",
    "AccountSnapshot",
    "Attempt",
    "AuditEntry",
    "Case",
    "ChatInvite",
    "ChatReceipt",
    "Consent",
    "Conversation",
    "Debtor",
    "Decision",
    "Disclosure",
    "Experiment",
    "FeedCheck",
    "Hold",
    "ImportBatch",
    "PlannedContact",
    "Promise",
    "Score",
    "StrategyVersion",
    "TierAssignment",
    "Turn",
    "WrapUp",
]
