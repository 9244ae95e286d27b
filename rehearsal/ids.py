"""Ids for a rehearsal, drawn from a seed: the same seed plays the same day, down to the minute of each contact."""

from __future__ import annotations

from random import Random

from ledger.ledger import NewId


def seeded_ids(seed: int) -> NewId:
    """A source of ids of 32 hex digits. Only for a ledger of its own: the same seed gives the same ids again."""
    random = Random(f"{seed}|ids")
    return lambda: f"{random.getrandbits(128):032x}"
