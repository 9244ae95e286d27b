"""Whether a database and a key file belong together.

They lie apart, and on a server a database may well be met by a key file of another installation: what is sealed would
not open, and what comes next would be sealed and signed by keys that fit nothing before.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields

from sqlmodel import select

from ledger.keys import Keys
from ledger.ledger import Ledger
from ledger.tables import KeyCheck

_ASKED = b"amends: which key is this?"


class WrongKeys(Exception):
    """The database was sealed with other keys."""


def require_its_keys(ledger: Ledger) -> None:
    """Hold the ledger's keys against what its database remembers of them; a database that remembers none is told.

    :raises WrongKeys: they are not the ones it was sealed with.
    """
    if not _agrees(ledger):
        with ledger.begin() as work:
            # Read again inside: another process may have been the first.
            told = set(work.session.exec(select(KeyCheck.key)).all())
            for key, value in _values(ledger.keys).items():
                if key not in told:
                    work.session.add(KeyCheck(key=key, value=value))
        _agrees(ledger)


def _agrees(ledger: Ledger) -> bool:
    """False where the database does not know all keys yet."""
    with ledger.read() as work:
        told = dict(work.session.exec(select(KeyCheck.key, KeyCheck.value)).all())
    ours = _values(ledger.keys)
    if wrong := sorted(key for key, value in told.items() if ours.get(key) != value):
        raise WrongKeys(f"the database was sealed with another {' and another '.join(wrong)} key")
    return told.keys() == ours.keys()


def _values(keys: Keys) -> dict[str, str]:
    return {each.name: hmac.new(getattr(keys, each.name), _ASKED, hashlib.sha256).hexdigest() for each in fields(keys)}
