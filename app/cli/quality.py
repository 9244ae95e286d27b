"""Commands on the quality of what came in: show, accept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import BadInput, answer
from app.cli.records import AsJson
from app.settings import Settings
from ledger.ledger import UnitOfWork
from ledger.tables import FeedCheck, ImportBatch
from strategy.quality.feed import IMPORT, SCORE, accept, feed_state, findings_of, latest_check, waiting_accounts
from strategy.quality.findings import by_severity
from strategy.quality.telling import Language, level_name, sentence

TITLES: dict[str, dict[Language, str]] = {
    IMPORT: {"zh": "导入 {name}（{as_of}）", "en": "import of {name} (as of {as_of})"},
    SCORE: {"zh": "评分", "en": "scoring run"},
    "none": {"zh": "还没有检查过的导入", "en": "nothing has been imported and checked yet"},
    "waiting": {
        "zh": "{count} 个账户等待人工处理，机器人不联系；确认无误可用 `amends quality accept`",
        "en": "{count} accounts wait for people, the bot leaves them alone; `amends quality accept` if all is right",
    },
    "accepted": {"zh": "由 {by} 接受：{reason}", "en": "accepted by {by}: {reason}"},
    "well": {"zh": "另有 {count} 项正常", "en": "{count} more were looked at and are well"},
}

Lang = Annotated[str, typer.Option("--lang", help="zh or en.")]


def register(cli: typer.Typer) -> None:
    group = typer.Typer(help="The quality of the data that came in.", invoke_without_command=True)

    @group.callback()
    def quality(context: typer.Context, lang: Lang = "zh", as_json: AsJson = False) -> None:
        if context.invoked_subcommand is None:
            show(lang=lang, as_json=as_json)

    group.command("show")(show)
    group.command("accept")(accept_check)
    cli.add_typer(group, name="quality")


def show(
    check: Annotated[str | None, typer.Argument(help="A check; else the latest import's and the latest run's.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Tell what is well, too.")] = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """What the checks found, the worst first, in plain words."""
    language = _language(lang)
    ledger = wiring.open_ledger(Settings())
    with ledger.read() as work:
        state = feed_state(work)
        waiting = waiting_accounts(work, state)
        checks = [_named(work, check)] if check else [latest_check(work, kind) for kind in (IMPORT, SCORE)]
        told = [_told(work, each, everything, language) for each in checks if each is not None]
    lines = [line for _, each in told for line in each] or [TITLES["none"][language]]
    if waiting:
        lines.append(TITLES["waiting"][language].format(count=waiting))
    found = {"feed": state.status, "waiting_for_people": waiting, "checks": [each for each, _ in told]}
    answer(found, as_json=as_json, text=lambda: "\n".join(lines))


def accept_check(
    check: Annotated[str, typer.Argument(help="The broken check.")],
    by: Annotated[str, typer.Option("--by", help="Who takes the data as they are.")],
    reason: Annotated[str, typer.Option("--reason", help="Why they may be trusted.")],
    as_json: AsJson = False,
) -> None:
    """Take the data of a broken check as they are; the next scoring run works with them again."""
    ledger = wiring.open_ledger(Settings())
    with ledger.begin() as work:
        accepted = accept(work, check, by, reason)
        told = {"check": accepted.id, "accepted_by": accepted.accepted_by, "feed": feed_state(work).status}
    answer(told, as_json=as_json, text=lambda: f"accepted by {told['accepted_by']}; `amends score` works with it again")


def _language(lang: str) -> Language:
    if lang == "zh":
        return "zh"
    if lang == "en":
        return "en"
    raise BadInput(f"--lang must be zh or en, got {lang}")


def _named(work: UnitOfWork, check_id: str) -> FeedCheck:
    found = work.session.get(FeedCheck, check_id)
    if found is None:
        raise BadInput(f"there is no check {check_id}; `amends quality` shows the latest ones")
    return found


def _told(work: UnitOfWork, check: FeedCheck, everything: bool, language: Language) -> tuple[dict[str, Any], list[str]]:
    batch = work.session.get(ImportBatch, check.batch_id)
    findings = by_severity(findings_of(check))
    facts = {"name": batch.source_name, "as_of": batch.as_of} if batch else {}
    title = TITLES[check.kind][language].format(**facts)
    status = {"ok": "ok", "warned": "warn", "broken": "broken"}[check.status]
    lines = [f"{title}: {level_name(status, language)}  [{check.id}]"]
    if check.accepted_by:
        lines.append("  " + TITLES["accepted"][language].format(by=check.accepted_by, reason=check.accepted_reason))
    shown = [each for each in findings if everything or each.level != "ok"]
    lines += [f"  {level_name(each.level, language):<8}{sentence(each, language)}" for each in shown]
    if len(shown) < len(findings):
        lines.append("  " + TITLES["well"][language].format(count=len(findings) - len(shown)))
    words = [{**each.to_json(), "words": sentence(each, language)} for each in findings]
    recorded = check.model_dump(include={"id", "batch_id", "kind", "status", "at", "accepted_by", "accepted_reason"})
    return {**recorded, "findings": words}, lines
