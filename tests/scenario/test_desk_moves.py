"""The case page's last question, what would move this account, asked of a real ledger and model."""

from __future__ import annotations

from pathlib import Path

from floor_for_pages import PageFloor, ScriptedTalks
from scored import NOW, trained
from seeded import StoppedClock, add_account, fresh_ledger

from app.settings import Settings, registry_of
from app.tiering import score_and_hand_over
from app.web.desk_moves import read_moves
from ledger.tables import Account, StrategyVersion
from strategy.models.registry import publish

PAID = [0, 2000, 0, 2000, 2000, 2000]


def test_a_collector_reads_what_would_move_the_account_or_why_nobody_can_tell(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db", StoppedClock())
    settings = Settings(_env_file=None, home=tmp_path)
    floor = PageFloor(settings, ledger, ScriptedTalks(ledger))
    publish(registry_of(settings), trained(), NOW)
    with ledger.begin() as work:
        misses = add_account(work, "1", PAID)
        cured = add_account(work, "2", PAID)
        work.session.get_one(Account, cured).status = "cured"
    score_and_hand_over(ledger, registry_of(settings))

    en, zh = read_moves(floor, misses, "en"), read_moves(floor, misses, "zh")
    assert "the model would place the account in" in en[0]
    assert en[-1].endswith("it is no promise.")
    assert "模型会把该账户放到" in zh[0]
    assert read_moves(floor, cured, "en") == []

    (registry_of(settings) / "roles.json").unlink()
    assert read_moves(floor, misses, "en") == [
        "No scoring model can be used at the moment, so this cannot be worked out."
    ]
    publish(registry_of(settings), trained(), NOW)
    with ledger.begin() as work:
        work.session.get_one(StrategyVersion, 1).settings = {}
    assert read_moves(floor, misses, "zh") == ["现在没有可用的评分模型，推算不出来。"]
