import ast
import io
import json
import logging
import sys
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app import logs

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bot", "desk", "ledger", "rehearsal", "speech", "strategy")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls():
    """Every call in our rooms that logs an event: where it stands, and its keys."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.is_relative_to(ROOT / "bot" / "rasa"):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                names_an_event = isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
                if names_an_event and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", {keyword.arg for keyword in node.keywords}


@pytest.fixture
def written(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("info")
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_opaque_ids_and_counts_pass(written):
    structlog.get_logger().info("attempt reserved", attempt_id="9f3ac1d2e5b04c7788aa01fe23cd4567", count=3)
    (line,) = written()
    assert line["event"] == "attempt reserved"
    assert line["attempt_id"] == "9f3ac1d2e5b04c7788aa01fe23cd4567"
    assert line["count"] == 3


def test_a_key_nobody_vouched_for_is_dropped(written):
    structlog.get_logger().info("turn", text="I lost my job", name="Maria Lopez")
    (line,) = written()
    assert set(line["hidden_keys"]) == {"text", "name"}
    assert "job" not in json.dumps(line)


def test_no_event_of_ours_loses_a_key():
    calls = dict(log_calls())
    assert len(calls) >= 10
    lost = {place: keys - logs.SAFE_KEYS - {"exc_info"} for place, keys in calls.items()}
    assert not {place: keys for place, keys in lost.items() if keys}


def test_an_exception_keeps_its_place_and_loses_its_words(written):
    try:
        raise ValueError("maria@example.com said no")
    except ValueError:
        structlog.get_logger().error("turn failed", exc_info=True)
    (line,) = written()
    assert line["exc_type"] == "ValueError"
    assert "maria" not in json.dumps(line)


def test_a_library_warning_goes_through_the_same_nets(written):
    logging.getLogger("some.library").warning("could not reach +1 555 010 9999 for 王小明")
    (line,) = written()
    assert "555" not in json.dumps(line)
    assert "王" not in json.dumps(line, ensure_ascii=False)


def test_a_library_exception_keeps_its_place_and_loses_its_words(written):
    try:
        raise RuntimeError("王小明 owes 500")
    except RuntimeError:
        logging.getLogger("apscheduler").exception("a job failed")
    (line,) = written()
    assert line["exc_type"] == "RuntimeError"
    assert "test_logs" in line["exc_where"]
    assert "王" not in json.dumps(line, ensure_ascii=False)


personal = st.one_of(
    st.emails(),
    st.from_regex(r"\+?1 ?555 ?01[0-9]{2} ?[0-9]{4}", fullmatch=True),
    st.text(alphabet="王李张小明红", min_size=2, max_size=4),
)


@given(value=personal, key=st.sampled_from(["event", "reason", "text", "phone", "why"]))
def test_no_personal_value_survives_under_any_key(value, key):
    line = logs.hide_personal(None, "info", {"event": "x", key: f"about {value} today"})
    assert value not in json.dumps(line, ensure_ascii=False)
