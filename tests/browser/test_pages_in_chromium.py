"""The three pages in a real browser, by the people who use them."""

from __future__ import annotations

import pytest
from floor_for_pages import DISPUTE, IDENTITY, Served
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from app.fairness import Judged
from ledger.tables import AuditEntry, Case, StrategyVersion, WrapUp
from strategy.fairness.findings import Finding
from strategy.fairness.publishing import Shares

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def page_of(browser: Browser, locale: str, width: int = 1280, height: int = 900) -> Page:
    page = browser.new_context(locale=locale, viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(20_000)
    return page


def invite_for(served: Served, language: str, number: int) -> str:
    tokens = [each.token for each in served.floor.invites if each.language == language]
    return f"{served.url}/chat/{tokens[number]}"


def test_a_debtor_talks_by_keyboard_on_a_small_screen(served: Served, browser: Browser) -> None:
    page = page_of(browser, "zh-CN", 360, 640)
    page.goto(invite_for(served, "zh", 0))
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator("#start").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.bot")).to_have_count(2)
    page.keyboard.type(IDENTITY)
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.bot")).to_have_count(6)
    # The page shows what the record holds: the digits that were typed are not on the screen any more.
    assert IDENTITY not in page.locator("#log").inner_text()
    page.keyboard.type(DISPUTE["zh"])
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("同事")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.reload()
    expect(page.locator(".bubble.debtor").last).to_have_text(DISPUTE["zh"])


def test_a_lost_connection_loses_and_doubles_nothing(served: Served, browser: Browser) -> None:
    page = page_of(browser, "en-US")
    page.goto(invite_for(served, "en", 0))
    page.locator("#start").click()
    page.locator("#text").fill(IDENTITY)
    page.locator("#send").click()
    expect(page.locator(".bubble.bot:not(.typing)")).to_have_count(6)
    heard = len(served.floor.sessions.heard)
    page.context.set_offline(True)
    page.locator("#text").fill("How can I pay by transfer?")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Not sent")
    page.context.set_offline(False)
    expect(page.locator(".bubble.debtor").last).to_have_text("How can I pay by transfer?")
    expect(page.locator(".bubble.bot:not(.typing)")).to_have_count(7)
    assert served.floor.sessions.heard[heard:] == ["How can I pay by transfer?"]


def test_what_a_debtor_types_is_never_markup(served: Served, browser: Browser) -> None:
    page = page_of(browser, "en-US")
    page.goto(invite_for(served, "en", 1))
    page.locator("#start").click()
    page.locator("#text").fill("<img src=x onerror=alert(1)><b>bold</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.debtor")).to_contain_text("<b>bold</b>")
    assert page.locator("#log b, #log img").count() == 0


def test_one_of_two_collectors_takes_a_case_and_wraps_it_up(served: Served, browser: Browser) -> None:
    chat = page_of(browser, "zh-CN")
    chat.goto(invite_for(served, "zh", 1))
    chat.locator("#start").click()
    for text in (IDENTITY, DISPUTE["zh"]):
        chat.locator("#text").fill(text)
        chat.keyboard.press("Enter")
        expect(chat.locator(".pending")).to_have_count(0)
    with served.floor.ledger.read() as work:
        opened = select(Case.id).where(Case.trigger == "dispute_not_mine", Case.account_id == "account-001")
        case_id = work.session.exec(opened).one()
    anna, bo = page_of(browser, "en-US"), page_of(browser, "zh-CN")
    for page, name in ((anna, "Anna"), (bo, "Bo")):
        page.goto(f"{served.url}/sign-in?next=/desk")
        page.locator("input[name=name]").fill(name)
        page.locator("form button").click()
        page.goto(f"{served.url}/desk?case={case_id}")
        expect(page.locator(".words")).to_have_text(DISPUTE["zh"])
    expect(anna.locator(".case")).to_contain_text("12 CFR 1006.6(b)(1)(i)")
    expect(anna.locator(".case")).to_contain_text("no payment has reached the minimum")
    expect(bo.locator(".case")).to_contain_text("没有足额还上最低还款额")
    expect(anna.locator(".case")).to_contain_text("No scoring model can be used at the moment")
    expect(anna.locator(".case")).to_contain_text("Contacted today or not, and why")
    expect(anna.locator(".case")).to_contain_text("Hold (debt): disputes the debt")
    anna.get_by_text("Take", exact=True).click()
    expect(bo.locator(".case-top")).to_contain_text("Anna")
    expect(bo.get_by_text("接手", exact=True)).to_have_count(0)
    anna.get_by_label("Disposition").click()
    anna.get_by_role("option", name="dispute opened").click()
    anna.get_by_label("Note").fill("Will write to them.")
    anna.get_by_text("Wrap up", exact=True).click()
    expect(anna.locator(".case-top")).to_contain_text("wrapped up by Anna")
    with served.floor.ledger.read() as work:
        kept = work.session.exec(select(WrapUp).where(WrapUp.case_id == case_id)).one()
        assert (kept.disposition, kept.by) == ("dispute_opened", "Anna")
        looks = work.session.exec(select(AuditEntry.facts).where(AuditEntry.kind == "person.looked_up")).all()
        assert {look["by"] for look in looks if look["case"] == case_id} == {"Anna", "Bo"}
        listed = work.session.exec(select(AuditEntry.facts).where(AuditEntry.kind == "queue.listed")).all()
        assert {"Anna", "Bo"} <= {look["by"] for look in listed}


