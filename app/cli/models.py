"""Commands on the scoring models: list, show, card, compare, promote, rollback; and explain, on one account."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import typer

from app import wiring
from app.cli.console import BadInput, answer, operator, progress, table
from app.cli.records import AsJson
from app.fairness import findings_on_model
from app.settings import Settings, registry_of
from app.web.words import name_of, say
from desk.looked_up import EXPLANATION, asked_about
from strategy.experiments.drawing import read_label
from strategy.models import promotion
from strategy.models.card import page
from strategy.models.compare import Comparison
from strategy.models.compare import compare as compare_models
from strategy.models.registry import Listed, load
from strategy.models.registry import listed as list_models
from strategy.models.roles import read_roles
from strategy.reasons.codes import reason_codes
from strategy.reasons.explain import Explained
from strategy.reasons.explain import explain as explain_account
from strategy.reasons.next_tier import sentences
from strategy.scoring.accounts import open_accounts
from strategy.versions import active

ModelId = Annotated[str, typer.Argument(help="The model's id, as `amends models list` shows it.")]
By = Annotated[str, typer.Option("--by", help="Who decides this, by name.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]
Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]

LONG = ("profile", "spec", "calibration_draws")
"""Parts of a card that only a program reads."""


def register(cli: typer.Typer) -> None:
    models = typer.Typer(help="The scoring models.", no_args_is_help=True)
    models.command("list")(list_)
    for command in (show, card, compare, promote, rollback):
        models.command()(command)
    cli.add_typer(models, name="models")
    cli.command()(explain)


def list_(as_json: AsJson = False) -> None:
    """Every model with its part: champion, challenger, former, trained."""
    found = list_models(registry_of(Settings()))
    told = [_line(each) for each in found]
    answer(told, as_json=as_json, text=lambda: _rows(told) or "there is no trained model yet; run `amends train`")


def show(model_id: ModelId, as_json: AsJson = False) -> None:
    """One model's card as data."""
    model = load(registry_of(Settings()), model_id)
    shown = {name: value for name, value in model.card.items() if name not in LONG}
    answer(model.card, as_json=as_json, text=lambda: table(shown))


def card(model_id: ModelId, lang: Lang = "zh") -> None:
    """One model's card as a page for people (Markdown)."""
    model = load(registry_of(Settings()), model_id)
    # From the sealed facts, and not from the page beside them, which anybody may have edited.
    answer(None, as_json=False, text=lambda: page(model.id, model.card, lang).rstrip("\n"))


