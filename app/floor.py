"""A floor with everybody on it: ledger, gate, Rasa, conversations and pages, put together and running."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app import wiring
from app.api.actions import RunAction
from app.api.phone import Phones
from app.demo_links import DemoInvite
from app.serving import serving
from app.settings import Settings
from app.settings import registry_of as registry_of
from app.tiering import retier_and_hand_over
from app.web.server import build_app
from bot.acts.run import Actions
from bot.dialogue import RasaDialogue
from bot.rasa_process import Progress, RasaProcess
from bot.rasa_watch import RasaWatch
from bot.session import Sessions
from bot.talk import Terms
from desk.case_view import Permitted
from desk.intake import open_case
from desk.paging import Pager
from ledger.ledger import Ledger, UnitOfWork
from strategy.permission import permitted


@dataclass(frozen=True)
class Floor:
    """What the pages, the API and the commands work with."""

    settings: Settings
    ledger: Ledger
    sessions: Sessions
    pager: Pager
    run_action: RunAction
    action_secret: str
    permitted: Permitted
    retier: Callable[[UnitOfWork], int]
    demo_invites: Callable[[], Sequence[DemoInvite]]
    url: str
    terms: Terms
    phones: Phones | None = None


@contextmanager
def open_floor(
    settings: Settings,
    ledger: Ledger,
    port: int,
    progress: Progress = lambda _: None,
    demo_invites: Callable[[], Sequence[DemoInvite]] = tuple,
    phones: Phones | None = None,
) -> Iterator[Floor]:
    """Start Rasa and the web server, and stop both when the block ends.

    :param port: where pages, API and Rasa's action webhook are served.
    :param phones: where browser phones connect.
    :raises RasaUnavailable, PortTaken: with a message for the person at the keyboard.
    """
    secret, action_secret = wiring.new_secret(), wiring.new_secret()
    rasa = RasaProcess(
        settings.rasa_home,
        wiring.free_port(),
        f"http://127.0.0.1:{port}/webhooks/rasa",
        secret,
        action_secret,
        settings.rasa_python,
    )
    terms = Terms(bank={"zh": settings.creditor_zh, "en": settings.creditor_en}, pay_link=settings.pay_url)
    dialogue = RasaDialogue(rasa.url, secret, settings.rasa_timeout_s)
    pager = Pager(ledger, settings.home / "oncall.jsonl")
    floor = Floor(
        settings=settings,
        ledger=ledger,
        sessions=Sessions(ledger, dialogue, terms, open_case, on_call=pager),
        pager=pager,
        run_action=Actions(ledger, terms, open_case).run,
        action_secret=action_secret,
        permitted=permitted,
        retier=retier_and_hand_over,
        demo_invites=demo_invites,
        url=f"http://{settings.host}:{port}",
        terms=terms,
        phones=phones,
    )
    try:
        with serving(build_app(floor), settings.host, port):
            rasa.start(progress)
            with RasaWatch(rasa):
                yield floor
    finally:
        dialogue.close()
        rasa.stop()
