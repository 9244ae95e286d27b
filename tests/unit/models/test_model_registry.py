"""The registry: who is champion, and every way in which a model or the disk can let it down."""

import errno
import json
import os
import shutil
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from catboost import CatBoostClassifier
from scored import NOW, trained

from strategy.models import disk, model_files
from strategy.models.code_version import code_version
from strategy.models.registry import ModelUnusable, RegistryUnwritable, listed, load, note_on_card, publish
from strategy.models.roles import Roles, read_roles, write_roles
from strategy.scoring.features import STANDARD, FeatureSpec
from strategy.scoring.heads import Head, Trained

LATER = NOW + timedelta(days=1)


def another(first: Trained, shift: float = 0.1) -> Trained:
    """The same trees on another level: another model."""
    platt = first.heads["willingness"].platt
    moved = replace(platt, intercept=platt.intercept + shift)
    heads = {**first.heads, "willingness": Head(first.heads["willingness"].model, moved)}
    return replace(first, heads=heads)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    publish(folder, trained(), NOW)
    return folder


@pytest.fixture
def models(published: Path, tmp_path: Path) -> Path:
    """A registry with a champion, to be damaged."""
    return Path(shutil.copytree(published, tmp_path / "models"))


def champion(models: Path) -> Path:
    """Its folder."""
    return models / read_roles(models).champion


# Who is champion


def test_the_first_model_is_champion_and_a_later_one_challenger(models):
    first = read_roles(models).champion
    second = publish(models, another(trained()), LATER)
    roles = read_roles(models)
    assert (roles.champion, roles.challenger) == (first, second)
    assert load(models).id == first
    assert load(models, second).card["trained_at"] == LATER.isoformat()
    third = publish(models, another(trained(), 0.2), LATER)
    assert read_roles(models).challenger == third
    assert {each.id: each.role for each in listed(models)} == {
        first: "champion",
        second: "trained",
        third: "challenger",
    }


def test_training_again_on_the_same_data_gives_the_same_model_and_changes_no_role(models):
    before = read_roles(models)
    assert publish(models, trained(), LATER) == before.champion
    assert read_roles(models) == before
    assert load(models).card["trained_at"] == NOW.isoformat()


def test_publishing_the_same_model_again_mends_damaged_files(models):
    (champion(models) / "ability.cbm").write_bytes(b"")
    with pytest.raises(ModelUnusable):
        load(models)
    assert publish(models, trained(), LATER) == load(models).id
    assert sorted(path.name for path in models.iterdir()) == sorted([".lock", load(models).id, "roles.json"])


def test_a_new_model_never_takes_the_place_of_a_champion_that_is_gone(models):
    gone = champion(models)
    shutil.rmtree(gone)
    second = publish(models, another(trained()), LATER)
    with pytest.raises(ModelUnusable, match=f"model {gone.name} is missing"):
        load(models)
    assert read_roles(models).challenger == second
    assert {each.id: each.problem is None for each in listed(models)} == {gone.name: False, second: True}


def test_promoting_and_rolling_back():
    roles = Roles().entered("a" * 12, NOW).entered("b" * 12, NOW)
    promoted = roles.promoted("b" * 12, "li", "better", NOW)
    assert (promoted.champion, promoted.challenger, promoted.before) == ("b" * 12, None, ("a" * 12,))
    assert (promoted.taken.by, promoted.taken.reason) == ("li", "better")
    assert promoted.of("a" * 12) == "former"
    back = promoted.rolled_back("wang", "drift", NOW)
    assert (back.champion, back.before) == ("a" * 12, ())


def test_roles_are_read_as_they_were_written(tmp_path):
    roles = Roles().entered("a" * 12, NOW).entered("b" * 12, NOW).promoted("b" * 12, "王", "更准", NOW)
    write_roles(tmp_path, roles)
    assert read_roles(tmp_path) == roles


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"x"', '{"champion": "../elsewhere"}', "[" * 100_000])
def test_damaged_roles_name_nobody(models, content):
    (models / "roles.json").write_text(content)
    with pytest.raises(ModelUnusable, match=r"roles\.json is damaged"):
        load(models)
    with pytest.raises(ModelUnusable, match=r"roles\.json is damaged"):
        publish(models, trained(), LATER)


@pytest.mark.parametrize("place", ["../elsewhere", None, 7])
def test_a_champion_must_be_a_model_id(models, place):
    data = json.loads((models / "roles.json").read_text())
    (models / "roles.json").write_text(json.dumps({**data, "champion": place}))
    with pytest.raises(ModelUnusable, match="no model id"):
        load(models)


