"""Who may see the staff pages. Demo mode: anybody at this machine. Otherwise: whoever signed in with the staff key."""

from __future__ import annotations

import hmac
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from app.settings import Settings
from ledger.ledger import Ledger

COOKIE = "amends_staff"
SESSION = timedelta(hours=10)
LONGEST_NAME = 40
DEMO_NAME = "demo"
REFUSALS_TOLD = timedelta(minutes=1)
"""Anybody may knock, so refusals are told together: knocking must not fill the audit chain."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff at a page, by the name they signed in with."""

    name: str


class StaffDoor:
    """Signs people in, and recognises them afterwards by a signed cookie."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._demo = settings.mode == "demo"
        self._key = settings.staff_key.get_secret_value() if settings.staff_key else None
        self._ledger = ledger
        self._refusals = threading.Lock()
        self._refused = 0
        self._told_at: datetime | None = None

    @property
    def needs_key(self) -> bool:
        """Whether signing in takes the staff key; in demo mode a name is enough."""
        return not self._demo

    def sign_in(self, name: str, key: str) -> str | None:
        """The cookie of a new session, or None when the key is wrong or the name is not one line of 1 to 40 letters."""
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return None
        if not self._demo and (self._key is None or not hmac.compare_digest(key.encode(), self._key.encode())):
            self._note_refusal()
            return None
        with self._ledger.begin() as work:
            work.audit("staff.signed_in", "staff", {"by": name})
        body = f"{int((self._ledger.clock() + SESSION).timestamp())}|{name}"
        return urlsafe_b64encode(f"{self._proof(body)}|{body}".encode()).decode()

    def _note_refusal(self) -> None:
        """How often the key was wrong, and never what was typed as a name: it may have been anything."""
        with self._refusals, self._ledger.begin() as work:
            self._refused += 1
            if self._told_at is None or work.now - self._told_at >= REFUSALS_TOLD:
                work.audit("staff.refused", "staff", {"times": self._refused})
                self._told_at, self._refused = work.now, 0

    def who(self, connection: HTTPConnection) -> Staff | None:
        """Who is asking; None means that they must sign in."""
        if self._demo and not _at_this_machine(connection):
            return None
        if (signed_in := self._from_cookie(connection.cookies.get(COOKIE, ""))) is not None:
            return signed_in
        return Staff(DEMO_NAME) if self._demo else None

    def _from_cookie(self, cookie: str) -> Staff | None:
        try:
            proof, until, name = urlsafe_b64decode(cookie.encode()).decode().split("|", 2)
            over = int(until) <= self._ledger.clock().timestamp()
        except ValueError:
            return None
        genuine = hmac.compare_digest(proof.encode(), self._proof(f"{until}|{name}").encode())
        return Staff(name) if genuine and not over else None

    def _proof(self, body: str) -> str:
        # The staff key is part of what is signed, so that changing it ends every session.
        return self._ledger.keys.blind_index("staff_session", f"{self._key or ''}|{body}")


def _at_this_machine(connection: HTTPConnection) -> bool:
    """Both ends on loopback, and asked for by a loopback name: a web page elsewhere must not read through a browser."""
    host = connection.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    try:
        local_peer = connection.client is not None and ip_address(connection.client.host).is_loopback
    except ValueError:
        return False
    return local_peer and host in {"127.0.0.1", "localhost", "::1"}
