"""A champion that cannot be used: old scores stay, and new accounts go to people and never to the bot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from floor_for_pages import ScriptedTalks
from scored import NOW, trained
from seeded import HEAD_KEY, StoppedClock, add_account, fresh_ledger
from sqlmodel import col, select
from structlog.testing import capture_logs

from app.auditing import Auditing
from app.beats import beats_of
from app.tiering import score_and_hand_over
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Case, PlannedContact, Score, TierAssignment
from strategy.dispatch.reservation import Reserved
from strategy.models.promotion import PromotionRefused, promote, roll_back
from strategy.models.registry import load, publish
from strategy.models.roles import read_roles
from strategy.policy.packs import shipped_packs
from strategy.scoring.features import STANDARD, FeatureSpec
from strategy.treatments import DEFAULT_TREATMENTS

PAYER = [0, 5000, 5000, 5000, 5000, 5000]


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.db", clock)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    publish(tmp_path / "models", trained(), NOW)
    return tmp_path / "models"


def other() -> object:
    """The same trees on another level: another model."""
    head = trained().heads["willingness"]
    moved = replace(head, platt=replace(head.platt, intercept=head.platt.intercept + 0.1))
    return replace(trained(), heads={**trained().heads, "willingness": moved})


def champion(registry: Path) -> Path:
    return registry / read_roles(registry).champion


def no_roles(registry: Path) -> None:
    (registry / "roles.json").unlink()


def unreadable_roles(registry: Path) -> None:
    (registry / "roles.json").write_text("{")


def missing_folder(registry: Path) -> None:
    shutil.rmtree(champion(registry))


def no_registry(registry: Path) -> None:
    shutil.rmtree(registry)


def truncated_head(registry: Path) -> None:
    file = champion(registry) / "ability.cbm"
    file.write_bytes(file.read_bytes()[:1000])


def missing_head(registry: Path) -> None:
    (champion(registry) / "willingness.cbm").unlink()


def edited_card(registry: Path) -> None:
    file = champion(registry) / "card.json"
    card = json.loads(file.read_text())
    card["calibration"]["willingness"]["intercept"] += 3
    file.write_text(json.dumps(card))


def torn_card(registry: Path) -> None:
    file = champion(registry) / "card.json"
    file.write_text(file.read_text()[:200])


WAYS = [
    (no_registry, "run `amends train`"),
    (no_roles, "run `amends train`"),
    (unreadable_roles, "roles.json is damaged"),
    (missing_folder, "is missing"),
    (truncated_head, "ability.cbm is not the file that was published"),
    (missing_head, "willingness.cbm is missing"),
    (edited_card, "card.json has been changed"),
    (torn_card, "card.json is missing or damaged"),
]


def latest(ledger: Ledger) -> dict[str, TierAssignment]:
    with ledger.read() as work:
        rows = work.session.exec(select(TierAssignment).order_by(col(TierAssignment.created_at))).all()
    return {row.account_id: row for row in rows}


def scores(ledger: Ledger) -> list[tuple[str, float]]:
    with ledger.read() as work:
        return sorted((row.account_id, row.willingness) for row in work.session.exec(select(Score)).all())


def score_one_then_add_another(ledger: Ledger, registry: Path, clock: StoppedClock) -> TierAssignment:
    """An account with a score, and one that came later; the tier of the first."""
    with ledger.begin() as work:
        add_account(work, "old", PAYER)
    score_and_hand_over(ledger, registry)
    with ledger.begin() as work:
        add_account(work, "new", PAYER)
    clock.advance(days=1)
    before = latest(ledger)["account-old"]
    assert before.tier != "people"
    return before


def is_with_people(ledger: Ledger, ref: str) -> bool:
    """In the tier for people, treated by a person, and with a case that waits for one."""
    placed = latest(ledger)[f"account-{ref}"]
    with ledger.read() as work:
        case = work.session.exec(select(Case).where(Case.account_id == f"account-{ref}")).first()
    by_a_person = DEFAULT_TREATMENTS["people"].name
    assert (placed.tier, placed.treatment, placed.why) == ("people", by_a_person, ["no_score"])
    return case is not None


@pytest.mark.parametrize(("damage", "said"), WAYS, ids=lambda each: getattr(each, "__name__", ""))
def test_old_scores_stay_and_new_accounts_go_to_people(
    ledger: Ledger, registry: Path, clock: StoppedClock, damage: Callable[[Path], None], said: str
) -> None:
    before, known = score_one_then_add_another(ledger, registry, clock), scores(ledger)
    damage(registry)
    run = score_and_hand_over(ledger, registry)
    assert (run.accounts, run.scored, run.model_id) == (2, 0, None)
    assert said in run.model_problem
    assert "\n" not in run.model_problem
    assert scores(ledger) == known
    assert latest(ledger)["account-old"].tier == before.tier
    assert is_with_people(ledger, "new")


def test_a_floor_that_runs_says_so_and_the_bot_gets_no_new_account(
    ledger: Ledger, registry: Path, clock: StoppedClock
) -> None:
    """The beats of `amends serve`: the score beat ends well, and planning goes by the old score alone."""
    score_one_then_add_another(ledger, registry, clock)
    with ledger.begin() as work:  # planned by an earlier beat, before anything was known of the account
        slot = work.now - timedelta(minutes=1)
        early = {"id": "early", "account_id": "account-new", "slot": slot, "channel": "chat", "agent": "bot"}
        work.session.add(PlannedContact(**early, why=[], created_at=slot))
    missing_folder(registry)
    carried: list[Reserved] = []
    place = {"chat": lambda reserved: carried.append(reserved) or "no_answer"}
    made = beats_of(ledger, shipped_packs(), registry, place, ScriptedTalks(ledger), Auditing(ledger, HEAD_KEY))
    beats = {each.name: each.beat for each in made}
    with capture_logs() as logs:
        for name in ("score", "plan", "dispatch"):
            beats[name]()
    assert [each["reason"] for each in logs if each["event"] == "score.model_unusable"]
    assert is_with_people(ledger, "new")
    with ledger.read() as work:
        planned = {each.account_id: each.status for each in work.session.exec(select(PlannedContact)).all()}
    assert planned["account-new"] == "superseded"
    assert not [each for each in carried if each.account_id == "account-new"]


def wants_tenure() -> object:
    """A model that looks at a column of its own, which a mapped file would bring."""
    features = list(STANDARD.features)
    features[0] = replace(features[0], name="x_tenure", source="column:tenure", group="other")
    spec = FeatureSpec(tuple(features))
    rename(spec)
    return replace(trained(), spec=spec)


def rename(spec: FeatureSpec) -> None:
    """Tell the trained trees what their columns are called."""
    for head in (*trained().heads.values(), trained().amount):
        head.model.set_feature_names(list(spec.names))


def test_accounts_that_lack_a_column_of_the_champion(ledger: Ledger, tmp_path: Path, clock: StoppedClock) -> None:
    registry = tmp_path / "models"
    publish(registry, trained(), NOW)
    before, known = score_one_then_add_another(ledger, registry, clock), scores(ledger)
    first = champion(registry).name
    try:
        second = publish(registry, wants_tenure(), NOW)
    finally:
        rename(STANDARD)
    with ledger.begin() as work, pytest.raises(PromotionRefused, match="these accounts do not have: x_tenure"):
        promote(work, registry, second, "Li", "more columns")
    assert champion(registry).name == first
    # Whoever writes the file by hand gets no further.
    roles = json.loads((registry / "roles.json").read_text())
    (registry / "roles.json").write_text(json.dumps({**roles, "champion": second}))
    run = score_and_hand_over(ledger, registry)
    assert (run.scored, run.model_id) == (0, None)
    assert "x_tenure" in run.model_problem
    assert scores(ledger) == known
    assert latest(ledger)["account-old"].tier == before.tier
    assert is_with_people(ledger, "new")


def test_a_version_that_computes_other_columns(
    ledger: Ledger, registry: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = score_one_then_add_another(ledger, registry, clock)
    monkeypatch.setattr("strategy.scoring.features.STANDARD", FeatureSpec(STANDARD.features[1:]))
    run = score_and_hand_over(ledger, registry)
    assert "trained on other columns than this version computes" in run.model_problem
    assert latest(ledger)["account-old"].tier == before.tier
    assert is_with_people(ledger, "new")


def test_a_promotion_takes_effect_with_the_next_run_and_a_rollback_undoes_it(
    ledger: Ledger, registry: Path, clock: StoppedClock
) -> None:
    first = champion(registry).name
    second = publish(registry, other(), NOW)
    with ledger.begin() as work:
        add_account(work, "old", PAYER)
        promote(work, registry, second, "Li", "better")
    assert score_and_hand_over(ledger, registry).model_id == second
    clock.now += timedelta(hours=1)
    with ledger.begin() as work:
        roll_back(work, registry, "Wang", "drift")
    assert score_and_hand_over(ledger, registry).model_id == first
    with ledger.read() as work:
        entries = work.session.exec(select(AuditEntry).where(col(AuditEntry.kind).startswith("model."))).all()
    assert [(entry.kind, entry.subject, entry.facts) for entry in entries] == [
        ("model.promoted", second, {"from": first, "by": "Li"}),
        ("model.rolled_back", first, {"from": second, "by": "Wang"}),
    ]


def test_a_promotion_that_the_disk_refuses_is_not_on_record(
    ledger: Ledger, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = champion(registry).name, publish(registry, other(), NOW)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("strategy.models.roles.write_whole", full)
    with pytest.raises(PromotionRefused, match="No space left"), ledger.begin() as work:
        promote(work, registry, second, "Li", "better")
    assert load(registry).id == first
    with ledger.read() as work:
        assert work.session.exec(select(AuditEntry).where(AuditEntry.kind == "model.promoted")).all() == []


def test_naming_a_champion_mends_roles_that_nobody_can_read(ledger: Ledger, registry: Path) -> None:
    first = champion(registry).name
    unreadable_roles(registry)
    with ledger.begin() as work:
        promote(work, registry, first, "Li", "roles were damaged")
    assert load(registry).id == first
