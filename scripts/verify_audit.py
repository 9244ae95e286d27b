#!/usr/bin/env python3
"""Check an export of Amends' audit chain without Amends: Python 3.9 or newer and nothing else.

    python3 verify_audit.py EXPORT.jsonl --anchor ANCHOR --key PUBLIC.pem [--audit-key KEYS] [--json]

EXPORT comes from `amends audit verify --export`, PUBLIC.pem from `amends audit key`, ANCHOR is the file outside to
which Amends appends signed heads. With KEYS, the key file of the installation, the signatures of the entries are
checked, too.

Exit 0: every entry is what was written. 1: one is not, and the first such is named. 2: the question was wrong.

It shares no code with Amends on purpose: it is written from docs/audit.md, and a fault of the one is not a fault of the
other.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

FIELDS = {"at", "facts", "hash", "kind", "previous", "seq", "signature", "subject"}
HEAD_FORM = "amends-audit-head-1"
FIRST_PREVIOUS = "0" * 64


class Unusable(Exception):
    """A file that cannot be worked with; the message is one line for whoever gave it."""


class Broken(Exception):
    """The first entry that is not what was written."""

    def __init__(self, seq: int, why: str, vouched: int | None = None) -> None:
        super().__init__(why)
        self.seq, self.why, self.vouched = seq, why, vouched


# One for all entries: `json.dumps` would make one for each.
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


# --- Ed25519 (RFC 8032, section 5.1.7), in the plain arithmetic of the RFC ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def _x_of(y: int, odd: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    return P - x if x & 1 != odd else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def _add(one, other):
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _packed(point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpacked(packed: bytes):
    number = int.from_bytes(packed, "little")
    y, odd = number & (2**255 - 1), number >> 255
    x = _x_of(y, odd) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature of `message` was made with the private half of `public`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    point, scalar = _unpacked(public), int.from_bytes(signature[32:], "little")
    if point is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], 1, P - point[3])
    return _packed(_add(_times(scalar, BASE), _times(challenge, minus))) == signature[:32]


# --- the files ---


def read_text(path: str, what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{what} {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unusable(f"{what} {path} cannot be read: it is no text") from None


def read_public_key(path: str) -> bytes:
    lines = read_text(path, "the public key").split("\n")
    try:
        der = base64.b64decode("".join(line for line in lines if "-----" not in line), validate=True)
    except ValueError:
        der = b""
    if len(der) != 44 or not der.startswith(bytes.fromhex("302a300506032b6570032100")):
        raise Unusable(f"the public key {path} is no Ed25519 key in PEM")
    return der[12:]


def read_audit_key(path: str) -> bytes:
    lines = read_text(path, "the key file").split()
    try:
        keys = [bytes.fromhex(line) for line in lines]
    except ValueError:
        keys = []
    if [len(key) for key in keys] != [32, 32, 32]:
        raise Unusable(f"the key file {path} does not hold three keys of 64 hex digits")
    return keys[2]


def read_anchor(path: str, public: bytes) -> list[tuple[int, str | None, str]]:
    """Sequence number, hash (None: not signed with the key) and time of every head, in the order of their numbers."""
    key_id = hashlib.sha256(public).hexdigest()[:16]
    lines = read_text(path, "the anchor").split("\n")
    heads, seen = [], {}
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            signature = bytes.fromhex(told["signature"])
            rest = {name: value for name, value in told.items() if name != "signature"}
            right = line == canonical(told) and told["form"] == HEAD_FORM and type(told["seq"]) is int
        except (ValueError, KeyError, TypeError, AttributeError):
            right = False
        if not right:
            # The last line may be half-written, and a half-written line is written again in full behind itself.
            if not line or number == len(lines) or lines[number].startswith(line):
                continue
            raise Unusable(f"the anchor {path} cannot be read: line {number} is no head of an audit chain")
        if line not in seen:
            message = canonical(rest).encode()
            seen[line] = told["key_id"] == key_id and signed_by(public, message, signature)
        heads.append((told["seq"], told["hash"] if seen[line] else None, told["at"]))
    return sorted(heads, key=lambda head: head[0])


# --- the check ---


def check_line(line: bytes, expected: int, previous: str, audit_key: bytes | None) -> str:
    """The hash of the entry on this line.

    :raises Broken: it is not what was written.
    """
    try:
        text = line.decode()
        entry = json.loads(text)
        kept, signature = entry["hash"], entry["signature"]
        is_entry = isinstance(entry["facts"], dict) and set(entry) == FIELDS and type(entry["seq"]) is int
        # Spelled in the one way: no field twice, nothing that two readers could read differently.
        is_entry = is_entry and canonical(entry) == text
    except (ValueError, KeyError, TypeError):
        raise Broken(expected, "was altered") from None
    if not is_entry:
        raise Broken(expected, "was altered")
    if entry["seq"] != expected:
        raise Broken(expected, "is missing or out of order")
    if entry["previous"] != previous:
        raise Broken(expected, "does not follow the entry before it")
    del entry["hash"], entry["signature"]
    if hashlib.sha256(canonical(entry).encode()).hexdigest() != kept:
        raise Broken(expected, "was altered")
    if audit_key is not None and hmac.new(audit_key, kept.encode(), "sha256").hexdigest() != signature:
        raise Broken(expected, "is not signed with our key")
    return kept


def check(lines, heads, audit_key):
    """Walk the export.

    :returns: how many entries there are, and the hash of the last one.
    :raises Broken: one of them is not what was written.
    """
    previous, count, vouched, ahead = FIRST_PREVIOUS, 0, 0, 0
    for line in lines:
        expected = count + 1
        previous = check_line(line.rstrip(b"\n"), expected, previous, audit_key)
        while ahead < len(heads) and heads[ahead][0] == expected:
            _, known, at = heads[ahead]
            if known is None:
                raise Broken(expected, "has an anchor that is not signed with our key", vouched)
            if known != previous:
                raise Broken(expected, f"is not what the anchor of {at} says", vouched)
            vouched, ahead = expected, ahead + 1
        count = expected
    if ahead < len(heads):
        known, _, at = heads[ahead]
        raise Broken(count + 1, f"is missing: the anchor of {at} knows {known} entries", vouched)
    return count, previous


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Check an export of Amends' audit chain.")
    parser.add_argument("export", help="what `amends audit verify --export` wrote")
    parser.add_argument("--anchor", help="the file outside with the signed heads")
    parser.add_argument("--key", help="the public key of the heads (PEM), from `amends audit key`")
    parser.add_argument("--audit-key", help="the installation's key file: checks every entry's signature, too")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    given = parser.parse_args(arguments)
    try:
        if (given.anchor is None) != (given.key is None):
            raise Unusable("--anchor and --key go together")
        heads = read_anchor(given.anchor, read_public_key(given.key)) if given.anchor else []
        audit_key = read_audit_key(given.audit_key) if given.audit_key else None
        told = {
            "signatures_checked": audit_key is not None,
            "tail_guarded": given.anchor is not None,
            "anchored": max((head[0] for head in heads), default=0) if given.anchor else None,
        }
        try:
            with open(given.export, "rb") as lines:
                count, last = check(lines, heads, audit_key)
        except OSError as error:
            raise Unusable(f"the export {given.export} cannot be read: {error.strerror}") from None
        except Broken as broken:
            told |= {"intact": False, "first_broken": broken.seq, "vouched": broken.vouched, "why": broken.why}
        else:
            told |= {"intact": True, "entries": count, "hash": last}
    except Unusable as unusable:
        sys.stderr.write(f"verify_audit: {unusable}\n")
        return 2
    sys.stdout.write(f"{json.dumps(told, ensure_ascii=False) if given.json else in_words(told)}\n")
    return 0 if told["intact"] else 1


def in_words(told: dict) -> str:
    if not told["intact"]:
        known = "" if told["vouched"] is None else f"; what is vouched for ends with entry {told['vouched']}"
        return f"broken: entry {told['first_broken']} {told['why']}{known}"
    lines = [f"intact: {told['entries']} entries"]
    if told["tail_guarded"]:
        lines.append(f"the anchor vouches for the first {told['anchored']}")
    else:
        lines.append("no anchor was given: entries cut off from the end, or all of it made anew, would not be noticed")
    if not told["signatures_checked"]:
        lines.append("no key file was given: the signatures of the entries were not checked")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
