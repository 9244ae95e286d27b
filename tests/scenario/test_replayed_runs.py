"""Every tier that scoring runs gave can be given again, under the version, the score and the draw of then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scored import NOW, trained
from seeded import StoppedClock, add_account, add_person, fresh_ledger
from sqlmodel import select

from ledger.tables import Account, Hold
from strategy.models.registry import publish
from strategy.replay import history
from strategy.scoring.run import retier, score_accounts
from strategy.settings import Arms, StrategySettings
from strategy.versions import active, roll_back
from strategy.versions import publish as put_in_force


@pytest.mark.slow
def test_all_of_them_over_runs_versions_and_holds(tmp_path: Path) -> None:
    clock = StoppedClock()
    ledger = fresh_ledger(tmp_path / "ledger.db", clock)
    publish(tmp_path / "models", trained(), NOW)
    with ledger.begin() as work:
        # Enough people for every arm.
        for number in range(30):
            add_account(work, f"payer{number}", [0, *[100 * number] * 5])
        add_person(work, "bare")
    for step, draft in enumerate(
        (
            StrategySettings(arms=Arms(0.2, 0.2, 0.3)),
            StrategySettings(w_high=0.5, a_high=0.2, arms=Arms(0.3, 0.2, 0.4)),
            replace(StrategySettings(), hysteresis=0.2),
        )
    ):
        with ledger.begin() as work:
            put_in_force(work, draft, "anna")
            retier(work)
        clock.advance(hours=1)
        if step == 1:
            with ledger.begin() as work:
                work.session.add(
                    Hold(id="hold", debtor_id="debtor-payer3", scope="person", reason="complaint", created_at=work.now)
                )
        score_accounts(ledger, tmp_path / "models")
        clock.advance(hours=1)
    with ledger.begin() as work:
        assert isinstance(roll_back(work, 1, "ben"), int)
        retier(work)
        assert active(work)[1].arms == Arms(0.2, 0.2, 0.3)
    with ledger.read() as work:
        replays = [each for account in work.session.exec(select(Account.id)) for each in history(work, account)]
    assert len(replays) > 60
    assert [each.recorded for each in replays if not each.agrees] == []
    assert {each.recorded.arm for each in replays} == {"champion", "hold_out", "human_first", "explore"}
    assert {each.recorded.strategy_version for each in replays} == {1, 2, 3, 4}