def test_a_manager_sees_the_effect_and_publishes(served: Served, browser: Browser) -> None:
    page = page_of(browser, "en-US", 1280, 1100)
    page.goto(f"{served.url}/strategy")
    before = page.locator(".cell.self_cure .big").inner_text()
    page.get_by_label("Willingness threshold").locator("[tabindex]").focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".cell.self_cure .big")).not_to_have_text(before)
    expect(page.locator("table.plain").filter(has_text="From")).to_contain_text("self-cure")
    page.get_by_text("Publish as a new version", exact=True).last.click()
    expect(page.locator(".room")).to_contain_text("Version 2, published by demo")
    with served.floor.ledger.read() as work:
        versions = work.session.exec(select(StrategyVersion).order_by(StrategyVersion.version)).all()
        assert [version.status for version in versions] == ["retired", "active"]
        assert versions[1].settings["w_high"] == pytest.approx(0.75)
    assert served.floor.retiered


def signed_in(served: Served, browser: Browser, name: str) -> Page:
    page = page_of(browser, "en-US", 1280, 1100)
    page.goto(f"{served.url}/sign-in?next=/strategy")
    page.get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator(".room")).to_be_visible()
    return page


def test_what_blocks_is_kept_as_a_draft_and_approved_by_somebody_else(
    served: Served, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Finding("block", "to_people", "", "sex", "female", "male", 0.69, 0.58, 0.79, 0.8, 900)
    for page in ("strategy", "strategy_versions"):
        monkeypatch.setattr(f"app.web.{page}.judge", lambda *_: Judged(Shares({}, ()), None, (found,)))
    anna = signed_in(served, browser, "Anna")
    anna.get_by_label("Bot's contacts a day (empty: no limit)").fill("40")
    expect(anna.locator(".room")).to_contain_text("40 contacts a day")
    anna.get_by_text("Publish as a new version", exact=True).last.click()
    expect(anna.locator(".room")).to_contain_text("the share of women sent to people is 0.69 of that of men")
    anna.get_by_text("Keep as a draft for another person", exact=True).click()
    draft = anna.locator(".version").first
    expect(draft).to_contain_text("draft")
    number = int(draft.locator(".strong").inner_text())
    draft.get_by_text("Approve", exact=True).click()
    anna.get_by_label("Reason for accepting it").fill("I know it is all right")
    anna.locator(".asked").get_by_text("Approve", exact=True).click()
    expect(anna.get_by_text("An author cannot approve their own draft")).to_be_visible()
    ben = signed_in(served, browser, "Ben")
    ben.get_by_label(f"Approve {number}", exact=True).click()
    ben.locator(".asked").get_by_text("Approve", exact=True).click()
    expect(ben.get_by_text("Please give the reason")).to_be_visible()
    ben.get_by_label("Reason for accepting it").fill("Payments differ as much")
    ben.locator(".asked").get_by_text("Approve", exact=True).click()
    expect(ben.locator(".version").first).to_contain_text("approved by Ben")
    expect(ben.locator(".version").first).to_contain_text("findings accepted (1): Payments differ as much")
    with served.floor.ledger.read() as work:
        version = work.session.get_one(StrategyVersion, number)
        assert (version.status, version.author, version.approved_by) == ("active", "Anna", "Ben")
        assert version.accepted["findings"][0]["figure"] == 0.69
        assert version.settings["capacity"]["bot_contacts_per_day"] == 40


def test_a_version_that_was_in_force_is_put_back(served: Served, browser: Browser) -> None:
    page = signed_in(served, browser, "Chen")
    earlier = page.locator(".version").filter(has_text="retired").last
    number = int(earlier.locator(".strong").inner_text())
    earlier.get_by_text("Put back", exact=True).click()
    page.locator(".asked").get_by_text("Cancel", exact=True).click()
    expect(page.locator(".asked")).to_have_count(0)
    earlier.get_by_text("Put back", exact=True).click()
    page.locator(".asked").get_by_text("Put back", exact=True).click()
    expect(page.locator(".version").first).to_contain_text(f"rolled back to {number}")
    with served.floor.ledger.read() as work:
        in_force = work.session.exec(select(StrategyVersion).where(StrategyVersion.status == "active")).one()
        assert in_force.author == "Chen"
        assert in_force.settings == work.session.get_one(StrategyVersion, number).settings
