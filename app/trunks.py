"""The telephone line of an installation, from its settings: Asterisk, a carrier of Twilio's kind, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import wiring
from app.settings import Settings
from bot.phone.legs.asterisk.ari import Ari, AriDown, AriRefused
from bot.phone.legs.asterisk.audiosocket import AudioSocketDoor
from bot.phone.legs.asterisk.calls import AsteriskCalls
from bot.phone.legs.asterisk.chan_websocket import ChanWebsocketDoor
from bot.phone.legs.asterisk.media import MediaDoor
from bot.phone.legs.twilio_calls import TwilioAccount, TwilioCalls
from bot.phone.loop import PhoneLoop
from bot.phone.seam import Carrier


class TrunkUnusable(Exception):
    """The telephone line of the settings cannot be used; one line says why."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """What dials, and what has routes of its own to be called back on."""

    carrier: Carrier
    twilio: TwilioCalls | None = None


@contextmanager
def open_trunk(settings: Settings, loop: PhoneLoop) -> Iterator[Trunk | None]:
    """The line, ready to dial, until the block ends; None where the settings name none, and in a demo: its debtors are
    made up, and so are their numbers, which may be somebody's.

    :raises TrunkUnusable: they name two, or one that is incomplete or does not answer.
    """
    if settings.mode == "demo":
        yield None
        return
    if settings.asterisk_url and settings.twilio_account_sid:
        raise TrunkUnusable("AMENDS_ASTERISK_URL and AMENDS_TWILIO_ACCOUNT_SID are both set: calls go out by one line")
    if settings.twilio_account_sid:
        calls = _twilio(settings)
        yield Trunk(calls, calls)
    elif settings.asterisk_url:
        asterisk = loop.run(_asterisk(settings))
        try:
            yield Trunk(asterisk)
        finally:
            loop.run(asterisk.stop())
    else:
        yield None


def _twilio(settings: Settings) -> TwilioCalls:
    if settings.twilio_auth_token is None or not settings.caller_id or not settings.twilio_account_sid:
        raise TrunkUnusable("a carrier needs AMENDS_TWILIO_AUTH_TOKEN and AMENDS_CALLER_ID too")
    token = settings.twilio_auth_token.get_secret_value()
    account = TwilioAccount(settings.twilio_account_sid, token, settings.caller_id, settings.twilio_api_url)
    return TwilioCalls(account, settings.public_url, wiring.new_secret)


async def _asterisk(settings: Settings) -> AsteriskCalls:
    if settings.asterisk_password is None or not settings.asterisk_url:
        raise TrunkUnusable("Asterisk needs AMENDS_ASTERISK_PASSWORD too: the password of the user in ari.conf")
    if "{number}" not in settings.asterisk_endpoint:
        raise TrunkUnusable("AMENDS_ASTERISK_ENDPOINT must hold {number}, such as PJSIP/{number}@trunk")
    # A name of its own, or a leader and its standby would end each other's calls; the same one after a restart, so that
    # calls which were left behind are found.
    own_name = f"amends-{wiring.place_on_network(settings.port)}"
    password = settings.asterisk_password.get_secret_value()
    ari = Ari(settings.asterisk_url, settings.asterisk_user, password, own_name)
    door: MediaDoor = ChanWebsocketDoor(ari)
    if settings.asterisk_media == "audiosocket":
        host, _, port = settings.audiosocket.rpartition(":")
        door = AudioSocketDoor(ari, host, int(port))
    calls = AsteriskCalls(ari, door, settings.asterisk_endpoint, settings.caller_id, wiring.random_id)
    try:
        await calls.start()
    except (TimeoutError, AriDown, AriRefused, OSError) as fault:
        await door.stop()
        raise TrunkUnusable(f"Asterisk at {settings.asterisk_url} cannot be used: {fault}") from fault
    return calls
