"""What the staff pages share: the bar on top, small pieces of text, and the style sheet."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from app.web.language import Language
from app.web.staff import Staff
from app.web.words import say


def frame(request: Request, language: Language, here: str, staff: Staff, demo: bool) -> None:
    """The top of a staff page; `here` is 'desk' or 'strategy'."""
    ui.add_head_html('<link rel="stylesheet" href="/static/staff.css">')
    ui.page_title(f"{say(f'{here}.title', language)} · 善还 Amends")
    ui.colors(primary="#1d5c5a", accent="#e3a857")
    back = request.url.path
    with piece("header", "staff-bar"):
        with piece("a", "brand").props('href="/"'):
            piece("img").props('src="/static/mark.svg" alt=""')
            text("善还 Amends", tag="span")
        with piece("nav"):
            for name in ("desk", "strategy"):
                link(say(f"{name}.title", language), f"/{name}", "tab here" if name == here else "tab")
        with piece("div", "small"):
            text(say("you", language, name=staff.name), tag="span")
            if demo:
                link(say("sign_in_as", language), f"/sign-in?next={back}")
            else:
                link(say("sign_out", language), "/sign-out")
            for code, label in (("zh", "中文"), ("en", "English")):
                link(label, f"/language/{code}?back={back}", "here" if code == language else "")
    if demo:
        text(say("demo.banner", language), "demo-banner")


def piece(tag: str = "div", classes: str = "") -> Element:
    """An element of our own style sheet."""
    return ui.element(tag).classes(classes)


def text(words: str, classes: str = "", tag: str = "div") -> TextElement:
    """Words, shown as they are: nothing in them is read as markup."""
    return TextElement(tag=tag, text=words).classes(classes)


def link(words: str, href: str, classes: str = "") -> None:
    ui.link(words, href).classes(replace=classes)


def panel(heading: str) -> Element:
    """A card with a heading; use as a context manager."""
    element = piece("section", "panel")
    with element:
        text(heading, "heading", tag="h2")
    return element


def tag(words: str, kind: str = "") -> None:
    text(words, f"tag {kind}", tag="span")
