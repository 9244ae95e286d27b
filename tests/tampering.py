"""What somebody might do to an audit chain, a thousand times over, and which entry a check has to name."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

Entry = dict[str, Any]
"""seq, at, kind, subject, facts, previous, hash, signature; `facts` as an object."""
FIELDS = ("seq", "at", "kind", "subject", "facts", "previous", "hash", "signature")


@dataclass(frozen=True)
class Tampered:
    """The chain afterwards, and its first entry that is not what was written."""

    what: str
    entries: list[Entry]
    first: int
    with_key: bool = False
    """Whoever did it has the audit key: only an anchor can tell, and it tells no finer than it was made."""


def hashed(entry: Entry) -> str:
    body = {name: value for name, value in entry.items() if name not in ("hash", "signature")}
    spelled = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()


def chained_anew(entries: Sequence[Entry], begin: int, key: bytes) -> list[Entry]:
    """The chain with every number, hash and signature from the place `begin` (counted from 0) on made again."""
    made = [dict(entry) for entry in entries[:begin]]
    for entry in entries[begin:]:
        previous = made[-1]["hash"] if made else "0" * 64
        anew = {**entry, "seq": len(made) + 1, "previous": previous}
        anew["hash"] = hashed(anew)
        anew["signature"] = hmac.new(key, anew["hash"].encode(), "sha256").hexdigest()
        made.append(anew)
    return made


def _other(chance: Random, entry: Entry, field: str) -> Any:
    """Another value for a field, as like the old one as a forger would make it."""
    value = entry[field]
    if field == "seq":
        return value + chance.choice((-1, 1, 7, 1_000_000))
    if field == "at":
        return (datetime.fromisoformat(value) + timedelta(microseconds=chance.choice((1, -1, 60_000_000)))).isoformat()
    if field == "facts":
        name = chance.choice(sorted(value))
        changed = {**value, name: None if value[name] is not None else 0}
        return chance.choice((changed, {**value, "more": 1}, {each: value[each] for each in value if each != name}))
    place = chance.randrange(len(value))
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]


def altered(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place, field = chance.randrange(len(chain)), chance.choice(FIELDS)
    chain[place] = {**chain[place], field: _other(chance, chain[place], field)}
    return Tampered(f"{field} altered", chain, place + 1)


def altered_and_hashed(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place, field = chance.randrange(len(chain)), chance.choice(("at", "kind", "subject", "facts"))
    chain[place] = {**chain[place], field: _other(chance, chain[place], field)}
    chain[place]["hash"] = hashed(chain[place])
    return Tampered(f"{field} altered with its hash", chain, place + 1)


def dropped(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place = chance.randrange(len(chain))
    return Tampered("dropped", chain[:place] + chain[place + 1 :], place + 1, place == len(chain) - 1)


def dropped_and_renumbered(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place = chance.randrange(len(chain) - 1)
    rest = [{**entry, "seq": entry["seq"] - 1} for entry in chain[place + 1 :]]
    return Tampered("dropped and renumbered", chain[:place] + rest, place + 1)


def inserted(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place = chance.randrange(len(chain) + 1)
    like = dict(chance.choice(chain), seq=place + 1, previous=chain[place - 1]["hash"] if place else "0" * 64)
    like["subject"] = "forged"
    like["hash"] = hashed(like)
    like["signature"] = hmac.new(chance.randbytes(32), like["hash"].encode(), "sha256").hexdigest()
    rest = [{**entry, "seq": entry["seq"] + 1} for entry in chain[place:]] if chance.random() < 0.5 else chain[place:]
    return Tampered("inserted", [*chain[:place], like, *rest], place + 1)


def repeated(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place = chance.randrange(len(chain))
    return Tampered("repeated", [*chain[: place + 1], dict(chain[place]), *chain[place + 1 :]], place + 2)


def swapped(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    one, other = sorted(chance.sample(range(len(chain)), 2))
    chain[one], chain[other] = chain[other], chain[one]
    return Tampered("swapped", chain, one + 1)


def swapped_but_for_the_numbers(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    one, other = sorted(chance.sample(range(len(chain)), 2))
    chain[one], chain[other] = {**chain[other], "seq": one + 1}, {**chain[one], "seq": other + 1}
    return Tampered("swapped but for the numbers", chain, one + 1)


def moved(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    begin, end = sorted(chance.sample(range(len(chain) + 1), 2))
    part = chain[begin:end]
    order = part[1:] + part[:1] if len(part) > 1 else part
    if order == part:
        return swapped(chance, chain, _key)
    return Tampered("moved", chain[:begin] + order + chain[end:], begin + 1)


def beheaded(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    return Tampered("beheaded", chain[chance.randrange(1, len(chain)) :], 1)


def cut_off(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    left = chance.randrange(len(chain))
    return Tampered("cut off", chain[:left], left + 1, with_key=True)


def rewritten_without_the_key(chance: Random, chain: list[Entry], _key: bytes) -> Tampered:
    place = chance.randrange(len(chain))
    chain[place] = {**chain[place], "subject": "rewritten"}
    anew = chained_anew(chain, place, chance.randbytes(32))
    if chance.random() < 0.5:  # keeping the old signatures
        anew = [{**entry, "signature": old["signature"]} for entry, old in zip(anew, chain, strict=True)]
    return Tampered("rewritten without the key", anew, place + 1)


def rewritten_with_the_key(chance: Random, chain: list[Entry], key: bytes) -> Tampered:
    place = chance.randrange(len(chain))
    how = chance.randrange(3)
    if how == 0:
        chain[place] = {**chain[place], "subject": "rewritten"}
    elif how == 1:
        del chain[place]
    else:
        chain.insert(place, {**chain[place], "subject": "forged"})
    return Tampered("rewritten with the key", chained_anew(chain, place, key), place + 1, with_key=True)


WAYS: tuple[Callable[[Random, list[Entry], bytes], Tampered], ...] = (
    altered,
    altered,
    altered,
    altered_and_hashed,
    dropped,
    dropped_and_renumbered,
    inserted,
    repeated,
    swapped,
    swapped_but_for_the_numbers,
    moved,
    beheaded,
    cut_off,
    rewritten_without_the_key,
    rewritten_with_the_key,
)


def tampered(seed: int, chain: Sequence[Entry], key: bytes) -> Tampered:
    """One random way of tampering with a chain; the same for the same seed."""
    chance = Random(seed)
    return WAYS[seed % len(WAYS)](chance, list(chain), key)
