"""The model card as a page for people, in Chinese or English, written from the facts of one model. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from strategy.models.proxies import proxies

MEASURED = ("willingness", "ability", "cure")
FIGURES = ("rows", "rate", "mean_probability", "auc", "brier", "ece", "ece_if_perfect")
MORE_HEADS = ("contact", "promise", "kept")
WITHOUT = "–"


def page(model_id: str, card: Mapping[str, Any], language: str) -> str:
    """The whole card as Markdown. A fact that the card lacks is shown as not there, never left out in silence.

    :param card: as in ``card.json``.
    :param language: 'zh' or 'en'.
    """
    say = _Words(language)
    sections = (
        f"# {say('title', id=model_id)}",
        _section(say, "what", say("what_text", **_origin(card))),
        _section(say, "use", _items(say.all("use_for"))),
        _section(say, "not_for", _items(say.all("not_for_list"))),
        _section(say, "meaning", _items(say.all("meaning_list"))),
        _section(say, "limits", _items(say.all("limits_list"))),
        _section(say, "data", _data(say, card)),
        _section(say, "figures", *_figures(say, card)),
        _section(say, "calibration", say("calibration_text"), _calibration(say, card.get("calibration", {}))),
        _section(say, "reasons", say("reasons_text"), _weights(say, card.get("weight_of_groups", {}))),
        _section(say, "traits", say("traits_text"), _proxies(say)),
        _section(say, "fairness", *_fairness(say, card.get("fairness"))),
        _section(say, "more", _more(say, card)),
        _section(say, "identity", _identity(say, card)),
    )
    return "\n\n".join(sections) + "\n"


class _Words:
    """The card's words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, name: str, /, **facts: object) -> str:
        said = str(_entries()[name][self.language])
        return said.format(**facts) if facts else said

    def all(self, name: str) -> list[str]:
        return [str(each) for each in _entries()[name][self.language]]

    def name_of(self, name: str) -> str:
        """The word for a code, or the code itself where it is new to us."""
        return self(name) if name in _entries() else name.replace("_", " ")


