"""Why an account waits and how dispatching stands, in words: the same for the command line and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.web.language import Language
from app.web.words import entries, moment, name_of, say
from strategy.dispatch.explain import Explanation, Said
from strategy.dispatch.overview import ScopeNow
from strategy.dispatch.pace import DRAINING, RUNNING
from strategy.dispatch.switches import BREAKER, Switch

CARRIED: Final = frozenset({"chat"})
"""What leaves by the outbox file; there is no telephone line yet."""

KINDS: Final[Mapping[str, str]] = {
    "tier": "tier",
    "treatment": "tier",
    "arm": "arm",
    "channel": "channel",
    "deny": "deny",
    "denials": "deny",
    "trigger": "trigger",
    "held": "scope",
    "outcome": "outcome",
    "switch_why": "stopped",
    "days": "weekday",
}
"""The facts of a statement that are codes, and under what their names stand in words.yaml."""


def explanation_lines(found: Explanation, language: Language) -> list[str]:
    """One sentence for each statement; the first is the answer."""
    # Where the debtor's clock shows what ours shows, nobody needs to hear it twice.
    told = (each for each in found.said if each.code != "there" or _elsewhere(each.facts))
    return [sentence(each, language) for each in told]


def explanation_json(found: Explanation, language: Language) -> dict[str, Any]:
    """Everything as plain values, with the sentence of each statement."""
    return {
        "account": found.account,
        "answer": found.answer,
        "today": found.today,
        "next_at": found.next_at,
        "next_channel": found.next_channel,
        "said": [
            {"code": each.code, "facts": dict(each.facts), "says": sentence(each, language)} for each in found.said
        ],
    }


def sentence(said: Said, language: Language) -> str:
    """A statement in words."""
    told = {name: _told(name, value, language) for name, value in said.facts.items()}
    if said.code == "there":
        told["local"] = moment(said.facts["local"], ZoneInfo(said.facts["zone"]))
    return say(f"explain.{said.code}", language, **told)


def scope_name(scope: str, language: Language) -> str:
    """'campaign:remind/chat' as people say it; a scope nobody knows as it is written."""
    kind, _, rest = scope.partition(":")
    treatment, _, channel = rest.rpartition("/")
    if kind == "campaign" and treatment:
        names = {"treatment": name_of("tier", treatment, language), "channel": name_of("channel", channel, language)}
        return say("dispatch.of_campaign", language, **names)
    if kind == "channel" and rest:
        return say("dispatch.of_channel", language, channel=name_of("channel", rest, language))
    return say("dispatch.of_all", language) if scope == "all" else scope


def state_name(each: ScopeNow, language: Language) -> str:
    """How a scope stands, in a word or two."""
    state = each.state
    if state == DRAINING and not each.under_way:
        state = "empty"
    elif state == RUNNING and each.stopped_with is not None:
        state = "covered"
    return say(f"dispatch.{state}", language)


def since_line(switched: Switch | None, language: Language) -> str:
    """When a scope was switched last, by whom and why; empty where nobody ever did."""
    if switched is None:
        return ""
    by = say("dispatch.breaker", language) if switched.by == BREAKER else switched.by
    return f"{moment(switched.at)} · {by} · {name_of('stopped', switched.why, language)}"


def _elsewhere(facts: Mapping[str, Any]) -> bool:
    return moment(facts["local"], ZoneInfo(facts["zone"])) != moment(facts["local"])


def _told(name: str, value: Any, language: Language) -> str:
    if isinstance(value, tuple):
        return say("desk.list", language).join(_told(name, each, language) for each in value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if name == "scope":
        return scope_name(str(value), language)
    if name == "trigger" and f"hold.{value}" in entries():
        return name_of("hold", value, language)
    if name == "by" and value == BREAKER:
        return say("dispatch.breaker", language)
    return name_of(KINDS[name], str(value), language) if name in KINDS else str(value)
