"""Protected traits (sex, age, education, marital status): sealed, kept apart from everything, joined only to measure.

A file for each import batch, `<home>/traits/<batch>.sealed`: the bank's reference and a word for each trait, encrypted
whole with AES-256-GCM. No record, book, model, log or page has a trait; who measures whether a strategy is fair reads
them here, in memory, and keeps counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import polars as pl
from sqlmodel import col, select

from ledger.keys import Keys
from ledger.ledger import UnitOfWork
from ledger.tables import ImportBatch

REF = "external_ref"
AGE_BANDS = (26.0, 36.0, 46.0, 56.0)
"""Lower edges of the bands into which an age in years is put before it is kept."""


def traits_file(home: Path, batch_id: str) -> Path:
    """Where the traits of one batch lie."""
    return home / "traits" / f"{batch_id}.sealed"


def write_traits(keys: Keys, traits: pl.DataFrame, home: Path, batch_id: str) -> None:
    """Seal the traits of one batch; nothing is written when there are none. The file appears whole or not at all.

    :param traits: `external_ref`, and a String column for each trait; null where it is not known.
    """
    names = [name for name in traits.columns if name != REF]
    known = traits.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names)) if names else traits.clear()
    if known.is_empty():
        return
    plain = BytesIO()
    known.write_parquet(plain)
    path = traits_file(home, batch_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(keys.seal_bytes("traits", "file", batch_id, plain.getvalue()))
    unfinished.replace(path)


def read_traits(work: UnitOfWork, home: Path) -> pl.DataFrame:
    """Every known trait by `external_ref`, from the latest batch that says it; no columns but that when none is known.

    :raises SealBroken: a file was altered, or sealed with other keys.
    """
    batches = work.session.exec(select(ImportBatch.id).order_by(col(ImportBatch.created_at), col(ImportBatch.id)))
    parts = [
        pl.read_parquet(BytesIO(work.keys.open_bytes("traits", "file", batch_id, path.read_bytes())))
        for batch_id in batches
        if (path := traits_file(home, batch_id)).exists()
    ]
    if not parts:
        return pl.DataFrame(schema={REF: pl.String()})
    return _latest(parts)


def _latest(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    joined = pl.concat(parts, how="diagonal")
    names = [name for name in joined.columns if name != REF]
    return joined.group_by(REF, maintain_order=True).agg(pl.col(name).drop_nulls().last() for name in names)


def age_band(years: pl.Expr, edges: Sequence[float] = AGE_BANDS) -> pl.Expr:
    """The band of a number: (26, 36) gives '<26', '26-35' and '36+'; null stays null."""
    names = [f"<{edges[0]:g}"]
    names += [f"{low:g}-{high - 1:g}" for low, high in pairwise(edges)]
    names.append(f"{edges[-1]:g}+")
    band = pl.lit(names[0])
    for edge, name in zip(edges, names[1:], strict=True):
        band = pl.when(years >= edge).then(pl.lit(name)).otherwise(band)
    return pl.when(years.is_not_null()).then(band)
