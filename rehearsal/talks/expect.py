"""What a script expects of one answer or of the whole talk, and whether it came about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from rehearsal.talks.fill import Filling
from rehearsal.talks.yaml_nodes import ScriptRefused, hint, is_null, known, mapping, refuse, scalar

KEYS: Final[Mapping[str, str]] = {
    # One value; a list means any of them.
    **dict.fromkeys(("disposition", "outcome"), "disposition"),
    "stage": "stage",
    **dict.fromkeys(("language", "lang"), "language"),
    # Yes or no.
    "verified": "verified",
    **dict.fromkeys(("ended", "closed"), "ended"),
    **dict.fromkeys(("escalated", "handed_over", "human", "case"), "escalated"),
    # Lists: each one wanted must be there; none: there must be nothing; a number: that many.
    **dict.fromkeys(("trigger", "triggers"), "triggers"),
    **dict.fromkeys(("intent", "intents"), "intents"),
    **dict.fromkeys(("template", "templates", "act"), "templates"),
    **dict.fromkeys(("disclosure", "disclosures"), "disclosures"),
    **dict.fromkeys(("hold", "holds"), "holds"),
    "queue": "queues",
    "queues": "queues",
    "priority": "priorities",
    **dict.fromkeys(("violation", "violations"), "violations"),
    # Records: each one wanted must match one of them.
    **dict.fromkeys(("promise", "promises"), "promises"),
    **dict.fromkeys(("plan", "plans"), "plans"),
    **dict.fromkeys(("escalation", "escalations", "cases"), "escalations"),
    # Words of the bot.
    **dict.fromkeys(("contains", "says", "text", "includes"), "says"),
    **dict.fromkeys(("not_contains", "never_says", "must_not", "excludes"), "never_says"),
    **dict.fromkeys(("says_any", "contains_any", "any_of"), "says_any"),
    **dict.fromkeys(("not_trigger", "no_trigger"), "not_triggers"),
    **dict.fromkeys(("not_template", "not_templates", "never_template"), "not_templates"),
    **dict.fromkeys(("turns_at_most", "max_turns", "turns"), "turns_at_most"),
}
RECORD_KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    "promises": {"amount": "amount", "currency": "currency", "status": "status"}
    | dict.fromkeys(("due_on", "day", "date", "due"), "due_on"),
    "plans": {"currency": "currency", "status": "status", "parts": "parts", "every": "every", "total": "total"}
    | dict.fromkeys(("amount", "each"), "amount")
    | dict.fromkeys(("first_day", "due_on", "day"), "first_day"),
    "escalations": {"trigger": "trigger", "priority": "priority", "queue": "queue"},
}
ONE_OF: Final = ("disposition", "stage", "language")
YES_OR_NO: Final = ("verified", "ended", "escalated")
WORDS_FOR_NONE: Final = ("none", "false", "no", "null", "~", "")
WORDS_FOR_SOME: Final = ("true", "yes", "some", "any")


@dataclass(frozen=True, slots=True)
class Expectation:
    """`wanted` is text, a mapping of texts, None, or a list of them, as the script has it."""

    key: str
    wanted: Any
    line: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What expectations are held against: the bot's words and signs, of one answer or of the talk, and the state after.

    `values` are single facts of the talk; `lists` codes that may come several times; `records` promises and the like,
    each a mapping of texts.
    """

    lines: Sequence[str]
    debtor_turns: int
    values: Mapping[str, str | bool | None]
    lists: Mapping[str, Sequence[str]]
    records: Mapping[str, Sequence[Mapping[str, str]]]


def read_expectations(node: yaml.Node) -> tuple[Expectation, ...]:
    """:raises ScriptRefused: a key that nobody knows, or a value of the wrong shape."""
    if isinstance(node, yaml.ScalarNode) and not is_null(node):
        # The short form, on a turn: the id of the sentence that must come.
        return (Expectation("bot", [scalar(node, "expect")], node.start_mark.line + 1),)
    expectations = []
    for name, value in mapping(node, "expect").items():
        # One thing may be looked at twice, under two of its names: `promise: {...}` and `promises: 1`.
        ((key, found),) = known({name: value}, KEYS, "expect").items()
        expectations.append(Expectation(key, _wanted(key, found), found.start_mark.line + 1))
    return tuple(expectations)


def unmet(expectations: Iterable[Expectation], seen: Seen, filling: Filling) -> list[str]:
    """What was expected and is not so, a line each; empty when all is as expected.

    :raises ScriptRefused: a day, an amount or a number that cannot be read.
    """
    missing = []
    for each in expectations:
        try:
            why = _unmet(each, seen, filling)
        except ScriptRefused as refused:
            raise ScriptRefused(f"line {each.line}: {refused}") from refused
        if why:
            missing.append(f"line {each.line}: {why}")
    return missing


