"""What a script may say, and how a wrong one is refused."""

from datetime import date, time
from decimal import Decimal

import pytest

from rehearsal.talks.account_facts import AccountFacts
from rehearsal.talks.expect import Seen, unmet
from rehearsal.talks.fill import Filling
from rehearsal.talks.script import MOVE_KINDS, Move, read_scripts
from rehearsal.talks.yaml_nodes import ScriptRefused

TODAY = date(2026, 11, 23)


def script(text):
    (found,) = read_scripts(text, "some.yaml")
    return found


def said(text):
    return [move.text for move in script(text).moves]


def test_a_list_of_sentences_is_a_script_and_tells_its_language():
    assert said("- hello\n- '{last4}'\n") == ["hello", "{last4}"]
    assert script("- hello\n").language == "en"
    assert script("- 你好\n").language == "zh"
    assert script("turns:\n- 你好\n").account.currency == "CNY"


def test_yes_and_no_are_words_and_digits_keep_their_noughts():
    assert said("- yes\n- no\n- 0423\n- 1_000\n- 12:30\n") == ["yes", "no", "0423", "1_000", "12:30"]


@pytest.mark.parametrize("key", ["turns", "debtor", "says", "user", "messages"])
@pytest.mark.parametrize("entry", ["hello", "{say: hello}", "{text: hello}", "{user: hello}", "{debtor: hello}"])
def test_words_may_stand_under_many_names(key, entry):
    assert said(f"{key}:\n- {entry}\n") == ["hello"]


def test_everything_the_debtor_can_do():
    moves = script(
        "- identity: right\n- identity: wrong\n- silence: true\n- wait_minutes: 40\n- wait: 5\n- hang_up: true\n"
    ).moves
    assert moves == (
        Move("say", "{last4}"),
        Move("say", "{wrong4}"),
        Move("silence"),
        Move("wait", minutes=40),
        Move("wait", minutes=5),
        Move("hang_up"),
    )
    assert {move.kind for move in moves} == set(MOVE_KINDS)


def test_what_is_expected_belongs_to_the_answer_before_it():
    moves = script("- say: hi\n  expect: {template: greeting_chat}\n- bot: ask_identity\n- bye\n").moves
    assert [each.key for each in moves[0].expects] == ["templates", "bot"]
    assert moves[1].expects == ()


def test_several_scripts_in_one_file():
    documents = read_scripts("- a\n---\n- b\n", "f.yaml")
    listed = read_scripts("- turns: [a]\n- turns: [b]\n", "f.yaml")
    under_talks = read_scripts("talks:\n- turns: [a]\n- name: second\n  turns: [b]\n", "f.yaml")
    assert [one.moves[0].text for one in documents] == [one.moves[0].text for one in listed] == ["a", "b"]
    assert [one.name for one in under_talks] == ["f.yaml#1", "second"]


def test_account_day_and_hour():
    found = script(
        "lang: zh\ntoday: 2026-11-23 18:30\naccount: {due: 'NT$4,325.50', country: tw, last4: 123x}\nturns: [嗯]\n"
    )
    assert (found.day, found.hour) == (TODAY, time(18, 30))
    account = found.account
    assert (account.amount_due, account.balance) == (Decimal("4325.50"), Decimal("86510.00"))
    assert (account.currency, account.zone, account.identity_last4) == ("TWD", "Asia/Taipei", "123X")
    assert script("today: 2026-11-23\nturns: [hi]").hour is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("langage: en\nturns: [a]", "f.yaml: line 1: langage is no key of a script; did you mean language?"),
        ("lang: fr\nturns: [a]", "f.yaml: line 1: language cannot be fr"),
        ("turns:\n- sey: a", "f.yaml: line 2: sey is no key of a turn; did you mean"),
        ("turns:\n- {say: a, silence: true}", "f.yaml: line 2: one turn cannot be both say and silence"),
        ("turns: []", "f.yaml: line 1: nothing is said in it"),
        ("turns:\n- ''", "f.yaml: line 2: an empty turn"),
        ("turns:\n- bot: x", "f.yaml: line 2: the bot's answer stands before anything was said"),
        ("lang: en", "f.yaml: line 1: a script needs `turns`"),
        ("turns: [a]\nexpect: {promis: none}", "f.yaml: line 2: promis is no key of expect; did you mean promise?"),
        ("turns: [a]\naccount: {tier: remnd}", "f.yaml: line 2: no tier remnd; did you mean remind?"),
        ("turns: [a]\naccount: {amount_due: lots}", "f.yaml: line 2: amount_due must be an amount"),
        ("turns: [a]\naccount: {due: 10, balance: 5}", "f.yaml: line 2: balance 5.00 is less than amount_due 10.00"),
        ("turns: [a]\ntoday: soon", "f.yaml: line 2: today must be a day"),
        ("turns: [a]\nturns: [b]", "f.yaml: line 2: turns stands twice"),
        ("turns: [a]\ndebtor: [b]", "f.yaml: line 2: turns stands twice"),
        ("turns: [a\n", "f.yaml: line 2: no YAML"),
        ("", "f.yaml: no script in it"),
        ("just words", "f.yaml: line 1: a script must be a mapping"),
    ],
)
def test_a_wrong_script_gets_one_line_that_says_where(text, line):
    with pytest.raises(ScriptRefused) as refused:
        read_scripts(text, "f.yaml")
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def filling(language="en"):
    return Filling(AccountFacts(amount_due=Decimal("4325.00")), language, TODAY)


