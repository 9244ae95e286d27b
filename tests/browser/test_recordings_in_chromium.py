"""A collector listens to a call beside its transcript, in a real Chromium."""

from __future__ import annotations

import pytest
from floor_for_pages import Served
from playwright.sync_api import Browser, expect
from recorded import SECONDS, recorded_call
from sqlmodel import select

from ledger.tables import AuditEntry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEVEL = """async () => {
  const sound = document.getElementById('recording');
  const bytes = await (await fetch(sound.src)).arrayBuffer();
  const context = new OfflineAudioContext(2, 8000, 8000);
  const decoded = await context.decodeAudioData(bytes);
  const loudest = (side, from, to) => Math.max(...decoded.getChannelData(side).slice(from * 8000, to * 8000));
  return [loudest(0, 4, 6), loudest(1, 4, 6), loudest(0, 8.1, 8.9)];
}"""


def test_a_click_on_a_turn_plays_the_call_from_there(served: Served, browser: Browser) -> None:
    case_id, recording_id = recorded_call(served.floor)
    page = browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.url}/desk?case={case_id}")
    player = page.locator("#recording")
    expect(player).to_be_visible()
    places = page.locator(".say .place")
    expect(places).to_have_count(2)
    expect(places.nth(1)).to_have_text("▶ 0:04")
    expect(page.locator(".say").nth(2)).to_contain_text("Sound not kept")
    places.nth(1).click()
    page.wait_for_function("document.getElementById('recording').currentTime > 4.2")
    assert page.evaluate("document.getElementById('recording').currentTime") < 8
    assert page.evaluate("document.getElementById('recording').duration") == pytest.approx(SECONDS, abs=0.1)
    left, right, card = page.evaluate(LEVEL)
    assert min(left, right) > 0.2
    assert card == 0
    assert recording_id in page.evaluate("document.getElementById('recording').src")
    with served.floor.ledger.read() as work:
        kinds = work.session.exec(select(AuditEntry.kind).where(AuditEntry.subject == recording_id)).all()
    assert "recording.played" in kinds
