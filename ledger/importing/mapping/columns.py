"""The columns that a mapping adds to an account: features for the models, outcomes to learn from, traits to seal."""

from __future__ import annotations

import polars as pl

from ledger.importing.mapping.definition import OutcomeRules, Trait
from ledger.importing.mapping.long import PAID_NEXT
from ledger.importing.mapping.values import Values
from ledger.traits import age_band


def feature_columns(values: Values) -> dict[str, pl.Series]:
    """`x_<name>` as floats; of a feature with levels, `x_<name>_<level>` as 1 and 0, null where it is not known."""
    found: dict[str, pl.Series] = {}
    for feature in values.bound.mapping.features:
        if not feature.levels:
            found[f"x_{feature.name}"] = values.number_or_truth(feature.source)
            continue
        words = values.text(feature.source).str.to_lowercase()
        for level, column in zip(feature.levels, feature.columns, strict=True):
            found[column] = (words == level.strip().lower()).cast(pl.Float64)
    return found


def outcome_columns(values: Values) -> dict[str, pl.Series]:
    """`outcome_pays`, `outcome_covers`, `outcome_paid`; what the table does not say follows from the amount paid."""
    mapping = values.bound.mapping
    rules = mapping.outcomes
    if rules is None:
        return _from_history(values) if mapping.collects and mapping.long and mapping.long.history else {}
    nothing = pl.repeat(None, values.table.height, dtype=pl.Boolean(), eager=True)
    paid = values.number(rules.paid) if rules.paid else nothing.cast(pl.Float64)
    if rules.paid:
        values.table.note(paid < 0, values.name(rules.paid, "paid"), "is negative")
    balance = values.fields["balance"]
    owed = pl.select(pl.when(balance > 0).then(balance)).to_series()
    pays = values.truth(rules.pays) if rules.pays else paid > rules.pays_share * owed
    covers = values.truth(rules.covers) if rules.covers else paid >= rules.covers_share * owed
    # Whoever pays nothing covers nothing.
    covers = pl.select(pl.when(~pays).then(False).otherwise(covers)).to_series()
    found = {"outcome_pays": pays, "outcome_covers": covers, "outcome_paid": paid}
    if not mapping.collects:
        return found
    # The models say what the overdue do next; whoever owes nothing late, or nothing at all, is no example of it.
    late = (values.fields["dpd"] >= 1) & (balance > 0)
    return {name: pl.select(pl.when(late).then(column)).to_series() for name, column in found.items()}


def _from_history(values: Values) -> dict[str, pl.Series]:
    """What the month after a state brought, of those who were overdue then; null for the newest states."""
    fields, usual = values.fields, OutcomeRules()
    overdue = (fields["dpd"] >= 1) & (fields["balance"] > 0)
    paid = pl.select(pl.when(overdue).then(fields[PAID_NEXT])).to_series()
    return {
        "outcome_pays": paid > usual.pays_share * fields["balance"],
        "outcome_covers": paid >= fields["amount_due"],
        "outcome_paid": paid,
    }


def trait_columns(values: Values) -> pl.DataFrame:
    """The protected traits as words, a group's name or a band of numbers, beside the row's `line`."""
    traits = values.bound.mapping.protected
    return pl.DataFrame({"line": values.table.lines, **{trait.name: _trait(values, trait) for trait in traits}})


def _trait(values: Values, trait: Trait) -> pl.Series:
    if not trait.bands:
        return values.text(trait.source)
    years = values.number(trait.source).rename("years").to_frame()
    return years.select(age_band(pl.col("years"), trait.bands)).to_series()