def _wanted(key: str, node: yaml.Node) -> Any:
    if is_null(node):
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_wanted(key, each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        if key not in RECORD_KEYS:
            raise refuse(node, f"{key} cannot be a mapping")
        fields = known(mapping(node, key), RECORD_KEYS[key], key)
        return {name: None if is_null(value) else scalar(value, name) for name, value in fields.items()}
    return scalar(node, key)


def _unmet(expected: Expectation, seen: Seen, filling: Filling) -> str | None:
    key, wanted = expected.key, expected.wanted
    if key in ONE_OF:
        found = seen.values[key]
        options = [_plain(each) for each in _listed(wanted)]
        return None if found in options else f"{key} is {found}, expected {' or '.join(map(str, options))}"
    if key in YES_OR_NO:
        found = seen.values[key]
        return None if found == _yes(wanted) else f"{key} is {found}, expected {wanted}"
    if key == "turns_at_most":
        most = _number(wanted)
        return None if seen.debtor_turns <= most else f"the debtor spoke {seen.debtor_turns} times, expected {most}"
    if key in ("says", "never_says", "says_any", "bot"):
        return _in_words(key, _listed(wanted), seen, filling)
    if key in RECORD_KEYS:
        return _in_records(key, wanted, seen.records[key], filling)
    if key.startswith("not_"):
        there = [each for each in _listed(wanted) if each in seen.lists[key.removeprefix("not_")]]
        return f"{key.removeprefix('not_')} {there} came, which were not to come" if there else None
    return _in_list(key, wanted, seen.lists[key])


def _in_words(key: str, wanted: list[Any], seen: Seen, filling: Filling) -> str | None:
    said = "\n".join(seen.lines).lower()
    texts = [filling.text(str(each)) for each in wanted if each is not None]
    if key == "bot":
        # A sentence by its id, or some of its words.
        missing = [each for each in texts if each not in seen.lists["templates"] and each.lower() not in said]
    else:
        missing = [each for each in texts if each.lower() not in said]
    if key == "never_says":
        there = [each for each in texts if each not in missing]
        return f"the bot said {there}, which it was not to say" if there else None
    if key == "says_any":
        return f"the bot said none of {texts}" if len(missing) == len(texts) else None
    return f"the bot did not say {missing}" if missing else None


def _in_list(key: str, wanted: Any, found: Sequence[str]) -> str | None:
    if (count := _amount_wanted(wanted, found)) is not None:
        return None if count else f"{key} are {list(found)}, expected {wanted or 'none'}"
    missing = [each for each in _listed(wanted) if each not in found]
    return f"{key} are {list(found)}, expected {missing} among them" if missing else None


def _in_records(key: str, wanted: Any, found: Sequence[Mapping[str, str]], filling: Filling) -> str | None:
    if (count := _amount_wanted(wanted, found)) is not None:
        return None if count else f"{key} are {[dict(each) for each in found]}, expected {wanted or 'none'}"
    for each in _listed(wanted):
        fields = each if isinstance(each, dict) else {"trigger": each}
        if not any(all(_same(record, name, value, filling) for name, value in fields.items()) for record in found):
            return f"{key} are {[dict(record) for record in found]}, expected {fields}"
    return None


def _same(record: Mapping[str, str], name: str, wanted: str | None, filling: Filling) -> bool:
    if wanted is None:
        return name not in record
    if name not in record:
        return False
    if name in ("amount", "total"):
        return filling.amount(record[name]) == filling.amount(wanted)
    if name in ("due_on", "first_day"):
        return record[name] == filling.day(wanted).isoformat()
    return record[name] == wanted


def _amount_wanted(wanted: Any, found: Sequence[Any]) -> bool | None:
    """Whether there are as many as wanted, where only "none", "some" or a number is."""
    if wanted is None or wanted == [] or (isinstance(wanted, str) and wanted.strip().lower() in WORDS_FOR_NONE):
        return not found
    if isinstance(wanted, str):
        if wanted.strip().lower() in WORDS_FOR_SOME:
            return bool(found)
        if wanted.strip().isdigit():
            return len(found) == int(wanted)
    return None


def _plain(value: Any) -> str | None:
    return None if value is None or str(value).strip().lower() in WORDS_FOR_NONE else str(value).strip()


def _yes(wanted: Any) -> bool:
    word = str(wanted).strip().lower()
    if word in WORDS_FOR_SOME:
        return True
    if wanted is None or word in WORDS_FOR_NONE:
        return False
    raise ScriptRefused(f"{wanted} is neither true nor false; {hint(word, ('true', 'false'))}")


def _number(wanted: Any) -> int:
    if not str(wanted).strip().isdigit():
        raise ScriptRefused(f"{wanted} is no whole number")
    return int(wanted)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]
