"""The records. Importing this package registers every table with SQLModel's metadata."""

from ledger.tables.audit import AuditCheck, AuditEntry, AuditHead
from ledger.tables.cases import Case, Page, WrapUp
from ledger.tables.contacts import (
    Attempt,
    ChatInvite,
    Consent,
    ContactWish,
    Decision,
    DispatchSwitch,
    Hold,
    PlannedContact,
    ReportedContact,
)
from ledger.tables.learning import Experiment, FeedCheck
from ledger.tables.people import Account, AccountSnapshot, Debtor, ImportBatch
from ledger.tables.recordings import RecordedTurn, Recording
from ledger.tables.scoring import Score, StrategyVersion, TierAssignment
from ledger.tables.sealing import KeyCheck
from ledger.tables.talks import (
    ChatReceipt,
    Confirmation,
    Conversation,
    Disclosure,
    InstalmentPlan,
    Promise,
    Turn,
)

__all__ = [
    "Account",
    "AccountSnapshot",
    "Attempt",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "Case",
    "ChatInvite",
    "ChatReceipt",
    "Confirmation",
    "Consent",
    "ContactWish",
    "Conversation",
    "Debtor",
    "Decision",
    "Disclosure",
    "DispatchSwitch",
    "Experiment",
    "FeedCheck",
    "Hold",
    "ImportBatch",
    "InstalmentPlan",
    "KeyCheck",
    "Page",
    "PlannedContact",
    "Promise",
    "RecordedTurn",
    "Recording",
    "ReportedContact",
    "Score",
    "StrategyVersion",
    "TierAssignment",
    "Turn",
    "WrapUp",
]
