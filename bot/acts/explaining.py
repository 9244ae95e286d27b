"""Facts that the bot tells when asked: short, true, and without the question that comes after them."""

from __future__ import annotations

from collections.abc import Callable

from bot.talk import Talk

Tell = Callable[[Talk], None]

# The same facts in every tone of a treatment.
REMINDERS = {"gentle": "reminder_gentle", "plain": "reminder", "firm": "reminder_firm"}


def remind(talk: Talk) -> None:
    due = talk.money(talk.account.amount_due)
    template = REMINDERS[talk.treatment.tone]
    talk.say(template, discloses=("debt_facts",), amount_due=due, days_past_due=talk.account.dpd)


def amount(talk: Talk) -> None:
    account = talk.account
    talk.note(balance_told=True)
    due, balance = talk.money(account.amount_due), talk.money(account.balance)
    talk.say("explain_balance", discloses=("debt_facts",), amount_due=due, balance=balance)


def how_to_pay(talk: Talk) -> None:
    talk.say("how_to_pay")
    # An address read out letter by letter helps nobody.
    if talk.conversation.channel != "voice":
        talk.say("pay_link", link=talk.terms.pay_link)


def charges(talk: Talk) -> None:
    """The bot has no breakdown of fees and interest and may waive none; a colleague has and may."""
    talk.say("explain_charges")


def consequences(talk: Talk) -> None:
    talk.say("explain_recorded_credit")


def recorded(talk: Talk) -> None:
    talk.say("recorded_yes_voice" if talk.conversation.channel == "voice" else "recorded_yes_chat")


def automated(talk: Talk) -> None:
    talk.say("trigger_are_you_a_bot")


def who_we_are(talk: Talk) -> None:
    talk.say("who_we_are", bank=talk.bank)


def why_identity(talk: Talk) -> None:
    talk.say("why_identity")


def source(talk: Talk) -> None:
    """Where the number comes from: what the person gave the bank, and nothing about why it is used."""
    talk.say("source_of_contact")


def contact(talk: Talk) -> None:
    talk.say("how_to_reach_us")


def payment_trouble(talk: Talk) -> None:
    talk.say("payment_trouble")


def legal(talk: Talk) -> None:
    """The bot decides nothing of the kind and threatens nothing; a colleague can tell what the law provides."""
    talk.say("explain_legal")


def discount(talk: Talk) -> None:
    talk.say("explain_discount")
