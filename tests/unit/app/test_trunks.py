"""Which line calls go out by: the one the settings name, one at most, and none in a demo."""

from collections.abc import Iterator

import pytest

from app.settings import Settings
from app.trunks import TrunkUnusable, open_trunk
from bot.phone.legs.twilio_calls import TwilioCalls
from bot.phone.loop import PhoneLoop

TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": "token", "caller_id": "+15005550006"}
ASTERISK = {"asterisk_url": "http://127.0.0.1:9", "asterisk_password": "password"}


@pytest.fixture
def loop() -> Iterator[PhoneLoop]:
    with PhoneLoop() as loop:
        yield loop


def test_no_line_is_named_and_none_is_opened(loop):
    with open_trunk(Settings(), loop) as trunk:
        assert trunk is None


def test_a_carrier_of_twilios_kind_dials_and_is_called_back(loop):
    with open_trunk(Settings(**TWILIO), loop) as trunk:
        assert isinstance(trunk.carrier, TwilioCalls)
        assert trunk.twilio is trunk.carrier


@pytest.mark.parametrize("line", [TWILIO, ASTERISK])
def test_a_demo_never_dials_whoever_may_have_a_made_up_number(loop, line):
    with open_trunk(Settings(mode="demo", **line), loop) as trunk:
        assert trunk is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({**TWILIO, **ASTERISK}, "one line"),
        ({**TWILIO, "twilio_auth_token": None}, "AUTH_TOKEN"),
        ({**TWILIO, "caller_id": ""}, "CALLER_ID"),
        ({**ASTERISK, "asterisk_password": None}, "PASSWORD"),
        ({**ASTERISK, "asterisk_endpoint": "PJSIP/trunk"}, "{number}"),
    ],
)
def test_a_line_that_is_not_whole_is_refused_in_one_line(loop, given, why):
    with pytest.raises(TrunkUnusable, match=why), open_trunk(Settings(**given), loop):
        pass


def test_an_asterisk_that_does_not_answer_is_said_at_the_start(loop, monkeypatch):
    async def down(_ari):
        from bot.phone.legs.asterisk.ari import AriDown

        raise AriDown("it does not answer")

    monkeypatch.setattr("bot.phone.legs.asterisk.ari.Ari.start", down)
    with pytest.raises(TrunkUnusable, match="does not answer"), open_trunk(Settings(**ASTERISK), loop):
        pass


def test_two_processes_never_share_a_name_at_one_asterisk_and_each_keeps_its_own(loop, monkeypatch):
    names = []

    async def noted(ari):
        names.append(ari.app)

    monkeypatch.setattr("bot.phone.legs.asterisk.ari.Ari.start", noted)
    for port in (8080, 8081, 8080):
        with open_trunk(Settings(**ASTERISK, port=port), loop):
            pass
    leader, standby, leader_again = names
    assert leader == leader_again != standby
    assert not any(f"{one}.".startswith(f"{other}.") for one, other in ((leader, standby), (standby, leader)))
    assert all(name.replace("-", "").isalnum() for name in names)


def test_secrets_are_not_shown(loop):
    with open_trunk(Settings(**TWILIO), loop) as trunk:
        assert "token" not in repr(trunk.carrier._account)
    assert "password" not in repr(Settings(**ASTERISK)).replace("asterisk_password", "")
