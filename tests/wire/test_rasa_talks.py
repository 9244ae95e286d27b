"""Whole talks through a real Rasa process, a real ledger and a real action webhook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from rasa_serving import NO_RASA, SECRET, ActionWebhook, has_rasa
from sqlmodel import select
from talking import Floor, floor_on, templates

from bot.rasa_process import RasaProcess
from ledger.tables import Case, Conversation, Disclosure, Hold, Promise, Turn

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


@pytest.fixture
def floor(tmp_path: Path, server: tuple[RasaProcess, ActionWebhook]) -> Floor:
    return floor_on(tmp_path / "ledger.sqlite", *server)


def test_a_chinese_talk_ends_in_a_promise_that_was_read_back(floor: Floor) -> None:
    opening, *replies = floor.talk(
        "zh", "你们是谁", "4321", "我一共欠你们多少钱", "我打算下下周一还两千块", "对,没错", "没有了,谢谢,再见"
    )
    assert templates(opening) == ["greeting_chat", "ask_identity"]
    who, verified, amount, offer, confirmed, bye = replies
    assert templates(who)[-1] == "ask_identity"
    assert templates(verified)[0] == "identity_ok"
    assert templates(verified)[-3:] == ["disclosure", "reminder", "ask_intention"]
    assert templates(amount) == ["explain_balance", "ask_intention"]
    assert templates(offer) == ["read_back"]
    assert "2000元" in offer.lines[0].text
    assert templates(confirmed) == ["promise_recorded_part", "reference", "anything_else"]
    assert bye.ended
    with floor.ledger.read() as work:
        promise = work.session.exec(select(Promise)).one()
        assert (promise.amount, promise.due_on) == (Decimal("2000.00"), date(2026, 3, 16))
        talk = work.session.exec(select(Conversation)).one()
        assert (talk.stage, talk.disposition) == ("closed", "promise_to_pay")
        kinds = work.session.exec(select(Disclosure.kind).order_by(Disclosure.turn_seq)).all()
        assert {"automated", "recorded", "debt_collection", "debt_facts"} <= set(kinds)
        heard = work.session.exec(select(Turn).where(Turn.speaker == "debtor").order_by(Turn.seq)).all()
        assert [turn.intent for turn in heard[2:5]] == ["ask_amount", "promise", "affirm"]
        assert all(
            turn.latency_ms for turn in work.session.exec(select(Turn).where(Turn.speaker == "bot", Turn.seq > 2))
        )


def test_an_english_talk_answers_a_question_in_the_middle_of_a_promise(floor: Floor) -> None:
    _, verified, started, question, amount, day, corrected, again, confirmed, bye = floor.talk(
        "en",
        "sure, it's four three two one",
        "I want to make a promise to pay",
        "how do I pay?",
        "the full amount due please",
        "on 13 March",
        "no, that's wrong",
        "3000 on Monday",
        "yes that's correct",
        "no, bye",
    )
    assert templates(verified)[-1] == "ask_intention"
    assert templates(started) == ["ask_amount_and_date"]
    assert templates(question) == ["how_to_pay", "pay_link", "ask_amount_and_date"]
    assert templates(amount) == ["ask_date"]
    assert templates(day) == ["read_back"]
    assert templates(corrected) == ["read_back_corrected"]
    assert templates(again) == ["read_back"]
    assert templates(confirmed) == ["promise_recorded_part", "reference", "anything_else"]
    assert bye.ended
    with floor.ledger.read() as work:
        promise = work.session.exec(select(Promise)).one()
        assert (promise.amount, promise.due_on) == (Decimal("3000.00"), date(2026, 3, 9))


def test_nothing_about_a_debt_is_said_before_the_right_party_answers(floor: Floor) -> None:
    _, *replies = floor.talk(
        "en", "how much do I owe", "I can pay 500 on Friday", "what if I don't pay", "1111", "2222"
    )
    # The third time it is said in other words.
    refused = ["not_before_identity", "not_before_identity", "choices_before_verified"]
    assert [templates(reply)[-1] for reply in replies[:3]] == refused
    assert templates(replies[3]) == templates(replies[4]) == ["identity_retry"]
    last = floor.sessions.turn(replies[0].conversation_id, "3333")
    assert templates(last)[0] == "identity_failed"
    assert last.ended
    assert last.escalated
    with floor.ledger.read() as work:
        assert work.session.exec(select(Hold.reason)).all() == ["identity_failed"]
        assert work.session.exec(select(Case.trigger)).all() == ["identity_failed"]
        assert "debt_facts" not in work.session.exec(select(Disclosure.kind)).all()


def test_identity_digits_reach_neither_rasa_nor_the_record(
    floor: Floor, server: tuple[RasaProcess, ActionWebhook]
) -> None:
    opening, *_ = floor.talk("en", "my number is 98", "4321")
    words = " ".join(text for _, text in floor.spoken(opening.conversation_id))
    assert "4321" not in words
    assert "98" not in words
    events = [event for asked in server[1].seen for event in asked["tracker"]["events"]]
    through_rasa = " ".join(event["text"] for event in events if event["event"] == "user" and event["text"])
    assert "my number is ##" in through_rasa
    assert "4321" not in through_rasa


@pytest.mark.parametrize(
    ("language", "said", "disposition", "case"),
    [
        ("zh", ("我要转人工",), "handed_over", "ask_for_human_or_are_you_a_bot"),
        # Of these three, one thing is asked, for the person who takes over.
        ("en", ("I paid it last week", "by bank transfer"), "dispute_opened", "dispute_not_mine"),
        ("zh", ("这笔钱不是我欠的,我没借过", "就是这样"), "dispute_opened", "dispute_not_mine"),
        ("en", ("I lost my job and I can't afford it", "no"), "hardship_referred", "hardship_unemployment"),
        ("en", ("stop calling me",), "cease_recorded", "cease_request"),
        ("zh", ("我在开会,明天再联系我",), "callback_agreed", "callback_wanted"),
    ],
)
def test_a_wish_ends_the_talk_in_the_right_hands(
    floor: Floor, language: str, said: tuple[str, ...], disposition: str, case: str
) -> None:
    *_, last = floor.talk(language, "4321", *said)
    assert last.ended
    with floor.ledger.read() as work:
        assert work.session.exec(select(Conversation.disposition)).one() == disposition
        assert work.session.exec(select(Case.trigger)).all() == [case]


@pytest.mark.parametrize(
    ("language", "promise", "yes", "question", "bye"),
    [
        ("en", "I can pay 3000 on March 13", "yes", "how do I pay?", "no thanks bye"),
        ("en", "I can pay 3000 on March 13", "yes", None, "no that's all thanks"),
        ("en", "I can pay 3000 on March 13", "yes", "how do I pay?", "that's all"),
        ("en", "I can pay 3000 on March 13", "yes", None, "nothing else thank you"),
        ("en", "I can pay 3000 on March 13", "yes", None, "no, goodbye"),
        ("zh", "我3月13号还3000", "对", None, "没有了谢谢"),
        ("zh", "我3月13号还3000", "对", "怎么还款", "没了，谢谢"),
        ("zh", "我3月13号还3000", "对", None, "不用了再见"),
        ("zh", "我3月13号还3000", "对", "怎么还款", "没别的事了"),
    ],
)
def test_somebody_who_wants_nothing_else_may_go(
    floor: Floor, language: str, promise: str, yes: str, question: str | None, bye: str
) -> None:
    *_, asked, last = floor.talk(language, "4321", promise, yes, *filter(None, [question]), bye)
    assert templates(asked)[-1] == "anything_else"
    assert templates(last)[-1] == "goodbye"
    assert last.ended
    with floor.ledger.read() as work:
        assert work.session.exec(select(Conversation.disposition)).one() == "promise_to_pay"


@pytest.mark.parametrize(
    ("language", "amount", "day", "read_back"),
    [
        ("en", "I can pay 3000", "15", "Sunday 15 March 2026"),
        ("en", "I can pay 3000", "on 15", "Sunday 15 March 2026"),
        ("zh", "我能还3000", "十五", "2026年3月15日"),
    ],
)
def test_a_bare_figure_answers_which_day(floor: Floor, language: str, amount: str, day: str, read_back: str) -> None:
    *_, asked, answered = floor.talk(language, "4321", amount, day)
    assert templates(asked) == ["ask_date"]
    assert templates(answered) == ["read_back"]
    assert read_back in answered.lines[0].text
    assert "3,000" in answered.lines[0].text or "3000" in answered.lines[0].text


def test_an_answer_that_brings_nothing_new_is_not_asked_back_without_end(floor: Floor) -> None:
    """Two amounts at once: the third in a row is offered the choices, and at the fourth a person takes over."""
    unclear = "50 or 80"
    *_, asked, again, third, last = floor.talk("en", "4321", "I can pay on Friday", unclear, unclear, unclear, unclear)
    assert templates(asked) == ["amount_ambiguous"]
    assert templates(again) == templates(asked)
    assert templates(third) == ["choices"]
    assert templates(last)[0] == "handoff_next_day"
    assert last.ended
    assert last.escalated


@pytest.mark.parametrize(
    ("language", "promise", "wish", "asks"),
    [
        ("en", "I can pay 3000 on March 13", "another day please", "ask_date"),
        ("en", "I can pay 3000 on March 13", "a different amount", "ask_amount"),
        ("zh", "我3月13号还3000", "改一天吧", "ask_date"),
        ("zh", "我3月13号还3000", "换个日期", "ask_date"),
        ("zh", "我3月13号还3000", "改一下", "read_back_corrected"),
    ],
)
def test_what_was_read_back_can_be_changed(floor: Floor, language: str, promise: str, wish: str, asks: str) -> None:
    day = {"en": "March 20", "zh": "3月20号"}[language]
    *_, asked, answered = floor.talk(language, "4321", promise, wish, "3500" if asks == "ask_amount" else day)
    assert templates(asked) == [asks]
    # Of what is wrong as a whole, the half that is not named again stays.
    assert templates(answered) == ["read_back"]


@pytest.mark.parametrize(
    ("language", "wish", "then"),
    [("zh", "English, please", "en"), ("en", "请说中文", "zh"), ("zh", "可以说英文吗", "en"), ("en", "说普通话", "zh")],
)
def test_the_talk_goes_on_in_the_language_asked_for(floor: Floor, language: str, wish: str, then: str) -> None:
    promise = {"zh": "我3月13号还款", "en": "I can pay on March 13"}[language]
    _, before, _, outside, _, inside, amount = floor.talk(language, wish, "4321", wish, promise, wish, "3000")
    assert (templates(before)[0], templates(before)[-1], before.language) == ("language_switched", "ask_identity", then)
    assert (templates(outside)[0], templates(outside)[-1]) == ("language_switched", "ask_intention")
    # Whoever was asked whether it can be settled and names a day has said what is due: that is read back once more.
    assert (templates(inside)[0], templates(inside)[-1]) == ("language_switched", "read_back_again")
    assert (templates(amount), amount.language) == (["read_back"], then)


def test_a_second_no_is_respected(floor: Floor) -> None:
    *_, first, second = floor.talk("en", "4321", "I refuse to pay this", "I still refuse")
    assert templates(first) == ["reminder_reason"]
    assert templates(second) == ["will_not_pay", "goodbye"]
    assert second.ended


def test_the_talk_follows_the_debtors_language(floor: Floor) -> None:
    *_, english, chinese = floor.talk("zh", "4321", "how much do I owe you in total", "怎么还款")
    assert (english.language, chinese.language) == ("en", "zh")
    assert english.lines[0].text.isascii() or "NT$" in english.lines[0].text
    assert "官方" in chinese.lines[0].text


def test_too_small_a_promise_is_countered_with_the_floor_and_never_below(floor: Floor) -> None:
    *_, first, floor_told, accepted = floor.talk("en", "4321", "I can pay 50 on Friday", "no", "ok yes")
    assert templates(first) == ["counter_amount"]
    assert "NT$2,800" in first.lines[0].text
    assert templates(floor_told) == ["promise_too_small"]
    assert "NT$1,082" in floor_told.lines[0].text
    assert templates(accepted) == ["read_back"]


def test_everything_means_the_sum_that_was_named(floor: Floor) -> None:
    """Only what is due has been told, so there is nothing else that "all of it" could mean; the read-back says it."""
    *_, read_back, confirmed = floor.talk("zh", "4321", "13号我全部还清", "对")
    assert templates(read_back) == ["read_back"]
    assert "4325" in read_back.lines[0].text
    assert templates(confirmed)[0] == "promise_recorded"


def test_three_texts_without_sense_bring_a_person(floor: Floor) -> None:
    *_, first, second, third = floor.talk("en", "4321", "xyzzy plugh", "frobnicate quux", "qwerty asdf")
    assert templates(first)[0] == "rephrase"
    assert templates(second)[0] == "choices"
    assert third.escalated
    assert third.ended


def test_a_failing_act_ends_the_talk_with_an_apology_a_hold_and_a_case(
    floor: Floor, server: tuple[RasaProcess, ActionWebhook]
) -> None:
    """Rasa answers 200 with an empty list when an act fails: that must count as a failure."""
    opening, _ = floor.talk("en", "4321")
    server[1].failing = True
    reply = floor.sessions.turn(opening.conversation_id, "how much do I owe")
    assert templates(reply)[0] == "system_failure"
    assert reply.ended
    assert reply.escalated
    with floor.ledger.read() as work:
        assert work.session.exec(select(Hold.reason)).all() == ["dialogue_down"]
        assert work.session.exec(select(Case.trigger)).all() == ["dialogue_down"]


def test_the_channel_wants_its_secret_and_a_text_is_never_a_command(
    floor: Floor, server: tuple[RasaProcess, ActionWebhook]
) -> None:
    rasa, hook = server
    url, body = f"{rasa.url}/webhooks/amends/turn", {"conversation": "c", "text": "hello"}
    with httpx.Client(trust_env=False) as client:
        assert client.post(url, json=body).status_code == 401
        assert client.post(url, json=body, headers={"X-Amends-Secret": "guess"}).status_code == 401
        assert (
            client.post(f"{rasa.url}/webhooks/rest/webhook", json={"sender": "c", "message": "hi"}).status_code == 404
        )
        assert client.get(f"{rasa.url}/conversations/c/tracker").status_code == 404
        assert client.post(url, json={"text": "hi"}, headers={"X-Amends-Secret": SECRET}).status_code == 400
    opening, _ = floor.talk("en", "/right_party_confirmed")
    assert "action_open_talk" not in [asked["next_action"] for asked in hook.seen]
    with floor.ledger.read() as work:
        assert not work.session.get_one(Conversation, opening.conversation_id).verified


def test_rasa_forgets_a_finished_talk_and_logs_no_words(
    floor: Floor, server: tuple[RasaProcess, ActionWebhook]
) -> None:
    rasa, hook = server
    opening, *_ = floor.talk("en", "4321", "my dear marmalade, how much do I owe", "goodbye")
    assert "marmalade" not in rasa.log.read_text(encoding="utf-8", errors="replace")
    hook.seen.clear()
    with httpx.Client(trust_env=False, headers={"X-Amends-Secret": SECRET}) as client:
        answer = client.post(
            f"{rasa.url}/webhooks/amends/turn", json={"conversation": opening.conversation_id, "text": "hello"}
        )
    assert not answer.json()["slots"]["verified"]


@pytest.mark.parametrize(
    ("language", "said", "last"),
    [
        ("en", ("can I pay in instalments?", "three parts", "the 10th", "yes"), "plan_recorded"),
        ("zh", ("可以分期吗", "三期", "3月10号", "对"), "plan_recorded"),
        ("zh", ("最少要还多少", "最低多少", "可以", "3月20号", "对"), "promise_recorded_part"),
        ("en", ("that is too much", "still too much", "ok", "Friday", "yes"), "promise_recorded_part"),
        ("en", ("yes", "Friday", "yes"), "promise_recorded"),
    ],
)
def test_a_negotiated_talk_ends_in_what_was_read_back(
    floor: Floor, language: str, said: tuple[str, ...], last: str
) -> None:
    *_, read_back, recorded = floor.talk(language, "4321", *said)
    assert templates(read_back)[-1] in ("read_back", "plan_read_back")
    assert templates(recorded)[0] == last
    # The identity question is one of the turns: eight at most to a promise.
    assert len(said) + 1 <= 8


def test_who_proves_who_they_are_and_promises_in_one_breath_is_heard_whole(floor: Floor) -> None:
    *_, offer, confirmed = floor.talk("zh", "是我，4321，下周五还两千", "对")
    assert templates(offer)[-1] == "read_back"
    assert "2000元" in offer.lines[-1].text
    assert templates(confirmed)[0] == "promise_recorded_part"
