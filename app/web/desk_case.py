"""The body of a case on the desk: what happened on the left, what may be done on the right."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from app.web.desk_moves import Find, show_late
from app.web.desk_standing import StandingPanels
from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.recording import show_place, show_recording
from app.web.words import amount, clock_time, moment, name_of, say
from desk.case_view import CaseView, Line, NextStep, Placed, ReasonCode, Scored
from ledger.handoff import TIER_TRIGGER
from strategy.experiments.drawing import read_label
from strategy.policy.decision import Deny
from strategy.reasons.codes import reason_codes

TO_THE_END = "document.querySelectorAll('.talk').forEach((talk) => { talk.scrollTop = talk.scrollHeight; })"
"""The last words come first for a collector, and NiceGUI has no element property for the scroll position."""


def case_body(
    view: CaseView, find_moves: Find, find_contact: Find, standing: StandingPanels, language: Language
) -> None:
    """Draw one case; everything is text, nothing in it is read as markup.

    :param find_moves: what would move the account to a better tier; asked once the case is drawn.
    :param find_contact: why the account is or is not contacted today; asked then, too.
    :param standing: what binds contact with the person.
    """
    # The collector's telephone looks for this before it lets a call begin.
    with piece("div", "case-grid").props(f"data-case={view.case_id}"):
        with piece("div", "case-col"):
            _trigger(view, language)
            _transcript(view, language)
            standing.draw_holds()
            standing.draw_said()
        with piece("div", "case-col"):
            _next_steps(view, language)
            _account(view, language)
            _scores(view, language)
            show_late("explain.title", find_contact, language)
            show_late("desk.moves", find_moves, language)
            _promises(view, language)


def _trigger(view: CaseView, language: Language) -> None:
    packet = view.escalation
    by_chance = view.trigger == TIER_TRIGGER and view.placed is not None and view.placed.arm == "human_first"
    with panel(say("desk.trigger", language)):
        text(
            name_of("arm", "human_first", language) if by_chance else name_of("trigger", view.trigger, language),
            "strong",
        )
        if view.paged is not None:
            called = say("desk.list", language).join(name_of("queue", each, language) for each in view.paged.notify)
            at = moment(view.paged.at) if view.paged.at else say("desk.not_sent", language)
            tag(say("desk.paged", language, who=called, at=at), "no")
        if packet.words:
            text(packet.words, "words")
        else:
            text(say("desk.by_chance" if by_chance else "desk.no_words", language), "quiet")
        if view.trigger != TIER_TRIGGER:
            text(packet.summary if language == "en" else packet.summary_zh, "tiny quiet")
        rows = {name.replace("_", " "): value for name, value in packet.facts.items()}
        if packet.offers:
            rows[say("desk.offers", language)] = "; ".join(packet.offers)
        if packet.emotion:
            mood = [name_of("mood", packet.emotion, language), *packet.emotion_words]
            rows[say("desk.mood", language)] = say("desk.list", language).join(mood)
        if packet.told_next:
            rows[say("desk.told_next", language)] = packet.told_next
        if packet.taken_up_by is not None:
            rows[say("desk.taken_up_by", language)] = moment(packet.taken_up_by)
        if rows and view.trigger != TIER_TRIGGER:
            _facts(rows)
        advice = packet.permitted_next if language == "en" else packet.permitted_next_zh
        if advice:
            text(f"{say('desk.advice', language)}: {advice}", "tiny")


def _transcript(view: CaseView, language: Language) -> None:
    with panel(say("desk.transcript", language)):
        if not view.transcript:
            text(say("desk.no_talk", language), "quiet")
            return
        with piece("div", "wrap tiny"):
            text(say("desk.told", language), "quiet", tag="span")
            for kind in dict.fromkeys(told.kind for told in view.told):
                tag(name_of("told", kind, language))
        playable = view.recording is not None and show_recording(view.recording, language)
        with piece("div", "talk").props('tabindex="0"'):
            for line in view.transcript:
                _line(line, view.trigger, language, playable)
    ui.run_javascript(TO_THE_END)


def _line(line: Line, trigger: str, language: Language, playable: bool) -> None:
    hit = " hit" if line.trigger is not None and line.trigger == trigger else ""
    with piece("div", f"say {line.speaker}{hit}"):
        with piece("div", "meta wrap"):
            text(f"{say(f'desk.speaker.{line.speaker}', language)} · {clock_time(line.at)}", tag="span")
            if playable and line.begins is not None:
                show_place(line.begins, line.left_out, language)
        text(line.text)


def _next_steps(view: CaseView, language: Language) -> None:
    with panel(say("desk.next", language)):
        for step in view.next_steps:
            _next_step(step, language)


def _next_step(step: NextStep, language: Language) -> None:
    denied = isinstance(step.decision, Deny)
    with piece("div", "wrap"):
        text(name_of("channel", step.channel, language), "strong", tag="span")
        tag(say("desk.denied" if denied else "desk.allowed", language), "no" if denied else "yes")
        if isinstance(step.decision, Deny):
            at = step.decision.next_allowed_at
            when = say("desk.next_at", language, at=moment(at)) if at else say("desk.never", language)
            text(when, "tiny quiet", tag="span")
    if isinstance(step.decision, Deny):
        for reason in step.decision.reasons:
            text(f"{name_of('deny', reason.code, language)} — {reason.clause}", "tiny")


def _account(view: CaseView, language: Language) -> None:
    owed = view.owed
    with panel(say("desk.account", language)):
        _facts(
            {
                say("desk.amount_due", language): amount(owed.amount_due),
                say("desk.balance", language): amount(owed.balance),
                say("desk.limit", language): amount(owed.credit_limit),
                "DPD": f"{owed.dpd} ({say('desk.as_of', language, day=owed.as_of.isoformat())})",
                say("desk.account", language): f"{owed.reference} · {owed.product}",
                say("desk.phone", language): view.who.phone,
                say("desk.speaks", language): name_of("language", view.who.language, language),
            }
        )
        with piece("div", "wrap"):
            if view.who.made_up:
                tag(say("desk.made_up", language))
            if view.other_cases:
                tag(say("desk.others", language, count=view.other_cases), "warn")


def _scores(view: CaseView, language: Language) -> None:
    with panel(say("desk.score", language)):
        if view.placed is not None:
            with piece("div", "wrap"):
                tag(name_of("tier", view.placed.tier, language), "yes")
                text(say("desk.list", language).join(_whys(view.placed, language)), "tiny quiet", tag="span")
            _arm(view.placed, language)
        if view.scored is None:
            text(say("desk.no_score", language), "quiet")
            return
        _score(view.scored, "willingness", view.scored.willingness, language)
        if view.scored.ability is not None:
            _score(view.scored, "ability", view.scored.ability, language)


def _whys(placed: Placed, language: Language) -> list[str]:
    return [name_of("why", each, language) for each in placed.why]


def _arm(placed: Placed, language: Language) -> None:
    """What chance decided; of most accounts, nothing."""
    if placed.arm != "champion":
        arm = placed.arm if read_label(placed.arm) is None else "experiment"
        text(f"{say('desk.arm', language)}: {name_of('arm', arm, language)}", "tiny quiet")


def _score(scored: Scored, head: str, value: float, language: Language) -> None:
    with piece("div", "meter"):
        text(say(f"score.{head}", language), tag="span")
        with piece("div", "track"):
            piece("div", "fill").style(f"width:{value:.0%}")
        text(f"{value:.0%}", "num strong", tag="span")
    for reason in scored.reasons:
        if reason.head == head:
            _reason(reason, language)


def _reason(reason: ReasonCode, language: Language) -> None:
    known = reason_codes().get(reason.code)
    with piece("div", "reason tiny"):
        raises = reason.effect > 0
        tag(say("desk.raises" if raises else "desk.lowers", language), "yes" if raises else "warn")
        text(known.sentence(language) if known else reason.code, tag="span")


def _promises(view: CaseView, language: Language) -> None:
    with panel(say("desk.promises", language)):
        if not view.promises:
            text(say("desk.none", language), "quiet")
        for promise in view.promises:
            with piece("div", "wrap"):
                text(f"{amount(promise.amount)} · {promise.due_on.isoformat()}", "num", tag="span")
                tag(name_of("promise", promise.status, language))


def _facts(rows: Mapping[str, str]) -> None:
    with piece("div", "facts"):
        for name, value in rows.items():
            text(name, tag="span")
            text(value, "num", tag="span")
