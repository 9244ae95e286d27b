"""Structured logs: one JSON object a line on standard error, and nothing in it that names a person.

Events carry opaque ids, counts and codes. Two nets catch what slips: only keys on the safe list pass, and a value that
looks like personal data (an e-mail, a long run of digits, Han text) is replaced even under a safe key.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

LOG_KEYS = {"event", "level", "timestamp", "logger", "exc_type", "exc_where"}
IDS = {
    *("account_id", "attempt_id", "batch_id", "case_id", "conversation_id", "debtor_id", "facts_hash", "model_id"),
    "recording_id",
}
CODES = {"action", "agent", "channel", "check", "code", "disposition", "intent", "job", "language", "scope"}
STATES = {
    "allowed",
    "outcome",
    "priority",
    "queue",
    "reason",
    "reasons",
    "stage",
    "status",
    "template",
    "tier",
    "trigger",
    "version",
    "why",
}
FIGURES = {"count", "denied", "finished", "ms", "pid", "planned", "port", "rows", "scored", "seconds", "seq", "tried"}
PLACES = {"file", "host", "url_path"}
TIMES = {"as_of", "day", "slot", "timestamp"}
SAFE_KEYS = LOG_KEYS | IDS | CODES | STATES | FIGURES | PLACES | TIMES
PERSONAL = re.compile(r"\S+@\S+|(?<![0-9a-f-])\+?\d[\d -]{6,}\d(?![0-9a-f-])|[\u4e00-\u9fff]")
HIDDEN = "[hidden]"
STRUCTLOG_OWN = ("_record", "_from_structlog")


def hide_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop keys that are not on the safe list and hide values that look personal; the event stays, so nothing is lost
    but the words."""
    cleaned: EventDict = {}
    for key, value in event.items():
        if key in STRUCTLOG_OWN:
            cleaned[key] = value
        elif key not in SAFE_KEYS:
            cleaned.setdefault("hidden_keys", []).append(key)
        else:
            cleaned[key] = _clean(value) if key not in TIMES else value
    return cleaned


def name_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep an exception's type and place; its message may quote a debtor."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exc_type"] = type(error).__name__
        frame = error.__traceback__
        while frame and frame.tb_next:
            frame = frame.tb_next
        if frame:
            event["exc_where"] = f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
    return event


def configure(level: str) -> None:
    """Send our events, and the libraries' warnings, through the nets to standard error.

    `level`: 'debug', 'info', 'warning' or 'error'.
    """
    nets: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
        hide_personal,
    ]
    structlog.configure(
        processors=[*nets, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=nets,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    # Libraries log addresses and request lines at INFO; a chat link in an access log is a key to a conversation.
    logging.basicConfig(handlers=[handler], level=max(logging.WARNING, getattr(logging, level.upper())), force=True)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return PERSONAL.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return HIDDEN
