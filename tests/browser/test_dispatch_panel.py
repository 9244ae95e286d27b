"""Pausing and resuming in the strategy room, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest
from floor_for_pages import Served
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, delete, select

from ledger.tables import AuditEntry, DispatchSwitch, StrategyVersion
from strategy.dispatch.switches import BREAKER, read_switches, switch
from strategy.pacing import Hours, Pacing
from strategy.versions import active

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CAMPAIGN = "campaign:persuade/chat"


@pytest.fixture(autouse=True)
def as_before_afterwards(served: Served) -> Iterator[None]:
    """The floor is shared: everything runs again, by the strategy that was in force."""
    with served.floor.ledger.read() as work:
        version = active(work)[0]
    yield
    with served.floor.ledger.begin() as work:
        work.session.exec(delete(DispatchSwitch))
        work.session.exec(delete(StrategyVersion).where(col(StrategyVersion.version) > version))
        work.session.exec(select(StrategyVersion).where(StrategyVersion.version == version)).one().status = "active"


def room_of(browser: Browser, served: Served, locale: str, name: str) -> Page:
    page = browser.new_context(locale=locale, viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.url}/sign-in?next=/strategy")
    page.locator("input[name=name]").fill(name)
    page.locator("form button").click()
    expect(page.locator("table.dispatch")).to_be_visible(timeout=20_000)  # the first page takes its time
    return page


def test_a_person_pauses_a_channel_and_another_sees_it_and_resumes(served: Served, browser: Browser) -> None:
    anna, bo = room_of(browser, served, "en-US", "Anna"), room_of(browser, served, "zh-CN", "Bo")
    expect(anna.locator(".feed-notice")).to_have_count(0)
    anna.get_by_label("Pause: channel: call").click()
    row = anna.locator('tr[data-scope="channel:voice"]')
    expect(row).to_contain_text("paused")
    expect(row).to_contain_text("Anna")
    expect(bo.locator(".feed-notice")).to_contain_text("Anna")
    expect(bo.locator('tr[data-scope="channel:voice"]')).to_contain_text("已暂停")
    resume = bo.get_by_label("恢复: 渠道：电话")
    resume.click()
    bo.get_by_text("取消", exact=True).click()
    with served.floor.ledger.read() as work:
        assert read_switches(work)["channel:voice"].state == "paused", "asked first"
    resume.click()
    bo.locator(".asked .btn.main").click()
    expect(row).to_contain_text("running")
    expect(row).to_contain_text("Bo")
    expect(anna.locator(".feed-notice")).to_have_count(0)
    with served.floor.ledger.read() as work:
        kinds = select(AuditEntry.kind, AuditEntry.facts).where(AuditEntry.subject == "channel:voice")
        assert [(kind, facts["by"]) for kind, facts in work.session.exec(kinds)] == [
            ("dispatch.paused", "Anna"),
            ("dispatch.resumed", "Bo"),
        ]


def test_what_the_breaker_stopped_stands_at_the_top_with_its_figures(served: Served, browser: Browser) -> None:
    page = room_of(browser, served, "en-US", "Anna")
    figures = {"contacts": 20, "failures": 14, "complaints": 0, "window_minutes": 60}
    with served.floor.ledger.begin() as work:
        switch(work, CAMPAIGN, "paused", BREAKER, "failures", figures)
    notice = page.locator(".feed-notice")
    expect(notice).to_contain_text("campaign: persuade by chat")
    expect(notice).to_contain_text("too many failures (20 contacts, 14 failed, 0 complaints)")
    page.get_by_label("Drain: everything").click()
    expect(page.locator('tr[data-scope="all"]')).to_contain_text("drained, empty")
    expect(notice).to_have_count(2)


def test_pace_hours_and_breaker_are_changed_and_published(served: Served, browser: Browser) -> None:
    page = room_of(browser, served, "en-US", "Anna")
    with served.floor.ledger.read() as work:
        before = active(work)[1]
    page.get_by_label("chat: most in a minute").fill("60")
    page.get_by_label("call: most at once").fill("")
    page.get_by_label("Share of complaints").fill("7.5")
    page.get_by_label("Failures, at least").fill("4")
    hours = page.get_by_label("Hours of contact: remind")
    hours.fill("8:00-17:00")  # half typed, and outside business hours: the draft waits
    hours.fill("10:00-17:00")
    page.wait_for_timeout(800)
    page.get_by_text("Publish as a new version", exact=True).last.click()
    expect(page.get_by_text("Published version")).to_be_visible()
    with served.floor.ledger.read() as work:
        found = active(work)[1]
    assert found.treatments["remind"].hours == Hours(time(10), time(17))
    assert found.pacing == Pacing({**before.pacing.lines, "voice": None}, {**before.pacing.per_minute, "chat": 60})
    assert found.breaker == replace(before.breaker, complaint_rate=0.075, least_failures=4)
    assert replace(found, treatments=before.treatments, pacing=before.pacing, breaker=before.breaker) == before
