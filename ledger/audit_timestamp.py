"""A time-stamp request (RFC 3161, section 2.4.1) in DER: asks an authority to sign that a document existed. Pure."""

from __future__ import annotations

import hashlib

SHA_256 = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier: id-sha256 (2.16.840.1.101.3.4.2.1) with NULL parameters."""
VERSION_1, WITH_CERTIFICATE = b"\x02\x01\x01", b"\x01\x01\xff"


def request(document: bytes) -> bytes:
    """TimeStampReq for the SHA-256 of a document; no nonce, so that anybody can make the same request again."""
    imprint = _sequence(SHA_256 + b"\x04\x20" + hashlib.sha256(document).digest())
    return _sequence(VERSION_1 + imprint + WITH_CERTIFICATE)


def _sequence(content: bytes) -> bytes:
    return bytes((0x30, len(content))) + content  # always short: one byte says how long
