"""From the act that Rasa proposes to what our side does: one proposal, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.actions_protocol import ActionReply, ActionRequest, read_request, write_reply
from bot.acts import answers, asked_enough, callback, dispute, endings, explaining, hardship, plan, promise
from bot.acts.act import FORM_OF, SURE_OF_CONSEQUENCES, Act, Effect
from bot.acts.asides import asks_reference
from bot.acts.later import wants_another_time
from bot.acts.minimum import ask_minimum
from bot.talk import GuardBreach, OpenCase, Talk, Terms, talk_on
from ledger.ledger import Ledger

ANYBODY: Final[Mapping[str, Act]] = {
    "action_verify_first": answers.verify_first,
    "action_who_we_are": answers.who_we_are,
    "action_ask_bot": answers.telling(explaining.automated),
    "action_ask_recorded": answers.telling(explaining.recorded),
    "action_ask_why_identity": answers.telling(explaining.why_identity),
    "action_ask_source": answers.telling(explaining.source),
    "action_ask_contact": answers.telling(explaining.contact),
    "action_greet": answers.greet,
    "action_affirm": answers.affirm,
    "action_deny": answers.deny,
    "action_thanks": answers.thanks,
    "action_language_switched": answers.language_switched,
    "action_wait": answers.wait,
    "action_repeat": answers.repeat,
    "action_clarify": answers.clarify,
    "action_off_topic": answers.off_topic,
    "action_upset": answers.upset,
    "action_cancel": answers.cancel,
    "action_not_understood": answers.not_understood,
    "action_goodbye": endings.goodbye,
    "action_voicemail": endings.voicemail,
    "action_busy": callback.busy,
    "validate_callback_form": callback.weigh,
    "action_human": endings.as_trigger("ask_for_human_or_are_you_a_bot", "handed_over"),
    "action_complaint": endings.as_trigger("complaint_regulator", "complaint_opened"),
    "action_stop_contact": endings.as_trigger("cease_request", "cease_recorded"),
    "action_wrong_person": endings.as_trigger("third_party_answering", "wrong_person"),
}
"""Acts that tell nothing about a debt, and so may follow what anybody says."""

RIGHT_PARTY: Final[Mapping[str, Act]] = {
    "action_open_talk": answers.open_talk,
    "action_tell_amount": answers.telling(explaining.amount),
    "action_tell_days": answers.telling(explaining.remind),
    "action_how_to_pay": answers.telling(explaining.how_to_pay),
    "action_payment_trouble": answers.telling(explaining.payment_trouble),
    "action_charges": answers.telling(explaining.charges),
    "action_consequences": answers.telling(explaining.consequences),
    "action_ask_legal": answers.telling(explaining.legal),
    "action_ask_discount": answers.telling(explaining.discount),
    "action_ask_minimum": ask_minimum,
    "action_too_much": answers.give_way,
    "action_ask_extension": answers.give_way,
    "action_cannot_pay": answers.cannot_pay,
    "action_forgot": answers.forgot,
    "action_already_paid": dispute.weigh,
    "action_refuse": endings.refuse,
    "validate_promise_form": promise.weigh,
    "validate_plan_form": plan.weigh,
    "validate_dispute_form": dispute.weigh,
    "validate_hardship_form": hardship.weigh,
}
"""Acts that presume the right party; for anybody else the identity question comes first, whatever Rasa proposes."""

# Who disputes before we know who they are is held for, asked and handed over just the same; nothing is told.
FOR_STRANGERS: Final[Mapping[str, Act]] = {
    "action_already_paid": dispute.weigh,
    "validate_dispute_form": dispute.weigh,
    "validate_hardship_form": endings.as_trigger("hardship_unemployment", "hardship_referred"),
}
"""What is done for somebody who is not known yet, where it is more than to ask who they are."""

ONE_QUESTION: Final[Mapping[str, Act]] = {dispute.TRIGGER: dispute.weigh, hardship.TRIGGER: hardship.weigh}
"""What takes the answer to the one question after a trigger, whatever Rasa makes of it: nothing else may be asked."""
# What leaves that question where it is.
LEAVES_OPEN: Final = frozenset({"action_language_switched", "action_repeat", "action_wait"})

WITH_CONSEQUENCES: Final = frozenset(
    {
        "action_complaint",
        "action_stop_contact",
        "action_wrong_person",
        "action_already_paid",
        "action_refuse",
        "action_busy",
        "action_voicemail",
        "validate_callback_form",
        "validate_dispute_form",
        "validate_hardship_form",
    }
)
"""Acts that end the talk, hold contact or open a case. A wish for a person is not among them: it is always granted."""


class Actions:
    """What answers Rasa's action webhook."""

    def __init__(self, ledger: Ledger, terms: Terms, open_case: OpenCase) -> None:
        self._ledger = ledger
        self._terms = terms
        self._open_case = open_case

    def run(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer (JSON) to one request of the action-server protocol.

        :raises ValueError: not such a request, or an act that we do not have.
        :raises GuardBreach, UnconfirmedPromise: nothing was recorded; the talk must not go on.
        """
        request = read_request(body)
        try:
            return self._run(request)
        except GuardBreach as breach:
            # Rasa turns our refusal into silence; the talk must end for the right reason all the same.
            with talk_on(self._ledger, request.conversation_id, self._terms, self._open_case) as talk:
                if talk is not None:
                    talk.note(fault="guard_breach", breach=str(breach))
            raise

    def _run(self, request: ActionRequest) -> dict[str, Any]:
        proposed = ANYBODY.get(request.action) or RIGHT_PARTY.get(request.action)
        if proposed is None:
            raise ValueError(f"no such act: {request.action}")
        with talk_on(self._ledger, request.conversation_id, self._terms, self._open_case) as talk:
            if talk is None or not talk.open:
                # Nothing more is done in a talk that is over, whatever Rasa still proposes.
                return write_reply(ActionReply(listen=True))
            talk.read_as(request.intent, request.confidence)
            act = _to_do(talk, request, proposed)
            if act is not answers.not_understood and request.form is None:
                talk.note(misses=None)
            effect = act(talk, request)
            if act is not answers.repeat:
                effect = asked_enough.mind(talk, request.text, effect)
            if act is not answers.open_talk:
                talk.note(more_to_answer=None)
            turns = talk.speak()
        if effect.passes:
            # No slot is set, so Rasa looks for another act.
            return write_reply(ActionReply())
        return write_reply(_reply(request, effect, tuple(turn.id for turn in turns)))


def _to_do(talk: Talk, request: ActionRequest, proposed: Act) -> Act:
    """The act that is done instead of the proposed one, where that must not be done or not on so little."""
    if (asked := talk.facts.get("one_question")) is not None and request.action not in LEAVES_OPEN:
        return ONE_QUESTION[asked]
    opens = request.requested is None or not request.action.startswith(FORM_OF)
    if talk.conversation.verified and asks_reference(request):
        return answers.reference
    if wants_another_time(request):
        return callback.busy
    if talk.conversation.verified and endings.says_goodbye_in_figures(talk, request):
        return endings.goodbye
    if answers.is_incomplete_identity(talk, request):
        return answers.four_digits
    if request.action in WITH_CONSEQUENCES and opens and request.confidence < SURE_OF_CONSEQUENCES:
        return answers.not_understood
    if request.action in RIGHT_PARTY and not talk.conversation.verified:
        return FOR_STRANGERS.get(request.action, answers.verify_first)
    return proposed


def _reply(request: ActionRequest, effect: Effect, turn_ids: tuple[str, ...]) -> ActionReply:
    # A form goes on by itself once its answer has been taken; everything else waits for the debtor.
    is_form = request.action.startswith(FORM_OF)
    goes_on = is_form and not effect.end_form and request.action == f"{FORM_OF}{request.form}" and bool(effect.slots)
    goes_on = goes_on and effect.open_form is None
    return ActionReply(
        turn_ids,
        effect.slots,
        # An act that asks nothing of a form that could not be opened leaves none open.
        effect.end_form or (is_form and not effect.slots),
        listen=not goes_on,
        open_form=effect.open_form,
        requests=effect.requests if effect.open_form else None,
    )
