"""The plan: what is due in parts. How many, from which day on; all of it read back and recorded only after a yes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from bot import commitments, instalments
from bot.actions_protocol import ActionRequest
from bot.acts import asides, reading
from bot.acts.act import NOTED, PASSED, Effect, ended
from bot.acts.words import first_in
from bot.facts import Count, Parts
from bot.instalment_words import bare_count, read_plan, without_parts
from bot.instalments import Outside, Plan, PlanBounds
from bot.talk import Talk
from bot.triggers import named

FORM: Final = "plan_form"
GIVES = frozenset(
    {"ask_plan", "promise", "part_payment", "give", "pay_now", "waiting_for_money", "affirm", "deny", "nlu_fallback"}
    | {"too_much", "ask_extension", "change_promise", "ask_minimum"}
)
MAY_GIVE = frozenset({"greet", "thanks", "off_topic", "wait", "ask_due_date", "cannot_pay"})
MOST_MISSES = 3
_DRAFT = ("plan_count", "plan_every", "plan_each", "plan_first", "plan_steps", "plan_put", "plan_asking", "plan_bound")


class UnconfirmedPlan(Exception):
    """A plan was about to be recorded that the debtor has not heard read back and confirmed."""


def bounds_of(talk: Talk) -> PlanBounds:
    """How far a plan on this account may go as its treatment allows."""
    treatment, floors = talk.treatment, talk.floors
    smallest = talk.money(max((talk.account.amount_due * treatment.part_floor), Decimal("0.01")))
    return PlanBounds(
        due=floors.due,
        smallest=smallest,
        most=treatment.plan_parts if "plan" in treatment.offers else 0,
        days=treatment.plan_days,
        first_days=max(floors.days, 1),
    )


def names_plan(talk: Talk, text: str) -> bool:
    """Whether a text that was read as something else asks for a plan of so many parts."""
    if _in_equal_turns(talk, text) is not None:
        return True
    return first_in("plan", text) is not None and (read_plan(text).count or 0) >= instalments.FEWEST


def _in_equal_turns(talk: Talk, text: str) -> int | None:
    """How many equal sums, one after the other, pay all that is due: "500 now and 500 next month" of 1,000."""
    sums = [amount.value for amount, _ in reading.in_turns(talk, text)]
    equal = len(sums) >= instalments.FEWEST and len(set(sums)) == 1
    return len(sums) if equal and sum(sums) == talk.account.amount_due else None


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """Take from the text what the plan still lacks, and ask for the rest (Rasa's `validate_plan_form`)."""
    if request.requested is None or "plan_asking" not in talk.facts:
        return begin(talk, request)
    asking = str(talk.facts["plan_asking"])
    found = _found(talk, request.text, asking)
    if not (request.intent in GIVES or (found and request.intent in MAY_GIVE)):
        return PASSED
    asides.answer(talk, request)
    if found:
        talk.note(**found)
        return settle(talk, request)
    if request.intent == "affirm":
        return _yes(talk, request, asking)
    if request.intent in ("deny", "too_much", "ask_extension", "change_promise", "ask_minimum"):
        return _no(talk, request, asking)
    return _missed(talk, request) or ask(talk)


def begin(talk: Talk, request: ActionRequest) -> Effect:
    """A new plan from what the text gives. Where the treatment has none to offer, a colleague may have."""
    talk.note(**dict.fromkeys(_DRAFT), plan_misses=None, amount=None, day=None, asking=None)
    if not instalments.ladder(bounds_of(talk)):
        return _for_a_person(talk, request)
    talk.conversation.stage = "promising"
    talk.note(**_found(talk, request.text, None))
    return settle(talk, request)


def settle(talk: Talk, request: ActionRequest) -> Effect:
    """Weigh what there is; what is outside the bounds is dropped, and the nearest that is inside is put forward."""
    facts, bounds = talk.facts, bounds_of(talk)
    talk.note(plan_put=None, plan_bound=None)
    count = facts.get("plan_count")
    each = Decimal(facts["plan_each"]) if "plan_each" in facts else None
    if count is None and each is not None and each > 0:
        count = instalments.parts_of(each, bounds)
    if count is None:
        return ask(talk)
    first = date.fromisoformat(facts["plan_first"]) if "plan_first" in facts else talk.today
    made = instalments.make(int(count), facts.get("plan_every"), first, bounds, talk.today, each)
    if isinstance(made, Plan):
        talk.note(plan_count=int(count))
        return ask(talk)
    if made.reason in ("too_late", "in_the_past") and made.latest is not None:
        talk.note(plan_first=None, plan_bound=[made.reason, made.latest.isoformat()], plan_count=int(count))
        return ask(talk)
    if int(count) < instalments.FEWEST:
        # One part is no plan but a promise, and no sum at all is none.
        talk.note(plan_count=None, plan_each=None)
        return _missed(talk, request) or ask(talk)
    if made.reason == "too_long" and facts.get("plan_every") is not None:
        talk.note(plan_every=None)
        return _put_forward(talk, request, int(count))
    return _put_forward(talk, request, bounds.most, too_many=made.reason == "too_many")


def ask(talk: Talk) -> Effect:
    """Say the question that stands open, and note which it is."""
    facts = talk.facts
    if "plan_put" in facts:
        made = _plan(talk, int(facts["plan_put"]), talk.today)
        talk.say("plan_put_forward", count=Count(len(made.parts)), amount=made.parts[0].amount)
        asking = "parts"
    elif "plan_count" not in facts:
        talk.say("plan_how_many")
        asking = "parts"
    elif "plan_bound" in facts:
        reason, bound = facts["plan_bound"]
        talk.say("promise_in_the_past" if reason == "in_the_past" else "plan_first_by", bound=date.fromisoformat(bound))
        asking = "first_day"
    elif "plan_first" not in facts:
        talk.say("plan_first_day")
        asking = "first_day"
    else:
        asking = _read_back(talk)
    talk.note(plan_asking=asking)
    slots = {
        "parts": NOTED if "plan_count" in facts else None,
        "first_day": NOTED if "plan_first" in facts else None,
        "plan_confirmed": None,
        "asked": None,
    }
    return Effect(slots, requests=asking)


def _read_back(talk: Talk) -> str:
    made = _agreed(talk)
    if made is None:
        raise UnconfirmedPlan
    talk.say("plan_read_back", count=Count(len(made.parts)), parts=_told(made))
    talk.note(plan_read_back={"parts": _as_facts(made), "at": talk.work.now.isoformat()})
    return "plan_confirmed"


def _yes(talk: Talk, request: ActionRequest, asking: str) -> Effect:
    if asking == "parts" and "plan_put" in talk.facts:
        talk.note(plan_count=int(talk.facts["plan_put"]), plan_each=None, plan_put=None)
        return settle(talk, request)
    if asking == "first_day" and "plan_bound" in talk.facts:
        talk.note(plan_first=talk.facts["plan_bound"][1])
        return settle(talk, request)
    if asking == "plan_confirmed" and not reading.is_unsure(talk):
        return _record(talk)
    return _missed(talk, request) or ask(talk)


def _no(talk: Talk, request: ActionRequest, asking: str) -> Effect:
    if asking == "plan_confirmed":
        talk.note(plan_count=None, plan_each=None, plan_first=None, plan_every=None)
        return ask(talk)
    return _put_forward(talk, request, bounds_of(talk).most)


def _put_forward(talk: Talk, request: ActionRequest, wanted: int, *, too_many: bool = False) -> Effect:
    """The next count of parts, more with each step and never more than `wanted`; after the last one a person.

    :param too_many: they asked for more than there can be; whoever has not heard the most yet is told it first.
    """
    talk.note(plan_count=None, plan_each=None, plan_every=None)
    steps = [each for each in instalments.ladder(bounds_of(talk)) if _plan_or_none(talk, each) is not None]
    done = int(talk.facts.get("plan_steps", 0))
    tells_most = too_many and "plan_told_most" not in talk.facts
    if done >= max(len(steps) - 1, 1) and not tells_most:
        return _for_a_person(talk, request)
    talk.note(plan_told_most=tells_most or talk.facts.get("plan_told_most"))
    # The fewest are what the bot has in mind; whoever asks for more is answered from the next step on.
    most = min(steps[min(done + 1, len(steps) - 1)], wanted) if steps else 0
    fits = [count for count in range(instalments.FEWEST, most + 1) if _plan_or_none(talk, count) is not None]
    if not fits:
        return _for_a_person(talk, request)
    talk.note(plan_steps=done + 1, plan_put=fits[-1])
    return ask(talk)


def _for_a_person(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("plan_by_colleague")
    talk.say("handoff_next_day")
    talk.escalate(named("cannot_commit", request.text))
    talk.close("handed_over")
    return ended()


def _record(talk: Talk) -> Effect:
    """Write the plan down after the yes to this very read-back.

    :raises UnconfirmedPlan: the yes was not to this read-back; nothing is recorded.
    """
    made, read_back = _agreed(talk), talk.facts.get("plan_read_back", {})
    if made is None or read_back.get("parts") != _as_facts(made):
        raise UnconfirmedPlan
    reference = commitments.record_plan(talk, made, read_back["at"])
    talk.note(**dict.fromkeys(_DRAFT), plan_read_back=None)
    talk.say("plan_recorded", count=Count(len(made.parts)))
    talk.say("reference", reference=reference)
    talk.say("anything_else")
    return ended("anything_else")


def _found(talk: Talk, text: str, asking: str | None) -> dict[str, Any]:
    wanted = read_plan(text)
    day_asked = "day" if asking == "first_day" else None
    found = reading.found(talk, text, day_asked)
    # The three of three payments is no sum.
    amount = reading.found(talk, without_parts(text), None).get("amount")
    facts: dict[str, Any] = {}
    if found.get("day") is not None:
        facts["plan_first"] = found["day"]
    count = wanted.count or _in_equal_turns(talk, text)
    put = talk.facts.get("plan_put")
    if count is None and put is not None and "plan_first" in facts and amount is None:
        # A day in answer to "would three parts be possible?" agrees to them.
        count = int(put)
    elif (
        count is None
        and asking == "parts"
        and "plan_first" not in facts
        and (bare := bare_count(text)) is not None
        and bare <= 24
    ):
        count = bare
    if count is not None and asking != "first_day":
        facts |= {"plan_count": count, "plan_each": None}
    elif amount is not None and count is None and asking != "first_day":
        facts |= {"plan_each": amount, "plan_count": None}
    if wanted.every is not None:
        facts["plan_every"] = wanted.every
    return facts


def _agreed(talk: Talk) -> Plan | None:
    facts = talk.facts
    if "plan_count" not in facts or "plan_first" not in facts:
        return None
    return _plan_or_none(talk, int(facts["plan_count"]), date.fromisoformat(facts["plan_first"]))


def _plan(talk: Talk, count: int, first: date) -> Plan:
    made = _plan_or_none(talk, count, first)
    if made is None:
        raise UnconfirmedPlan
    return made


def _plan_or_none(talk: Talk, count: int, first: date | None = None) -> Plan | None:
    facts = talk.facts
    each = Decimal(facts["plan_each"]) if "plan_each" in facts else None
    made = instalments.make(count, facts.get("plan_every"), first or talk.today, bounds_of(talk), talk.today, each)
    return None if isinstance(made, Outside) else made


def _missed(talk: Talk, request: ActionRequest) -> Effect | None:
    misses = int(talk.facts.get("plan_misses", 0)) + 1
    talk.note(plan_misses=misses)
    return None if misses < MOST_MISSES else _for_a_person(talk, request)


def _told(plan: Plan) -> Parts:
    return Parts(tuple((part.amount, part.due_on) for part in plan.parts))


def _as_facts(plan: Plan) -> list[list[str]]:
    return [[str(part.amount.amount), part.due_on.isoformat()] for part in plan.parts]
