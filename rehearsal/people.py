"""Made-up people behind real account references, for data sets that have none.

The same seed and reference always give the same person, so that a simulated debtor can be told who they are without
anything in clear being kept. Nobody here can be reached: the phone numbers cannot exist and the mail domains are
reserved (RFC 2606).

* United States: the exchange code (the three digits after the area code) starts with 0, and the North American
  Numbering Plan gives out none that starts with 0 or 1. The range 555-0100 to 555-0199, kept for fiction, is too small:
  two people on one number would share its daily limits.
* China: the number starts with 0 after +86. 0 is the trunk prefix, so no subscriber number starts with it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random

from ledger.importing.contacts import MadeContact
from ledger.importing.rows import Person

ZH_SHARE = 0.60
UNKNOWN_ZONE_SHARE = 0.02
REVOKED_SHARE = 0.02
SILENT_SHARE = 0.03
"""People who were never asked for a consent."""

ZH_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
ZH_GIVEN = (
    *("嘉禾", "子安", "云舒", "明远", "若溪", "书言", "景行", "清和", "思齐", "予宁"),
    *("知夏", "文澜", "晓棠", "一帆", "之恒", "沐阳", "敏", "岚", "磊", "静"),
)
EN_GIVEN = (
    *("Abigail", "Amara", "Benjamin", "Carmen", "Dominic", "Elena", "Felix", "Grace", "Hassan", "Irene"),
    *("Jonas", "Keisha", "Leo", "Maribel", "Nathan", "Olivia", "Priya", "Quentin", "Rosa", "Samuel"),
)
EN_FAMILY = (
    *("Ashby", "Brookes", "Castellano", "Dunmore", "Ellery", "Fairbank", "Grantham", "Hollis", "Ibarra", "Kessler"),
    *("Lockwood", "Marlowe", "Novak", "Okafor", "Pemberton", "Quigley", "Ramsey", "Sandoval", "Thackeray", "Winslow"),
)
EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an American lives: an area code, the packs that bind there, and every zone it may be."""

    area_code: str
    jurisdictions: tuple[str, ...]
    zones: tuple[str, ...]


US_PLACES = (
    Place("216", ("US-FED",), (EASTERN,)),
    Place("404", ("US-FED",), (EASTERN,)),
    # Parts of this area code keep Eastern and parts Central time: a contact must suit both.
    Place("850", ("US-FED",), (EASTERN, CENTRAL)),
    Place("512", ("US-FED",), (CENTRAL,)),
    Place("314", ("US-FED",), (CENTRAL,)),
    Place("801", ("US-FED",), (MOUNTAIN,)),
    Place("602", ("US-FED",), ("America/Phoenix",)),
    Place("206", ("US-FED",), (PACIFIC,)),
    Place("415", ("US-FED", "US-CA"), (PACIFIC,)),
    Place("619", ("US-FED", "US-CA"), (PACIFIC,)),
)


@dataclass(frozen=True, slots=True)
class MadeUpPeople:
    """A ContactMaker: about six in ten speak Chinese and live in China, the others English, in the United States.

    About one in fifty lives nobody knows where, and so can never be contacted; a few have taken back a consent.
    """

    seed: int

    def contact_for(self, external_ref: str) -> MadeContact:
        """The person who owes this account."""
        draw = self._draw("person", external_ref)
        jurisdictions: tuple[str, ...]
        zones: tuple[str, ...]
        chinese = draw.random() < ZH_SHARE
        place = draw.choice(US_PLACES)
        if chinese:
            name = draw.choice(ZH_FAMILY) + draw.choice(ZH_GIVEN)
            phone = f"+86000{draw.randrange(10**8):08d}"
            jurisdictions, zones = ("CN",), ("Asia/Shanghai",)
        else:
            name = f"{draw.choice(EN_GIVEN)} {draw.choice(EN_FAMILY)}"
            phone = f"+1{place.area_code}0{draw.randrange(10**6):06d}"
            jurisdictions, zones = place.jurisdictions, place.zones
        if draw.random() < UNKNOWN_ZONE_SHARE:
            zones = ()
        mailbox = hashlib.sha256(f"{self.seed}|mail|{external_ref}".encode()).hexdigest()[:12]
        return MadeContact(
            person=Person(name, phone, f"{mailbox}@example.com", self.identity_last4(external_ref)),
            language="zh" if chinese else "en",
            jurisdictions=jurisdictions,
            tz_candidates=zones,
            consents=tuple(
                (kind, status) for kind in ("artificial_voice", "chat") if (status := _consent(draw.random()))
            ),
        )

    def identity_last4(self, external_ref: str) -> str:
        """The right-party answer: last four digits of the person's ID document."""
        return f"{self._draw('identity', external_ref).randrange(10**4):04d}"

    def _draw(self, purpose: str, external_ref: str) -> Random:
        return Random(f"{self.seed}|{purpose}|{external_ref}")


def _consent(draw: float) -> str:
    if draw < REVOKED_SHARE:
        return "revoked"
    return "" if draw < REVOKED_SHARE + SILENT_SHARE else "granted"
