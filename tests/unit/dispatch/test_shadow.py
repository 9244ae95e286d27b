"""What draft packs would have denied, counted from recorded decisions."""

from dataclasses import replace
from datetime import timedelta

from seeded import add_person

from ledger.ledger import Ledger
from strategy.dispatch.reservation import Refused, Reserved, reserve
from strategy.policy.clocks import Span
from strategy.policy.packs import Packs, shipped_packs
from strategy.shadow import ShadowClause, shadow_of


def with_draft() -> Packs:
    """The shipped packs, and a draft that would close China's days at noon."""
    china = shipped_packs().by_id["CN"]
    hours = tuple(replace(window, id="CN-MORNINGS", hours=Span.read("08:00-08:30")) for window in china.windows)
    draft = replace(china, id="CN-DRAFT", status="draft", under="CN", windows=hours)
    return Packs({**shipped_packs().by_id, "CN-DRAFT": draft}, {})


def test_drafts_are_counted_by_clause_and_change_nothing(any_ledger: Ledger) -> None:
    with any_ledger.begin() as work:
        add_person(work, "R1")
        add_person(work, "R2")
    with any_ledger.begin() as work:
        assert isinstance(reserve(work, with_draft(), "account-R1", "voice", "bot"), Reserved)
        assert isinstance(reserve(work, with_draft(), "account-R1", "chat", "bot"), Reserved)
        assert isinstance(reserve(work, shipped_packs(), "account-R2", "voice", "bot"), Reserved)
    with any_ledger.read() as work:
        tomorrow = work.now + timedelta(days=1)
        counted = shadow_of(work, work.now - timedelta(days=1), tomorrow)
        nothing = shadow_of(work, tomorrow, tomorrow + timedelta(days=1))
    assert (counted.decisions, counted.objected, counted.newly_denied) == (3, 2, 2)
    (clause,) = counted.clauses
    assert clause == ShadowClause("CN-DRAFT", clause.clause, "OUTSIDE_CONTACT_WINDOW", 2, 2)
    assert clause.clause.startswith("CN-MORNINGS: ")
    assert (nothing.decisions, nothing.clauses) == (0, ())


def test_what_is_denied_anyway_is_not_the_draft_s_alone(any_ledger: Ledger) -> None:
    with any_ledger.begin() as work:
        add_person(work, "R1")
    packs = with_draft()
    forbidding = replace(packs.by_id["CN"], windows=packs.by_id["CN-DRAFT"].windows)
    with any_ledger.begin() as work:
        both = Packs({**packs.by_id, "CN": forbidding}, {})
        assert isinstance(reserve(work, both, "account-R1", "voice", "bot"), Refused)
    with any_ledger.read() as work:
        counted = shadow_of(work, work.now - timedelta(days=1), work.now + timedelta(days=1))
    assert (counted.objected, counted.newly_denied, counted.clauses[0].alone) == (1, 0, 0)
