"""A script: what one debtor says, about which account, on which day, and what must come of it. Read from YAML.

docs/replay.md is the description for whoever writes one. Everything but the debtor's words has a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, Literal

import yaml

from rehearsal.talks.account_facts import AccountFacts, read_account
from rehearsal.talks.expect import Expectation, read_expectations
from rehearsal.talks.yaml_nodes import (
    ScriptRefused,
    documents,
    flag,
    hint,
    items,
    known,
    mapping,
    refuse,
    scalar,
    whole,
)

MOST_MOVES: Final = 400
LONGEST_WAIT: Final = 60 * 24 * 60
"""Minutes: sixty days."""

_TURNS = ("turns", "debtor", "says", "say", "user", "talk", "script", "messages", "steps", "lines", "utterances")
KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("name", "title", "id"), "name"),
    **dict.fromkeys(("about", "description", "notes", "note", "comment", "tags", "source", "persona"), "about"),
    **dict.fromkeys(("language", "lang"), "language"),
    **dict.fromkeys(("channel", "via"), "channel"),
    "seed": "seed",
    **dict.fromkeys(("today", "now", "date", "day", "start"), "today"),
    **dict.fromkeys(("account", "facts", "case"), "account"),
    **dict.fromkeys(_TURNS, "turns"),
    **dict.fromkeys(("expect", "expects", "expected", "expectations", "end", "outcome"), "expect"),
}
_SAYS = ("say", "says", "said", "text", "user", "debtor", "customer", "input", "message", "utterance")
_BOT = ("bot", "assistant", "amends", "reply")
MOVES: Final[Mapping[str, str]] = {
    **dict.fromkeys(_SAYS, "say"),
    **dict.fromkeys(_BOT, "bot"),
    **dict.fromkeys(("expect", "expects", "expected"), "expect"),
    **dict.fromkeys(("silence", "silent", "unheard"), "silence"),
    **dict.fromkeys(("wait_minutes", "wait", "minutes"), "wait"),
    "identity": "identity",
    **dict.fromkeys(("keys", "keypad", "dtmf"), "say"),
    **dict.fromkeys(("hang_up", "hangup", "hung_up", "leave"), "hang_up"),
    **dict.fromkeys(("comment", "note", "about"), "about"),
}
LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("zh", "zh-cn", "zh-tw", "zh_cn", "zh_tw", "chinese", "mandarin", "中文"), "zh"),
    **dict.fromkeys(("en", "en-us", "en-gb", "en_us", "en_gb", "english"), "en"),
}
CHANNELS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("chat", "web", "text"), "chat"),
    **dict.fromkeys(("voice", "phone", "call"), "voice"),
    **dict.fromkeys(("terminal", "cli"), "terminal"),
}
MOVE_KINDS: Final = ("say", "silence", "wait", "hang_up")


@dataclass(frozen=True, slots=True)
class Move:
    """One thing the debtor does, and what must be true of the bot's answer to it.

    `text` may still hold placeholders (`rehearsal.talks.fill`). `minutes` is how long a wait lasts.
    """

    kind: Literal["say", "silence", "wait", "hang_up"]
    text: str = ""
    minutes: int = 0
    expects: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """One talk to be played. `day` and `hour` are local to the debtor; None is today, at ten."""

    name: str
    language: str
    moves: tuple[Move, ...]
    channel: str = "chat"
    seed: int = 1
    day: date | None = None
    hour: time | None = None
    account: AccountFacts = field(default_factory=AccountFacts)
    expects: tuple[Expectation, ...] = ()
    about: str = ""


def read_scripts(text: str, name: str) -> tuple[Script, ...]:
    """Every script of a file: one, several documents, a list, or a mapping with `talks`.

    :param name: the file's name, for refusals and as the name of a script that has none.
    :raises ScriptRefused: one line that names the file, the line and what would be right.
    """
    try:
        nodes = [each for document in documents(text, name) for each in _scripts_in(document)]
        read = [_script(node, name if len(nodes) == 1 else f"{name}#{place}") for place, node in enumerate(nodes, 1)]
    except ScriptRefused as refused:
        raise ScriptRefused(str(refused) if str(refused).startswith(name) else f"{name}: {refused}") from refused
    if not read:
        raise ScriptRefused(f"{name}: no script in it")
    return tuple(read)


def _scripts_in(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode) and all(_holds_turns(each) for each in node.value):
        yield from node.value
        return
    if isinstance(node, yaml.MappingNode):
        inner = {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        for name in ("talks", "scripts"):
            if isinstance(inner.get(name), yaml.SequenceNode) and len(inner) == 1:
                yield from inner[name].value
                return
    yield node


def _holds_turns(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and any(
        isinstance(key, yaml.ScalarNode) and key.value in _TURNS and isinstance(value, yaml.SequenceNode)
        for key, value in node.value
    )


def _script(node: yaml.Node, name: str) -> Script:
    if isinstance(node, yaml.SequenceNode):
        moves = _moves(node)
        return Script(name=name, language=_guessed(moves), moves=moves)
    fields = known(mapping(node, "a script"), KEYS, "a script")
    if "turns" not in fields:
        raise refuse(node, "a script needs `turns`, the list of what the debtor says")
    moves = _moves(fields["turns"])
    language = _one_of(fields["language"], "language", LANGUAGES) if "language" in fields else _guessed(moves)
    day, hour = _moment(fields["today"]) if "today" in fields else (None, None)
    return Script(
        name=scalar(fields["name"], "name") if "name" in fields else name,
        language=language,
        moves=moves,
        channel=_one_of(fields["channel"], "channel", CHANNELS) if "channel" in fields else "chat",
        seed=whole(fields["seed"], "seed", 10**9) if "seed" in fields else 1,
        day=day,
        hour=hour,
        account=read_account(fields.get("account"), language),
        expects=read_expectations(fields["expect"]) if "expect" in fields else (),
        about=_about(fields.get("about")),
    )


def _about(node: yaml.Node | None) -> str:
    return "" if node is None else ", ".join(str(each.value) for each in items(node))


def _guessed(moves: tuple[Move, ...]) -> str:
    """Chinese where the debtor writes Chinese characters, else English."""
    return "zh" if any(re.search("[一-鿿]", move.text) for move in moves) else "en"


def _one_of(node: yaml.Node, what: str, aliases: Mapping[str, str]) -> str:
    value = scalar(node, what).strip().lower()
    if value not in aliases:
        raise refuse(node, f"{what} cannot be {value}; {hint(value, aliases)}")
    return aliases[value]


def _moment(node: yaml.Node) -> tuple[date, time | None]:
    value = scalar(node, "today").strip()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise refuse(node, f"today must be a day such as 2026-11-23 or 2026-11-23 10:30, not {value}") from None
    return moment.date(), moment.time() if len(value) > len("2026-11-23") else None


def _moves(node: yaml.Node) -> tuple[Move, ...]:
    moves: list[Move] = []
    for entry in items(node):
        for move in _move(entry):
            if move is not None:
                moves.append(move)
            elif not moves:
                raise refuse(entry, "the bot's answer stands before anything was said; begin with what the debtor says")
        if isinstance(entry, yaml.MappingNode):
            _to_the_last(moves, entry)
    if not moves:
        raise refuse(node, "nothing is said in it")
    if len(moves) > MOST_MOVES:
        raise refuse(node, f"more than {MOST_MOVES} turns")
    return tuple(moves)


def _move(node: yaml.Node) -> Iterator[Move | None]:
    """What the debtor does in one entry; None for an entry that only looks at the bot's last answer."""
    if isinstance(node, yaml.ScalarNode):
        if not str(node.value).strip():
            raise refuse(node, "an empty turn; write `silence: true` for a debtor who says nothing")
        yield Move("say", str(node.value))
        return
    fields = known(mapping(node, "a turn"), MOVES, "a turn")
    done = [name for name in ("say", "identity", "silence", "wait", "hang_up") if name in fields]
    if len(done) > 1:
        raise refuse(node, f"one turn cannot be both {done[0]} and {done[1]}")
    if not done:
        if "bot" not in fields and "expect" not in fields:
            raise refuse(node, "a turn needs `say`, `identity`, `silence`, `wait_minutes` or `hang_up`")
        yield None
        return
    yield _deed(done[0], fields[done[0]])


