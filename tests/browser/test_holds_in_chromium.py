"""Holds, consents and wishes on the desk, by two collectors in a real browser."""

from __future__ import annotations

import pytest
from floor_for_pages import Served
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from ledger.tables import AuditEntry, Case, Consent, ContactWish, Hold

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def at_the_desk(served: Served, browser: Browser, name: str, locale: str, case_id: str) -> Page:
    page = browser.new_context(locale=locale, viewport={"width": 1280, "height": 1500}).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.url}/sign-in?next=/desk")
    page.locator("input[name=name]").fill(name)
    page.locator("form button").click()
    page.goto(f"{served.url}/desk?case={case_id}")
    return page


def panel(page: Page, heading: str) -> Locator:
    return page.locator("section.panel").filter(has=page.get_by_role("heading", name=heading, exact=True))


def choose(page: Page, where: Locator, label: str, option: str) -> None:
    where.get_by_label(label).first.click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.fixture
def case_id(served: Served) -> str:
    """A case that no other test touches: the last that was opened for a tier."""
    with served.floor.ledger.read() as work:
        return work.session.exec(select(Case.id).order_by(Case.account_id.desc())).all()[0]


def test_one_places_a_grave_hold_and_asks_and_another_lifts_it(served: Served, browser: Browser, case_id: str) -> None:
    anna = at_the_desk(served, browser, "Anna", "en-US", case_id)
    bo = at_the_desk(served, browser, "Bo", "zh-CN", case_id)
    held = panel(anna, "Holds")
    choose(anna, held, "Kind of hold", "asks to stop contact")
    held.get_by_text("Place hold", exact=True).click()
    expect(held).to_contain_text("two people lift it")
    expect(held).to_contain_text("placed by Anna")
    expect(panel(bo, "暂停联系")).to_contain_text("须两人解除")
    choose(anna, held, "Reason for lifting", "placed by mistake")
    held.get_by_text("Ask to lift", exact=True).click()
    expect(held).to_contain_text("Anna asks to lift it: placed by mistake")
    held.get_by_text("Lift", exact=True).click()
    expect(anna.locator(".q-notification")).to_contain_text("somebody else must")
    panel(bo, "暂停联系").get_by_text("解除", exact=True).click()
    expect(panel(bo, "暂停联系")).to_contain_text("无")
    expect(held).to_contain_text("none")
    with served.floor.ledger.read() as work:
        hold = work.session.exec(select(Hold).where(Hold.reason == "cease")).one()
        assert (hold.placed_by, hold.lift_asked_by, hold.lifted_by) == ("Anna", "Anna", "Bo")
        told = work.session.exec(select(AuditEntry.kind).where(AuditEntry.subject == hold.id)).all()
        assert sorted(told) == ["hold.lift_asked", "hold.lift_refused", "hold.lifted", "hold.placed"]


def test_consents_and_wishes_are_kept_as_they_are_told(served: Served, browser: Browser, case_id: str) -> None:
    page = at_the_desk(served, browser, "Anna", "en-US", case_id)
    sms = page.locator("[data-consent=sms]")
    expect(sms).to_contain_text("never said")
    sms.get_by_text("Grant", exact=True).click()
    expect(sms).to_contain_text("granted")
    wishes = panel(page, "Wishes about contact")
    choose(page, wishes, "Kind of wish", "time that does not suit")
    wishes.get_by_label("Hours").fill("late")
    wishes.get_by_text("Add wish", exact=True).click()
    expect(page.locator(".q-notification").last).to_contain_text("09:00-12:00")
    wishes.get_by_label("Hours").fill("9:00-12:00")
    wishes.get_by_text("Add wish", exact=True).click()
    expect(wishes).to_contain_text("09:00-12:00")
    wishes.get_by_text("Withdraw", exact=True).click()
    expect(wishes).to_contain_text("none")
    with served.floor.ledger.read() as work:
        (wish,) = work.session.exec(select(ContactWish)).all()
        assert (wish.kind, wish.hours, wish.source) == ("inconvenient_time", "09:00-12:00", "desk")
        assert wish.withdrawn_at is not None
        consent = work.session.exec(select(Consent).where(Consent.kind == "sms")).one()
        assert (consent.status, consent.source) == ("granted", "desk")
