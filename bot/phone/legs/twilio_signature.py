"""Whether a request comes from the carrier: Twilio's signature, made again and compared in constant time.

HMAC-SHA1 with the account's token over the URL and the sorted form fields, in base64; a JSON body is vouched for by the
`bodySHA256` in the URL. The handshake of a media stream is signed like a request without fields.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit, urlunsplit

Fields = Iterable[tuple[str, str]]
MOST_REMEMBERED = 10_000
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


def sign(token: str, url: str, fields: Fields = ()) -> str:
    """The signature of a request to `url`; a field given twice with one value counts once."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def body_hash(body: bytes) -> str:
    """What `bodySHA256` in the URL must be."""
    return hashlib.sha256(body).hexdigest()


def is_signed(token: str, url: str, signature: str, fields: Fields = (), body: bytes | None = None) -> bool:
    """Whether the holder of `token` sent this.

    :param url: as the carrier was given it: the address that reaches us from outside, with its query.
    :param fields: of a form; leave them out for JSON.
    :param body: of a JSON request, which then has to be vouched for by the URL.
    """
    if not token:
        return False
    given = list(fields)
    # Twilio signs with the port or without it, whichever its back end happens to have.
    forms = {url, _with_port(url), _without_port(url)}
    told = signature.encode()
    fits = [hmac.compare_digest(sign(token, form, given).encode(), told) for form in forms]
    if body is None:
        return any(fits)
    promised = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    return any(fits) and hmac.compare_digest(body_hash(body).encode(), promised.encode())


class Seen:
    """Signatures that were acted on: each counts once, however often it is sent.

    The carrier sends a callback again when our answer was lost, and so can whoever recorded it; each carries a running
    number, so that two true ones never look alike.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._signatures: OrderedDict[str, None] = OrderedDict()

    def first_time(self, signature: str) -> bool:
        """True once for each signature, of the last `most`."""
        if signature in self._signatures:
            return False
        self._signatures[signature] = None
        if len(self._signatures) > self._most:
            self._signatures.popitem(last=False)
        return True


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.port or parts.scheme not in _PORTS:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}:{_PORTS[parts.scheme]}"))


def _without_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.port is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
