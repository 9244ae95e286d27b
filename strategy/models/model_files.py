"""One model as files: a CatBoost file for each head, and the card that says what they are and how to read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl
from catboost import CatBoost, CatBoostClassifier, CatBoostError, CatBoostRegressor

from strategy.models.card import page
from strategy.models.disk import to_disk, write_whole
from strategy.scoring.amount import AmountHead
from strategy.scoring.calibration import Platt
from strategy.scoring.features import FeatureSpec, SpecUnknown
from strategy.scoring.heads import HEADS, OUTCOME_HEADS, Head, Trained

AMOUNT = "amount"
LANGUAGES = ("zh", "en")
OF_THE_MOMENT = ("train_finish_time", "model_guid")
"""What CatBoost writes into a file that differs each time, so that the same training would give other files."""


class ModelUnusable(Exception):
    """A model is missing, damaged, or was trained on other columns; nothing may be scored with it."""


@dataclass(frozen=True)
class Model(Trained):
    """A model of the registry, ready to score: what was trained, under the id it is kept by."""

    id: str

    def require_columns(self, book: pl.DataFrame) -> None:
        """:raises ModelUnusable: the book lacks a column that this model looks at, or has it empty throughout."""
        missing = [
            name
            for name in self.spec.columns
            if name not in book.columns or (book.height and book[name].null_count() == book.height)
        ]
        if missing:
            raise ModelUnusable(
                f"model {self.id} was trained on columns that these accounts do not have: {', '.join(missing)}"
            )


def write_model(folder: Path, trained: Trained, facts: Mapping[str, Any]) -> str:
    """Write the model into an empty folder, and read it back; its id, the same for the same models.

    :param facts: what goes on the card beside what the training put there.
    :raises OSError, CatBoostError, ModelUnusable: the disk did not take all of it.
    """
    models: dict[str, CatBoost] = {name: head.model for name, head in trained.heads.items()}
    calibration: dict[str, dict[str, float]] = {name: asdict(head.platt) for name, head in trained.heads.items()}
    if trained.amount is not None:
        models[AMOUNT] = trained.amount.model
        calibration[AMOUNT] = {"level": trained.amount.level}
    for name, model in models.items():
        for changing in OF_THE_MOMENT:
            model.get_metadata()[changing] = "-"
        model.save_model(str(folder / f"{name}.cbm"))
        to_disk(folder / f"{name}.cbm")
    card = {
        **trained.card,
        **facts,
        "spec": trained.spec.to_json(),
        "calibration": calibration,
        "weight_of_groups": {
            name: _weights(model, _spec_of(name, trained.card, trained.spec)) for name, model in models.items()
        },
        "files": {f"{name}.cbm": _sha256(folder / f"{name}.cbm") for name in models},
    }
    model_id = _id_of(card)
    write_card(folder, model_id, card)
    # A full disk can cut a CatBoost file short without CatBoost noticing.
    read_model(folder, model_id)
    return model_id


def write_card(folder: Path, model_id: str, card: Mapping[str, Any]) -> None:
    """Write the card for machines, sealed with its own hash, and its pages for people."""
    facts = {name: value for name, value in card.items() if name != "card_sha256"}
    for language in LANGUAGES:
        write_whole(folder / f"card.{language}.md", page(model_id, facts, language).encode())
    sealed = {**facts, "card_sha256": _seal(facts)}
    write_whole(folder / "card.json", json.dumps(sealed, indent=2, ensure_ascii=False).encode())


def read_model(folder: Path, model_id: str) -> Model:
    """:raises ModelUnusable: in one sentence, what is wrong and with which file."""
    card = read_card(folder, model_id)
    try:
        spec = FeatureSpec.from_json(card["spec"])
        specs = {name: _spec_of(name, card, spec) for name in HEADS if f"{name}.cbm" in card["files"]}
    except SpecUnknown as error:
        raise ModelUnusable(
            f"model {model_id} was trained on other columns than this version computes ({error}); train again"
        ) from error
    if "willingness" not in specs:
        raise ModelUnusable(f"model {model_id} has no willingness")
    calibration = card["calibration"]
    heads = {
        name: Head(_read(folder, name, card, seen, CatBoostClassifier()), Platt(**calibration[name]))
        for name, seen in specs.items()
    }
    amount = None
    if f"{AMOUNT}.cbm" in card["files"]:
        amount = AmountHead(_read(folder, AMOUNT, card, spec, CatBoostRegressor()), **calibration[AMOUNT])
    return Model(heads, amount, spec, card, id=model_id)


def read_card(folder: Path, model_id: str) -> dict[str, Any]:
    """:raises ModelUnusable: it is missing, damaged, or not the card that was published with this model."""
    if not folder.is_dir():
        raise ModelUnusable(f"model {model_id} is missing: there is no folder of that name in the registry")
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnusable(f"model {model_id}: card.json is missing or damaged") from error
    whole = isinstance(card, dict) and {"spec", "calibration", "files", "card_sha256"} <= card.keys()
    if not whole or card.pop("card_sha256") != _seal(card) or _id_of(card) != model_id:
        raise ModelUnusable(f"model {model_id}: card.json has been changed or belongs to another model")
    return dict(card)


def _read(folder: Path, name: str, card: Mapping[str, Any], spec: FeatureSpec, model: CatBoost) -> CatBoost:
    path = folder / f"{name}.cbm"
    try:
        if _sha256(path) != card["files"][path.name]:
            raise ModelUnusable(f"model {_id_of(card)}: {path.name} is not the file that was published")
        model.load_model(str(path))
    except (OSError, CatBoostError) as error:
        raise ModelUnusable(f"model {_id_of(card)}: {path.name} is missing or cannot be read") from error
    if list(model.feature_names_) != list(spec.names):
        raise ModelUnusable(f"model {_id_of(card)}: {path.name} was trained on other columns than its card says")
    return model


def _spec_of(name: str, card: Mapping[str, Any], spec: FeatureSpec) -> FeatureSpec:
    """What a head looks at: those for contact, promise and promise kept see the contact history as well.

    :raises SpecUnknown: the card does not say what.
    """
    if name not in OUTCOME_HEADS:
        return spec
    outcomes = card.get("outcomes")
    return FeatureSpec.from_json(outcomes.get("spec") if isinstance(outcomes, dict) else None)


def _weights(model: CatBoost, spec: FeatureSpec) -> dict[str, float]:
    """Which share of the model's movement each group of features has; the shares sum to 1."""
    weight = dict(zip(spec.names, model.get_feature_importance(), strict=True))
    total = sum(weight.values()) or 1.0
    return {group: round(float(sum(weight[name] for name in names) / total), 4) for group, names in spec.groups.items()}


def _id_of(card: Mapping[str, Any]) -> str:
    """Short hash of all that decides what the model says: files, features and calibration."""
    said = json.dumps([card["files"], card["spec"], card["calibration"]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _seal(card: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
