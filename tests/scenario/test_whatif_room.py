"""The whole book for a what-if, read from a ledger: every part of the answer is about the same accounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from floor_for_pages import furnish
from sqlmodel import select

from app.simulating import read_standing
from ledger.tables import Account
from ledger.traits import write_traits
from strategy.tiers import AccountFacts, ScoreFacts, assign

PEOPLE = 60


def test_what_is_read_is_what_the_ledger_holds(tmp_path: Path) -> None:
    floor = furnish(tmp_path, "http://127.0.0.1:1", people=PEOPLE)
    with floor.ledger.begin() as work:
        accounts = work.session.exec(select(Account).order_by(Account.id)).all()
        # One account is in another currency, and one trait is not known of another.
        accounts[0].currency = "USD"
        work.session.add(accounts[0])
        sex = ["male" if number % 2 else "female" for number in range(PEOPLE)]
        refs = [account.external_ref for account in accounts]
        write_traits(work.keys, pl.DataFrame({"external_ref": refs, "sex": [*sex[:-1], None]}), tmp_path, "batch")
        balances = [account.balance for account in accounts[1:]]
    with floor.ledger.begin() as work:
        standing = read_standing(work, floor.settings)
    book, settings = standing.book, standing.in_force
    assert (len(book.arrays), book.currency, book.left_out) == (PEOPLE - 1, "TWD", 1)
    for place, tier in enumerate(standing.before.placed.tiers):
        score = ScoreFacts(float(book.arrays.willingness[place]), float(book.arrays.ability[place]))
        assert assign(score, AccountFacts(balances[place]), settings).tier == list(settings.treatments)[tier]
    groups = standing.before.groups["sex"]
    assert {group.name: group.accounts for group in groups} == {"female": PEOPLE // 2 - 1, "male": PEOPLE // 2 - 1}
    found = standing.against(replace(settings, w_high=0.99))
    assert found.what_if.moves.sum() == PEOPLE - 1
    assert found.after.denials is not None
    assert found.after.denials.asked + found.after.denials.never_planned <= PEOPLE - 1
    assert found.after.by_hour["bot"].sum() == pytest.approx(found.after.queues["bot"].contacts)
    assert not found.money.parameters