# Damaged models


def test_no_model_yet(tmp_path):
    with pytest.raises(ModelUnusable, match="run `amends train`"):
        load(tmp_path)
    with pytest.raises(ModelUnusable, match="run `amends train`"):
        load(tmp_path / "nowhere")
    assert listed(tmp_path) == []


@pytest.mark.parametrize("asked", ["../../etc", "latest", "0" * 12])
def test_a_model_that_there_is_not(models, asked):
    with pytest.raises(ModelUnusable, match=r"no model id|is missing"):
        load(models, asked)


@pytest.mark.parametrize("name", ["willingness.cbm", "ability.cbm"])
@pytest.mark.parametrize("damage", [lambda whole: whole[:-9], lambda whole: whole + b"x", lambda _: b""])
def test_a_damaged_model_file_is_never_loaded(models, name, damage):
    file = champion(models) / name
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ModelUnusable, match=f"{name} is not the file that was published"):
        load(models)


@pytest.mark.parametrize("name", ["willingness.cbm", "card.json"])
def test_a_missing_file(models, name):
    (champion(models) / name).unlink()
    with pytest.raises(ModelUnusable, match=name):
        load(models)


@pytest.mark.parametrize("content", ["{", "[]", "{}", "\x00", "[" * 100_000])
def test_an_unreadable_card(models, content):
    (champion(models) / "card.json").write_text(content)
    with pytest.raises(ModelUnusable, match=r"card\.json"):
        load(models)


@pytest.mark.parametrize(
    "path", [("calibration", "willingness", "intercept"), ("out_of_time", "cure", "auc"), ("code",)]
)
def test_an_edited_card_is_noticed_whatever_was_edited(models, path):
    file = champion(models) / "card.json"
    card = json.loads(file.read_text())
    place = card
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = 0.99
    file.write_text(json.dumps(card))
    with pytest.raises(ModelUnusable, match="has been changed"):
        load(models)


def test_a_card_of_another_model_is_noticed(models):
    second = publish(models, another(trained()), LATER)
    shutil.copy(models / second / "card.json", champion(models) / "card.json")
    with pytest.raises(ModelUnusable, match="belongs to another model"):
        load(models)


def spec_with(name: str, source: str) -> FeatureSpec:
    return FeatureSpec((*STANDARD.features, replace(STANDARD.features[0], name=name, source=source)))


def test_a_model_of_columns_that_this_version_does_not_compute_is_refused(models, monkeypatch):
    with monkeypatch.context() as other_version:
        other_version.setattr("strategy.scoring.features.STANDARD", FeatureSpec(STANDARD.features[1:]))
        with pytest.raises(ModelUnusable, match="trained on other columns than this version computes"):
            load(models)
    assert load(models)


def test_a_head_of_other_columns_than_its_card_says_is_refused(tmp_path):
    strange = CatBoostClassifier(iterations=1, verbose=False, allow_writing_files=False)
    strange.fit(np.random.default_rng(1).random((50, 2)), np.arange(50) % 2)
    heads = {**trained().heads, "ability": Head(strange, trained().heads["ability"].platt)}
    with pytest.raises(ValueError, match="argument"):
        publish(tmp_path, replace(trained(), heads=heads), NOW)
    assert read_roles(tmp_path) == Roles()


def test_accounts_without_a_column_that_the_model_looks_at(models):
    model = load(models)
    model.require_columns(pl.DataFrame({"billed_1": [1.0]}))
    wants_more = replace(model, spec=spec_with("tenure", "column:tenure"))
    with pytest.raises(ModelUnusable, match="these accounts do not have: x_tenure"):
        wants_more.require_columns(pl.DataFrame({"billed_1": [1.0]}))


def test_a_file_that_catboost_cannot_read_is_named(models, monkeypatch):
    """E.g. a newer CatBoost wrote it: its hash is right, and still it cannot be loaded."""
    monkeypatch.setattr(model_files, "_sha256", lambda path: load_hash(models, path))
    (champion(models) / "ability.cbm").write_bytes(b"a format of the future")
    with pytest.raises(ModelUnusable, match=r"ability\.cbm is missing or cannot be read"):
        load(models)


def load_hash(models: Path, path: Path) -> str:
    card = json.loads((champion(models) / "card.json").read_text())
    return card["files"][path.name]


# Disks and crashes


class PulledPlug(BaseException):
    """The machine stops here; nothing of ours runs after it."""