@cache
def _entries() -> dict[str, dict[str, Any]]:
    text = files("strategy.models").joinpath("card.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return entries


def _origin(card: Mapping[str, Any]) -> dict[str, object]:
    return {name: card.get(name, WITHOUT) for name in ("trained_at", "code", "catboost")}


def _data(say: _Words, card: Mapping[str, Any]) -> str:
    data = card.get("data", {})
    return _items(
        (
            f"{say('data_accounts')}: {_number(data.get('accounts'))}",
            f"{say('data_rows')}: {_number(data.get('panel_rows'))}",
            f"{say('data_answers')}: {data.get('answers', WITHOUT)}",
            f"{say('data_months')}: {', '.join(data.get('months', ())) or WITHOUT}",
            f"{say('data_inputs')}: {len(card.get('spec', ()))}",
            f"{say('data_hash')}: `{data.get('sha256', WITHOUT)}`",
            *(say("too_good", name=name, auc=figure) for name, figure in card.get("too_good", {}).items()),
        )
    )


def _figures(say: _Words, card: Mapping[str, Any]) -> list[str]:
    tested, unseen = card.get("out_of_time", {}), card.get("accounts_never_seen", {})
    if "tested_on" in tested:
        months = {"trained_on": ", ".join(tested["trained_on"]), "tested_on": tested["tested_on"]}
        parts = [say("figures_text", **months), _measured(say, tested)]
        if tested.get("accounts_never_seen"):
            parts += [say("figures_both"), _measured(say, tested["accounts_never_seen"])]
        if tested.get("amount"):
            parts.append(_amount(say, tested["amount"]))
    else:
        parts = [say("figures_none", why=tested.get("absent", WITHOUT))]
    if unseen:
        parts += [say("figures_unseen", tested_on=unseen.get("tested_on", WITHOUT)), _measured(say, unseen)]
    parts.append(say("intervals" if any("[" in part for part in parts) else "no_intervals"))
    absent = card.get("absent_heads", {})
    if absent:
        parts.append(_items(say("absent", head=say.name_of(head), why=why) for head, why in absent.items()))
    return parts


def _measured(say: _Words, figures: Mapping[str, Any]) -> str:
    rows = [(say(head), *(figure(figures[head], name) for name in FIGURES)) for head in MEASURED if figures.get(head)]
    return _table((say("head"), *(say(name) for name in FIGURES)), rows)


def _amount(say: _Words, amount: Mapping[str, Any]) -> str:
    rows = [(say.name_of(name), figure(amount, name)) for name in amount if not name.endswith("_interval")]
    return _table((say("amount"), say("value")), rows)


def figure(figures: Mapping[str, Any], name: str) -> str:
    """One figure, with its interval in brackets where there is one: ``.833 [.812, .851]``."""
    shown = _number(figures.get(name))
    interval = figures.get(f"{name}_interval")
    return f"{shown} [{_number(interval[0])}, {_number(interval[1])}]" if interval else shown


def _calibration(say: _Words, calibration: Mapping[str, Any]) -> str:
    rows = [
        (say.name_of(head), _number(values["slope"]), _number(values["intercept"]))
        for head, values in calibration.items()
        if "slope" in values
    ]
    return _table((say("head"), say("slope"), say("intercept")), rows)


def _weights(say: _Words, weights: Mapping[str, Mapping[str, float]]) -> str:
    groups = list(dict.fromkeys(group for by_group in weights.values() for group in by_group))
    rows = [
        (say.name_of(f"group.{group}"), *(f"{by_group.get(group, 0.0):.0%}" for by_group in weights.values()))
        for group in groups
    ]
    return _table((say("group"), *(say.name_of(head) for head in weights)), rows)


def _proxies(say: _Words) -> str:
    chinese = say.language == "zh"
    rows = [
        (
            each.zh if chinese else each.en,
            f"{say('input_yes')} ({', '.join(each.features)})" if each.input else say("input_no"),
            each.why_zh if chinese else each.why_en,
        )
        for each in proxies()
    ]
    return _table((say("proxy"), say("is_input"), say("why_watched")), rows)


def _fairness(say: _Words, fairness: Any) -> list[str]:
    """Figures by group as whoever measured them wrote them down: rows of one table, or nested lines."""
    if not fairness:
        return [say("fairness_none")]
    if isinstance(fairness, Sequence) and all(isinstance(row, Mapping) for row in fairness):
        names = list(dict.fromkeys(name for row in fairness for name in row))
        rows = [[_cell(say, row.get(name)) for name in names] for row in fairness]
        return [say("fairness_text"), _table([say.name_of(name) for name in names], rows)]
    return [say("fairness_text"), _nested(fairness)]


def _cell(say: _Words, value: Any) -> str:
    return say.name_of(value) if isinstance(value, str) else _number(value)


def _nested(facts: Any, indent: str = "") -> str:
    if not isinstance(facts, Mapping):
        return f"{indent}- {_number(facts)}"
    lines = []
    for name, value in facts.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}- {name}", _nested(value, indent + "  ")]
        else:
            lines.append(f"{indent}- {name}: {_number(value)}")
    return "\n".join(lines)


def _more(say: _Words, card: Mapping[str, Any]) -> str:
    found = [head for head in MORE_HEADS if head in card.get("calibration", {})]
    if not found:
        return say("more_none")
    simulated = card.get("simulated_heads", found)
    return _items(f"{say(head)}: {say('simulated' if head in simulated else 'observed')}" for head in found)


def _identity(say: _Words, card: Mapping[str, Any]) -> str:
    hashes = _table((say("file"), "SHA-256"), [(name, f"`{value}`") for name, value in card.get("files", {}).items()])
    settings = [(name, _number(value)) for name, value in card.get("settings", {}).items()]
    return f"{hashes}\n\n{_table((say('setting'), say('value')), settings)}" if settings else hashes


def _section(say: _Words, title: str, *parts: str) -> str:
    return "\n\n".join((f"## {say(title)}", *parts))


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines)


def _number(value: Any) -> str:
    """A figure as people read it; what is not there as a dash."""
    if value is None:
        return WITHOUT
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"
