"""The model registry: a folder per model, and one file that says which model is in use.

::

    models/
      current                      the id of the model in use
      3f1c08a2b9d4/
        willingness.cbm
        ability.cbm
        card.json                  features, settings, data hash, out-of-time metrics, calibration, file hashes
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catboost import CatBoostClassifier, CatBoostError

from strategy.scoring.amount import AmountHead
from strategy.scoring.calibration import Platt
from strategy.scoring.features import FeatureSpec, SpecUnknown
from strategy.scoring.heads import Head, Trained

HEADS = ("willingness", "ability")


class ModelUnusable(Exception):
    """The model in use is missing, damaged, or was trained on other columns; nothing may be scored with it."""


@dataclass(frozen=True)
class Model:
    """A published model, ready to score."""

    id: str
    heads: Mapping[str, Head]
    amount: AmountHead | None
    spec: FeatureSpec
    card: dict[str, Any]

    @property
    def willingness(self) -> Head | None:
        return self.heads.get("willingness")

    @property
    def ability(self) -> Head | None:
        return self.heads.get("ability")


def publish(registry: Path, trained: Trained, now: datetime) -> str:
    """Put the model into the registry and into use, each in one step: a reader meets a whole model or none.

    :param registry: the folder; made if absent.
    :param now: aware, for the card.
    :returns: the model's id, the same for the same models.
    """
    registry.mkdir(parents=True, exist_ok=True)
    unfinished = registry / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name in HEADS:
        trained.heads[name].model.save_model(str(unfinished / f"{name}.cbm"))
    card = {
        **trained.card,
        "trained_at": now.isoformat(timespec="seconds"),
        "catboost": version("catboost"),
        "files": {f"{name}.cbm": _sha256(unfinished / f"{name}.cbm") for name in HEADS},
    }
    model_id = _model_id(card)
    (unfinished / "card.json").write_text(json.dumps(card, indent=2), encoding="utf-8")
    place = registry / model_id
    if place.exists():  # the same model again, or a damaged copy of it: the new files take its place
        shutil.rmtree(place)
    unfinished.rename(place)
    pointer = registry / "current.unfinished"
    pointer.write_text(model_id + "\n", encoding="utf-8")
    pointer.replace(registry / "current")
    return model_id


def load(registry: Path) -> Model:
    """The model in use.

    :raises ModelUnusable: in one sentence, what is wrong and with which file.
    """
    try:
        model_id = (registry / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ModelUnusable("there is no trained model yet; run `amends train`") from error
    if not re.fullmatch(r"[0-9a-f]{12}", model_id):
        raise ModelUnusable("the registry's `current` file does not hold a model id")
    folder = registry / model_id
    card = _read_card(folder)
    try:
        spec = FeatureSpec.from_json(card["spec"])
    except SpecUnknown as error:
        raise ModelUnusable(
            f"model {model_id} was trained on other columns than this version computes; train again"
        ) from error
    return Model(model_id, {name: _read_head(folder, name, card) for name in HEADS}, None, spec, card)


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"model {folder.name}: card.json is missing or damaged") from error
    expected = {"features", "spec", "calibration", "files"}
    if not isinstance(card, dict) or not expected <= card.keys() or _model_id(card) != folder.name:
        raise ModelUnusable(f"model {folder.name}: card.json has been changed or belongs to another model")
    return card


def _read_head(folder: Path, name: str, card: dict[str, Any]) -> Head:
    path = folder / f"{name}.cbm"
    try:
        if _sha256(path) != card["files"][path.name]:
            raise ModelUnusable(f"model {folder.name}: {path.name} is not the file that was published")
        model = CatBoostClassifier()
        model.load_model(str(path))
    except (OSError, CatBoostError) as error:
        raise ModelUnusable(f"model {folder.name}: {path.name} is missing or cannot be read") from error
    return Head(model, Platt(**card["calibration"][name]))


def _model_id(card: dict[str, Any]) -> str:
    """Short hash of all that decides what the model says: files, features and calibration."""
    said = json.dumps([card["files"], card["spec"], card["calibration"]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