def _deed(kind: str, node: yaml.Node) -> Move:
    if kind == "say":
        if not (text := scalar(node, "say")).strip():
            raise refuse(node, "an empty turn; write `silence: true` for a debtor who says nothing")
        return Move("say", text)
    if kind == "identity":
        given = scalar(node, "identity").strip().lower()
        if given not in ("right", "wrong", "true", "false", "yes", "no"):
            raise refuse(node, f"identity must be right or wrong, not {given}")
        return Move("say", "{last4}" if given in ("right", "true", "yes") else "{wrong4}")
    if kind == "wait":
        minutes = scalar(node, "wait_minutes").strip().lower().removesuffix("m").removesuffix("min").strip()
        if not (minutes.isascii() and minutes.isdigit() and int(minutes[:9]) <= LONGEST_WAIT):
            raise refuse(node, f"wait_minutes must be a whole number up to {LONGEST_WAIT}")
        return Move("wait", minutes=int(minutes))
    if not flag(node, kind):
        raise refuse(node, f"{kind} can only be true")
    return Move("hang_up") if kind == "hang_up" else Move("silence")


def _to_the_last(moves: list[Move], node: yaml.MappingNode) -> None:
    """Add what an entry expects to the move it belongs to."""
    fields = known(mapping(node, "a turn"), MOVES, "a turn")
    wanted: list[Expectation] = list(read_expectations(fields["expect"])) if "expect" in fields else []
    if "bot" in fields:
        wanted += [Expectation("bot", _plain(fields["bot"]), fields["bot"].start_mark.line + 1)]
    if wanted:
        last = moves[-1]
        moves[-1] = Move(last.kind, last.text, last.minutes, (*last.expects, *wanted))


def _plain(node: yaml.Node) -> Any:
    return [str(each.value) for each in items(node)]
