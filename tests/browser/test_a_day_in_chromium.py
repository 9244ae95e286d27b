"""A newcomer's first half hour: the demo as it is started, the real bot behind the page, the case on the desk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rasa_serving import NO_RASA, has_rasa

pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """`amends demo`, played to the end of its day and still serving; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "AMENDS_HOME": str(home), "AMENDS_PORT": str(port), "AMENDS_ASR_MODEL": "none"}
    printed = (home / "printed").open("w+")
    process = subprocess.Popen(
        [Path(sys.executable).parent / "amends", "demo", "--accounts", "30", "--json"],
        stdout=printed,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    try:
        limit = time.monotonic() + 250
        while "serving on" not in (home / "printed").read_text():
            assert process.poll() is None, (home / "printed").read_text()
            assert time.monotonic() < limit
            time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(30)
        printed.close()
    assert ended == 0


@pytest.fixture
def page(browser, demo):
    context = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    yield page
    assert page.faults == []
    context.close()


def chat(page, language, *said):
    """Open the first link of a language on the front page, say these, and give the bot's last lines."""
    page.goto("/language/en?back=/")
    row = page.locator("table tr", has_text=language).first
    identity = row.locator("td").last.inner_text().strip()
    page.goto(row.locator("a").get_attribute("href"))
    page.locator("#start").click()
    for text in said:
        page.locator("#text").fill(text.replace("IDENTITY", identity))
        page.keyboard.press("Enter")
        expect(page.locator(".pending")).to_have_count(0)
    return page.locator("#log").inner_text()


def test_a_debtor_types_a_promise_in_english(page):
    told = chat(page, "English", "IDENTITY", "I can pay the full amount due tomorrow", "yes", "how do I pay?")
    opening, _, rest = told.partition("Thank you, that matches")
    assert "automated assistant" in opening
    assert "past due" not in opening
    assert "Let me read that back" in rest
    assert "I have noted" in rest
    assert "official app" in rest


def test_a_debtor_types_a_worry_in_chinese_and_a_collector_wraps_it_up(page):
    told = chat(page, "Chinese", "IDENTITY", "我失业了，真的还不上")
    assert "逾期" not in told.partition("核对一致")[0]
    assert "同事" in told
    page.goto("/desk")
    page.get_by_text("hardship or job loss").last.click()
    expect(page.locator(".words")).to_contain_text("失业")
    expect(page.locator(".case")).to_contain_text("我失业了，真的还不上")
    page.get_by_text("Take", exact=True).click()
    page.get_by_label("Disposition").click()
    page.get_by_role("option", name="referred to hardship").click()
    page.get_by_label("Note").fill("A plan that fits what they can afford.")
    page.get_by_text("Wrap up", exact=True).click()
    expect(page.locator(".case-top")).to_contain_text("wrapped up by demo")


def test_a_manager_sees_the_effect_before_publishing(page):
    page.goto("/strategy")
    expect(page.get_by_text("No account changes tier.")).to_be_visible()
    page.get_by_label("Willingness threshold").locator("[tabindex]").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("No account changes tier.")).to_have_count(0)