def test_placeholders_are_filled_in_the_language_of_the_talk():
    assert filling().text("{last4}: {amount_due} on {today+3}") == "4321: 4325 on November 26"
    assert filling("zh").text("{today+1}还{half}") == "11月24日还2163"
    assert filling().text("{wrong4}") not in ("4321", "{wrong4}")
    # What somebody types in braces is theirs.
    assert filling().text('{"role": "system"}') == '{"role": "system"}'
    with pytest.raises(ScriptRefused, match="did you mean last4"):
        filling().text("{last_4}")


def seen(**changed):
    values = {"disposition": None, "stage": "talking", "language": "en", "verified": True}
    lists = ("triggers", "intents", "templates", "disclosures", "holds", "queues", "priorities", "violations")
    base = {
        "lines": ["Thank you.", "How much could you pay?"],
        "debtor_turns": 4,
        "values": {**values, "ended": False, "escalated": True},
        "lists": {
            **dict.fromkeys(lists, ()),
            "templates": ["thanks", "ask_amount"],
            "triggers": ["self_harm"],
            "priorities": ["P0"],
        },
        "records": {
            "promises": [{"amount": "2163.00", "currency": "USD", "due_on": "2026-11-26", "status": "open"}],
            "plans": [],
            "escalations": [{"trigger": "self_harm", "priority": "P0", "queue": "vulnerability"}],
        },
    }
    return Seen(**{**base, **changed})


def missing(expected):
    found = script(f"turns: [a]\nexpect: {expected}\n")
    return unmet(found.expects, seen(), filling())


@pytest.mark.parametrize(
    "expected",
    [
        "{verified: true, ended: no, escalated: yes, disposition: none, stage: [talking, closed]}",
        "{template: ask_amount, trigger: self_harm, hold: none, violations: 0, templates: 2}",
        "{says: how much, says_any: [nothing, 'thank you'], never_says: threat, not_template: reminder}",
        "{promise: {amount: '{half}', due_on: '{today+3}', currency: USD}, plan: none, escalation: self_harm}",
        "{promise: {amount: '2,163', due_on: 2026-11-26}, promises: 1}",
        "{escalations: [{trigger: self_harm, priority: P0}], priority: P0, turns_at_most: 4}",
        "{promise: some, plan: 0}",
    ],
)
def test_what_came_about_is_found(expected):
    assert missing(expected) == []


@pytest.mark.parametrize(
    "expected",
    [
        "{verified: false}",
        "{ended: true}",
        "{disposition: promise_to_pay}",
        "{disposition: none, stage: closed}",
        "{template: reminder}",
        "{template: none}",
        "{trigger: none}",
        "{hold: some}",
        "{violations: 1}",
        "{says: goodbye}",
        "{says_any: [goodbye, farewell]}",
        "{never_says: Thank}",
        "{not_trigger: self_harm}",
        "{promise: none}",
        "{promise: {amount: 2162}}",
        "{promise: {amount: '{half}', due_on: '{today+4}'}}",
        "{promise: [{amount: 2163}, {amount: 5}]}",
        "{plan: some}",
        "{escalation: {trigger: self_harm, priority: P1}}",
        "{turns_at_most: 3}",
    ],
)
def test_what_did_not_come_about_is_told_in_one_line(expected):
    (line,) = missing(expected)
    assert line.startswith("line 2: ")
