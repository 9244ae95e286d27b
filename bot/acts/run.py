"""From the act that Rasa proposes to what our side does: one proposal, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.actions_protocol import ActionReply, ActionRequest, read_request, write_reply
from bot.acts import answers, endings, promise
from bot.acts.act import SURE_ENOUGH, Act
from bot.talk import GuardBreach, OpenCase, Talk, Terms
from ledger.ledger import Ledger
from ledger.tables import Conversation

ANYBODY: Final[Mapping[str, Act]] = {
    "action_verify_first": answers.verify_first,
    "action_who_we_are": answers.who_we_are,
    "action_greet": answers.greet,
    "action_thanks": answers.thanks,
    "action_language_switched": answers.language_switched,
    "action_wait": answers.wait,
    "action_repeat": answers.repeat,
    "action_off_topic": answers.off_topic,
    "action_acknowledge": answers.greet,
    "action_go_on": answers.offer_choices,
    "action_not_understood": answers.not_understood,
    "action_goodbye": endings.goodbye,
    "action_callback": endings.callback,
    "action_human": endings.as_trigger("ask_for_human_or_are_you_a_bot", "handed_over"),
    "action_complaint": endings.as_trigger("complaint_regulator", "complaint_opened"),
    "action_stop_contact": endings.as_trigger("cease_request", "cease_recorded"),
    "action_wrong_person": endings.as_trigger("third_party_answering", "wrong_person"),
    "action_dispute": endings.as_trigger("dispute_not_mine", "dispute_opened"),
}
"""Acts that tell nothing about a debt, and so may follow what anybody says."""

RIGHT_PARTY: Final[Mapping[str, Act]] = {
    "action_open_talk": answers.open_talk,
    "action_keep_promise": answers.keep_promise,
    "action_tell_amount": answers.tell_amount,
    "action_tell_days": answers.tell_days,
    "action_how_to_pay": answers.how_to_pay,
    "action_charges": answers.charges,
    "action_consequences": answers.consequences,
    "action_plan": answers.plan,
    "action_forgot": answers.forgot,
    "action_already_paid": endings.already_paid,
    "action_hardship": endings.as_trigger("hardship_unemployment", "hardship_referred"),
    "action_refuse": endings.refuse,
    "action_ask_reason": endings.ask_reason,
    "validate_promise_form": promise.weigh,
    "action_ask_amount": promise.ask_amount,
    "action_ask_day": promise.ask_day,
    "action_ask_confirmed": promise.read_back,
    "action_finish_promise": promise.finish,
}
"""Acts that presume the right party; for anybody else the identity question comes first, whatever Rasa proposes."""

WITH_CONSEQUENCES: Final = frozenset(
    {
        "action_complaint",
        "action_stop_contact",
        "action_wrong_person",
        "action_dispute",
        "action_already_paid",
        "action_hardship",
        "action_refuse",
        "action_callback",
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
        except GuardBreach:
            # Rasa turns our refusal into silence; the talk must end for the right reason all the same.
            with self._ledger.begin() as work:
                conversation = work.session.get_one(Conversation, request.conversation_id)
                Talk(work, conversation, self._terms, self._open_case).note(fault="guard_breach")
            raise

    def _run(self, request: ActionRequest) -> dict[str, Any]:
        act = ANYBODY.get(request.action) or RIGHT_PARTY.get(request.action)
        if act is None:
            raise ValueError(f"no such act: {request.action}")
        with self._ledger.begin() as work:
            conversation = work.session.get(Conversation, request.conversation_id)
            if conversation is None or conversation.closed_at is not None:
                # Nothing more is done in a talk that is over, whatever Rasa still proposes.
                return write_reply(ActionReply(listen=True))
            talk = Talk(work, conversation, self._terms, self._open_case)
            if request.action in WITH_CONSEQUENCES and request.confidence < SURE_ENOUGH:
                act = answers.not_understood
            elif request.action in RIGHT_PARTY and not conversation.verified:
                act = answers.verify_first
            if act is not answers.not_understood and request.form is None:
                talk.note(misses=None)
            effect = act(talk, request)
            turns = talk.speak()
        # Within a form Rasa goes on by itself: it comes back to its question, or finishes. Otherwise one act is enough.
        listen = request.form is None or effect.end_form
        return write_reply(ActionReply(tuple(turn.id for turn in turns), effect.slots, effect.end_form, listen))
