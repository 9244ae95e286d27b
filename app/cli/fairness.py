"""The command on fairness: who is sent to people, how well each group is predicted, and what must be accepted."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app import wiring
from app.cli.console import aligned, answer, progress
from app.cli.drafts import draft_in
from app.cli.records import AsJson
from app.fairness import Judged, has_traits, judge, measure_model
from app.settings import Settings, registry_of
from app.simulating import read_standing
from strategy.fairness.records import kept
from strategy.fairness.wording import name_of
from strategy.models.registry import load
from strategy.models.roles import read_roles
from strategy.settings import TIERS, StrategySettings

Language = Literal["zh", "en"]
_WORDS = {
    "nothing": (
        "未测：数据中没有性别、年龄等特征。不作为输入并不等于公平。",
        "Not measured: no traits in the data. That traits are no input does not make outcomes equal.",
    ),
    "shares": ("未结账户按群体（占各群体的百分比）", "Open accounts by group (percent of each group)"),
    "columns": ("群体 账户 交人工 区间 草案", "group accounts to_people 95_% draft"),
    "fits": ("预测与实际（{how}，{month}）", "Predicted and observed ({how}, {month})"),
    "fit_columns": ("群体 行数 预测 实际 校准误差 事先相信", "group rows predicted observed ECE believed"),
    "out_of_time": ("时间外", "out of time"),
    "unseen_accounts": ("未见过的账户", "accounts never seen"),
    "no_model": (
        "模型尚未按群体测过：先运行 amends train",
        "No model has been measured by group: run `amends train` first",
    ),
    "findings": ("结论", "Findings"),
    "draft": ("草案的结论", "Findings on the draft"),
    "block": ("阻止", "BLOCKS"),
    "warn": ("注意", "warning"),
    "note": ("在限值之内", "within the limits"),
}


def register(cli: typer.Typer) -> None:
    cli.command("fairness")(fairness)


def fairness(
    draft: Annotated[
        Path | None, typer.Option(help="A draft strategy as JSON, to hold against the one in force.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another model than the champion.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Measure the model anew, e.g. after an import.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="zh or en.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """Whether groups of people are treated alike: tier shares, calibration, equal opportunity; and what would block."""
    wanted = draft_in(draft) if draft else None
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    with ledger.read() as work:
        known = has_traits(work, settings)
    if not known:
        told = {"measured": False, "why": _WORDS["nothing"][1]}
        answer(told, as_json=as_json, text=lambda: _word("nothing", lang))
        return
    measured = model or read_roles(registry_of(settings)).champion
    if measured and (again or kept(settings.home, measured) is None):
        load(registry_of(settings), measured)
        with progress(f"measuring model {measured} by group") as step:
            done = iter(range(1, 1_000))
            measure_model(ledger, settings, measured, lambda: step(next(done), 10))
    with ledger.begin() as work:
        standing = read_standing(work, settings)
    before = judge(standing, settings, standing.in_force, measured)
    after = judge(standing, settings, wanted, measured) if wanted else None
    told = {"measured": True, "in_force": _plain(before), "draft": _plain(after) if after else None}
    answer(told, as_json=as_json, text=lambda: "\n".join(_pages(before, after, standing.in_force, lang)))


def _plain(judged: Judged) -> dict[str, Any]:
    return {
        "shares": {
            trait: [{**dataclasses.asdict(group), "to_people": round(group.to_people, 4)} for group in groups]
            for trait, groups in judged.shares.traits.items()
        },
        "model": {"how": judged.measured.how, "month": judged.measured.month, "groups": judged.measured.card()}
        if judged.measured
        else None,
        "findings": [each.to_json() for each in judged.findings],
        "blocks": any(each.blocking for each in judged.findings),
    }


def _pages(before: Judged, after: Judged | None, in_force: StrategySettings, lang: Language) -> list[str]:
    lines = [_word("shares", lang)]
    columns = [*_word("columns", lang).split(" ")[: 5 if after else 4], *TIERS]
    rows: list[list[str]] = []
    for trait, groups in before.shares.traits.items():
        rows.append([name_of(trait, lang)])
        later = {group.name: group for group in after.shares.traits.get(trait, ())} if after else {}
        for group in groups:
            draft = [_percent(later[group.name].to_people)] if group.name in later else ["-"] if after else []
            interval = f"{_percent(group.low)}-{_percent(group.high)}"
            shares = [_percent(group.tiers[tier]) for tier in TIERS]
            name = f"  {name_of(group.name, lang)}"
            rows.append([name, f"{group.accounts:,}", _percent(group.to_people), interval, *draft, *shares])
    lines += [*aligned([columns, *rows]), ""]
    lines += _fits(before, in_force, lang)
    for title, judged in (("findings", before), ("draft", after)):
        if judged:
            lines += ["", _word(title, lang)]
            past = [each for each in _worst_first(judged) if each.level != "note"]
            lines += [f"  {_word(each.level, lang)}: {each.sentence(lang)}" for each in past]
            lines.append(f"  {_word('note', lang)}: {len(judged.findings) - len(past)}")
    return lines


def _fits(judged: Judged, in_force: StrategySettings, lang: Language) -> list[str]:
    if judged.measured is None:
        return [_word("no_model", lang)]
    title = _word("fits", lang).format(how=_word(judged.measured.how, lang), month=judged.measured.month)
    rows = [_word("fit_columns", lang).split(" ")]
    for head, traits in judged.measured.fits.items():
        for trait, groups in traits.items():
            rows.append([f"{name_of(head, lang)}, {name_of(trait, lang)}"])
            for group in groups:
                believed, payers = group.opportunity(in_force.w_high)
                chance = [_percent(believed / payers)] if head == "willingness" and payers else []
                figures = [_percent(figure) for figure in (group.predicted, group.observed, group.ece)]
                rows.append([f"  {name_of(group.name, lang)}", f"{group.rows:,}", *figures, *chance])
    return [title, *aligned(rows)]


def _worst_first(judged: Judged) -> list[Any]:
    return sorted(judged.findings, key=lambda each: ("block", "warn", "note").index(each.level))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _word(name: str, lang: Language) -> str:
    return _WORDS[name][0 if lang == "zh" else 1]