STEPS = ("fsync", "replace", "mkdir")


def stop_at(monkeypatch, step: int, error: BaseException) -> list[str]:
    """From disk operation number `step` on, every one of them fails."""
    done: list[str] = []
    for name in STEPS:
        real = getattr(os, name)

        def counted(*args, real=real, name=name, **more):
            done.append(name)
            if len(done) > step:
                raise error
            return real(*args, **more)

        monkeypatch.setattr(os, name, counted)
    real_rmtree = shutil.rmtree
    monkeypatch.setattr(
        shutil, "rmtree", lambda *args, **more: real_rmtree(*args, **more) if len(done) <= step else None
    )
    return done


def operations(models: Path, monkeypatch, tmp_path: Path) -> int:
    copy = Path(shutil.copytree(models, tmp_path / "counted"))
    with monkeypatch.context() as during:
        done = stop_at(during, 10_000, PulledPlug())
        publish(copy, another(trained()), LATER)
    return len(done)


def test_a_crash_between_any_two_writes_leaves_a_whole_champion(published, tmp_path, monkeypatch):
    first = read_roles(published).champion
    steps = operations(published, monkeypatch, tmp_path)
    assert steps > 8
    for step in range(steps):
        models = Path(shutil.copytree(published, tmp_path / f"crash-{step}"))
        with monkeypatch.context() as during:
            stop_at(during, step, PulledPlug())
            with pytest.raises(PulledPlug):
                publish(models, another(trained()), LATER)
        assert load(models).id == first
        assert all(each.problem is None for each in listed(models))
        # Whatever the crash left behind is no hindrance to the next training.
        second = publish(models, another(trained()), LATER)
        assert (load(models).id, read_roles(models).challenger) == (first, second)
        assert sorted(path.name for path in models.iterdir() if path.is_dir()) == sorted([first, second])


def test_a_full_disk_is_told_in_one_line_and_changes_nothing(published, tmp_path, monkeypatch):
    first = read_roles(published).champion
    # The last operation only asks the disk to confirm what readers see already.
    for step in range(operations(published, monkeypatch, tmp_path) - 1):
        models = Path(shutil.copytree(published, tmp_path / f"full-{step}"))
        with monkeypatch.context() as during:
            stop_at(during, step, OSError(errno.ENOSPC, "No space left on device"))
            with pytest.raises(RegistryUnwritable, match=r"all is as it was.*No space left on device"):
                publish(models, another(trained()), LATER)
        assert read_roles(models) == read_roles(published)
        assert load(models).id == first


def test_a_model_file_that_the_disk_cut_short_is_noticed_before_it_is_published(models, monkeypatch):
    """CatBoost does not notice a full disk itself: it leaves a shorter file and says nothing."""
    before = read_roles(models)
    real = CatBoostClassifier.save_model

    def cut_short(self, path, *args, **more):
        real(self, path, *args, **more)
        os.truncate(path, 500)

    monkeypatch.setattr(CatBoostClassifier, "save_model", cut_short)
    with pytest.raises(RegistryUnwritable, match="not published"):
        publish(models, another(trained()), LATER)
    assert read_roles(models) == before
    assert load(models)


def test_two_trainings_at_once_both_arrive(tmp_path):
    """Each publishes whole; one of them is champion, the other its challenger."""
    publish(tmp_path, trained(), NOW)
    others = [another(trained(), shift / 10) for shift in range(1, 5)]
    found: list[str] = []
    threads = [threading.Thread(target=lambda each=each: found.append(publish(tmp_path, each, NOW))) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roles = read_roles(tmp_path)
    assert len(set(found)) == 4
    assert roles.challenger in found
    assert all(each.problem is None for each in listed(tmp_path))
    assert len(listed(tmp_path)) == 5


def test_only_one_process_writes_at_a_time(tmp_path):
    order: list[str] = []

    def second() -> None:
        with disk.one_writer(tmp_path):
            order.append("second")

    with disk.one_writer(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_what_is_measured_later_goes_on_the_card_and_its_pages(models):
    place = champion(models)
    note_on_card(models, place.name, "fairness", [{"trait": "sex", "group": "1", "auc": 0.8}])
    assert load(models).card["fairness"][0]["trait"] == "sex"
    assert "| sex | 1 | 0.8 |" in (place / "card.en.md").read_text()


def test_the_code_version_never_fails(tmp_path):
    assert code_version()
    outside = tmp_path / "strategy.py"
    outside.write_text("")
    assert code_version(outside).startswith(("amends ", "unknown"))
