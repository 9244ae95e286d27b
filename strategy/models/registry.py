"""The model registry: a folder per model, and one file that says which of them is the champion.

::

    models/
      roles.json                   champion, challenger, earlier champions; by whom and why
      3f1c08a2b9d4/
        willingness.cbm
        ability.cbm
        amount.cbm
        card.json                  columns, settings, data hash, code version, figures, calibration, file hashes
        card.zh.md                 the same for people
        card.en.md

The champion alone scores. Training never replaces it: a later model is the challenger until a person promotes it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catboost import CatBoostError

from strategy.models.code_version import code_version
from strategy.models.disk import UNFINISHED, one_writer, to_disk
from strategy.models.model_files import Model, ModelUnusable, read_card, read_model, write_card, write_model
from strategy.models.roles import MODEL_ID, Roles, read_roles, write_roles
from strategy.scoring.heads import Trained

__all__ = ["Listed", "Model", "ModelUnusable", "RegistryUnwritable", "listed", "load", "publish"]


class RegistryUnwritable(Exception):
    """A model could not be written; the registry is as it was."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of the registry."""

    id: str
    role: str
    """See :meth:`strategy.models.roles.Roles.of`."""
    problem: str | None
    """Why it cannot be used."""
    card: dict[str, Any]
    """Empty where it cannot be read."""


def publish(registry: Path, trained: Trained, now: datetime) -> str:
    """Put a trained model into the registry: the first as champion, a later one as challenger; its id.

    A reader meets a whole model or none, whenever this is interrupted. The same training gives the same id, and mends
    the files of a model that was damaged.

    :param registry: the folder; made if absent.
    :param now: aware, for the card.
    :raises RegistryUnwritable: e.g. the disk is full.
    :raises ModelUnusable: nobody can tell who is champion, since ``roles.json`` is damaged.
    """
    unfinished = registry / UNFINISHED
    facts = {
        "trained_at": now.isoformat(timespec="seconds"),
        "code": code_version(),
        "catboost": version("catboost"),
    }
    try:
        with one_writer(registry):
            roles = read_roles(registry)
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            try:
                model_id = _written(unfinished, trained, facts)
                _put_in_place(unfinished, registry / model_id, model_id)
                write_roles(registry, roles.entered(model_id, now))
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    except (OSError, CatBoostError) as error:
        why = getattr(error, "strerror", None) or "it cannot be written, or the disk is full"
        raise RegistryUnwritable(f"the model was not published, all is as it was: {registry}: {why}") from error
    return model_id


def load(registry: Path, model_id: str | None = None) -> Model:
    """The champion, or the model that is named.

    :raises ModelUnusable: in one sentence, what is wrong and with which file.
    """
    if model_id is None:
        model_id = read_roles(registry).champion
    if model_id is None:
        raise ModelUnusable("there is no trained model yet; run `amends train`")
    if not MODEL_ID.fullmatch(model_id):
        raise ModelUnusable(f"{model_id} is no model id; `amends models list` shows them")
    return read_model(registry / model_id, model_id)


def listed(registry: Path) -> list[Listed]:
    """Every model, the one trained last first; a champion whose folder is gone is listed, too.

    :raises ModelUnusable: ``roles.json`` is damaged.
    """
    roles = read_roles(registry)
    ids = {path.name for path in registry.glob("*") if path.is_dir() and MODEL_ID.fullmatch(path.name)}
    found = [_listed(registry, roles, each) for each in ids | ({roles.champion} if roles.champion else set())]
    return sorted(found, key=lambda each: (str(each.card.get("trained_at", "")), each.id), reverse=True)


def note_on_card(registry: Path, model_id: str, name: str, figures: Any) -> None:
    """Add what was measured after training, e.g. fairness by group, to a model's card and its pages.

    :raises ModelUnusable: the card cannot be read.
    :raises OSError: the card is as it was.
    """
    with one_writer(registry):
        card = read_card(registry / model_id, model_id)
        write_card(registry / model_id, model_id, {**card, name: figures})


def _listed(registry: Path, roles: Roles, model_id: str) -> Listed:
    card: dict[str, Any] = {}
    problem = None
    try:
        card = read_card(registry / model_id, model_id)
        load(registry, model_id)
    except ModelUnusable as error:
        problem = str(error)
    return Listed(model_id, roles.of(model_id), problem, card)


def _written(folder: Path, trained: Trained, facts: dict[str, Any]) -> str:
    """:raises OSError: what was written cannot be read back."""
    try:
        return write_model(folder, trained, facts)
    except ModelUnusable as error:
        raise OSError from error


def _put_in_place(unfinished: Path, place: Path, model_id: str) -> None:
    if place.exists():
        try:
            read_model(place, model_id)
        except ModelUnusable:
            shutil.rmtree(place)  # nobody could use it
        else:
            return
    to_disk(unfinished)
    os.replace(unfinished, place)
    to_disk(place.parent)