def compare(
    model_id: Annotated[str | None, typer.Argument(help="Another model than the challenger.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score the open accounts with the challenger, too, in the shadow: nothing is recorded and nobody is contacted."""
    settings = Settings()
    registry = registry_of(settings)
    roles = read_roles(registry)
    champion = load(registry)
    if (model_id or roles.challenger) is None:
        raise BadInput("there is no challenger: `amends train` makes one")
    challenger = load(registry, model_id or roles.challenger)
    ledger = wiring.open_ledger(settings)
    with ledger.begin() as work:
        _, strategy = active(work)
    with ledger.read() as work:
        accounts = open_accounts(work)
    with progress("scoring with both models") as step:
        found = compare_models(champion, challenger, accounts, strategy, step)
    answer(found, as_json=as_json, text=lambda: _comparison(found))


def promote(
    model_id: ModelId,
    by: By,
    reason: Reason,
    accepted_by: Annotated[str, typer.Option(help="A second person, where `amends fairness` finds what blocks.")] = "",
    accepted_reason: Annotated[str, typer.Option(help="Why the second person accepts it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a model champion: it scores from the next run on."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    accepted = promotion.Accepted(accepted_by, accepted_reason)
    with ledger.begin() as work:
        findings = findings_on_model(work, settings, model_id, active(work)[1])
        roles = promotion.promote(work, registry_of(settings), model_id, by, reason, findings, accepted)
    answer(roles, as_json=as_json, text=lambda: table(dataclasses.asdict(roles)))


def rollback(by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Make the champion before this one champion again."""
    settings = Settings()
    with wiring.open_ledger(settings).begin() as work:
        roles = promotion.roll_back(work, registry_of(settings), by, reason)
    answer(roles, as_json=as_json, text=lambda: table(dataclasses.asdict(roles)))


def explain(
    external_ref: Annotated[str, typer.Argument(help="The account's reference in the bank's own system.")],
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """Why an account has its scores and its tier, and what would move it to a better one."""
    settings = Settings()
    with wiring.open_ledger(settings).begin() as work:
        asked_about(work, external_ref, EXPLANATION, operator())
        found = explain_account(work, registry_of(settings), external_ref)
    if found is None:
        raise BadInput(f"no open account has the reference {external_ref}")
    told = _explained(found, lang)
    answer(told, as_json=as_json, text=lambda: _in_words(told, lang))


def _explained(found: Explained, lang: Literal["zh", "en"]) -> dict[str, Any]:
    score, placed, codes = found.score, found.placed, reason_codes()
    moves: list[str] = []
    if found.next is not None:
        moves = sentences(found.next, found.account.currency, lang, lambda tier: name_of("tier", tier, lang))
    return {
        "account": found.account.external_ref,
        "as_of": score.as_of if score else found.account.as_of,
        "model_id": score.model_id if score else None,
        "willingness": score.willingness if score else None,
        "ability": score.ability if score else None,
        "expected_amount": score.expected_amount if score else None,
        "reasons": [
            {**reason, "says": codes[reason["code"]].sentence(lang) if reason["code"] in codes else reason["code"]}
            for reason in found.reasons
        ],
        "tier": placed.tier if placed else None,
        "arm": placed.arm if placed else None,
        "why": list(placed.why) if placed else [],
        "next_tier": {"found": found.next, "says": moves, "problem": found.problem},
    }


_TITLES = {
    "zh": {
        "for": "抬高评分",
        "against": "拉低评分",
        "tier": "分层",
        "arm": "随机分组",
        "next": "什么会让它移动",
        "none": "还没有",
    },
    "en": {
        "for": "raises",
        "against": "lowers",
        "tier": "tier",
        "arm": "arm, by chance",
        "next": "what would move it",
        "none": "none yet",
    },
}


def _in_words(told: dict[str, Any], lang: Literal["zh", "en"]) -> str:
    word = _TITLES[lang]
    lines = [f"{told['account']}  {told['as_of']}"]
    for head in ("willingness", "ability"):
        value = told[head]
        lines.append(f"{name_of('score', head, lang)}  {word['none'] if value is None else f'{value:.0%}'}")
        for reason in told["reasons"]:
            if reason["head"] == head:
                lines.append(f"  {word['for' if reason['effect'] > 0 else 'against']}  {reason['says']}")
    why = say("desk.list", lang).join(name_of("why", each, lang) for each in told["why"])
    tier = name_of("tier", told["tier"], lang) if told["tier"] else word["none"]
    lines.append(f"{word['tier']}  {tier}{f' ({why})' if why else ''}")
    if told["arm"]:
        arm = told["arm"] if read_label(told["arm"]) is None else "experiment"
        lines.append(f"{word['arm']}  {name_of('arm', arm, lang)}")
    lines.append(word["next"])
    lines += [f"  {said}" for said in told["next_tier"]["says"] or [str(told["next_tier"]["problem"])]]
    return "\n".join(lines)


def _line(each: Listed) -> dict[str, Any]:
    tested = each.card.get("out_of_time", {})
    return {
        "id": each.id,
        "role": each.role,
        "trained_at": each.card.get("trained_at"),
        "code": each.card.get("code"),
        "auc": {
            head: tested[head]["auc"] for head in ("willingness", "ability", "cure") if "auc" in tested.get(head, {})
        },
        "problem": each.problem,
    }


def _rows(models: list[dict[str, Any]]) -> str:
    lines = []
    for each in models:
        figures = ", ".join(f"{head} {auc:.3f}" for head, auc in each["auc"].items())
        lines.append(f"{each['id']}  {each['role']:<10}  {each['trained_at'] or '-':<25}  {each['problem'] or figures}")
    return "\n".join(lines)


def _comparison(found: Comparison) -> str:
    told = dataclasses.asdict(found)
    figures = told.pop("figures")
    told["out of time, each on its own data"] = {
        head: {
            part: ", ".join(
                f"{name} {values[name]}{_interval(values.get(f'{name}_interval'))}"
                for name in ("auc", "brier", "ece")
                if name in values
            )
            for part, values in parts.items()
        }
        for head, parts in figures.items()
    }
    return table(told)


def _interval(bounds: Any) -> str:
    return f" [{bounds[0]}, {bounds[1]}]" if bounds else ""
