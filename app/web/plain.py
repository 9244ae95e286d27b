"""Pages without a framework: the front page, the sign-in, how to pay. Plain HTML, one style sheet, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fastapi.responses import HTMLResponse

from app.demo_links import DemoInvite
from app.web.language import Language
from app.web.words import name_of, say


def front_page(
    language: Language, path: str, demo: bool, invites: Sequence[DemoInvite], phones: bool = False
) -> HTMLResponse:
    """What Amends is, the three pages, and in demo mode some chats, and telephones where there are some, to try."""
    cards = "".join(
        f'<a class="card" href="{href}"><strong>{escape(say(f"{name}.title", language))}</strong>'
        f"<span>{escape(say(f'{name}.lead', language))}</span></a>"
        for name, href in (("desk", "/desk"), ("strategy", "/strategy"))
    )
    body = (
        f"<h1>{escape(say('front.title', language))}</h1>"
        f'<p class="lead">{escape(say("front.lead", language))}</p>'
        f'<div class="cards">{cards}</div>'
    )
    if demo:
        body += _try_a_chat(language, invites, phones)
    return _page(say("front.title", language), body, language, path)


def sign_in_page(language: Language, back: str, needs_key: bool, wrong: bool) -> HTMLResponse:
    key = (
        f"<label>{escape(say('sign_in.key', language))}"
        '<input name="key" type="password" autocomplete="current-password" required></label>'
        if needs_key
        else ""
    )
    complaint = f'<p class="wrong" role="alert">{escape(say("sign_in.wrong", language))}</p>' if wrong else ""
    body = (
        f"<h1>{escape(say('sign_in.title', language))}</h1>"
        f'<p class="lead">{escape(say("sign_in.lead" if needs_key else "sign_in.lead_demo", language))}</p>'
        f'<form class="card" method="post" action="/sign-in">{complaint}'
        f"<label>{escape(say('sign_in.name', language))}"
        '<input name="name" maxlength="40" autocomplete="username" required autofocus></label>'
        f'{key}<input type="hidden" name="next" value="{escape(back)}">'
        f"<button>{escape(say('sign_in.button', language))}</button></form>"
    )
    page = _page(say("sign_in.title", language), body, language, "/sign-in")
    page.status_code = 401 if wrong else 200
    return page


def pay_page(language: Language) -> HTMLResponse:
    """Where a debtor lands who asked how to pay: this installation takes no payments itself, and says so."""
    body = (
        f"<h1>{escape(say('pay.title', language))}</h1>"
        f'<p class="lead">{escape(say("pay.lead", language))}</p>'
        f'<p class="card">{escape(say("pay.questions", language))}</p>'
    )
    return _page(say("pay.title", language), body, language, "/pay")


def _try_a_chat(language: Language, invites: Sequence[DemoInvite], phones: bool) -> str:
    heading = (
        f"<h2>{escape(say('front.try', language))}</h2>"
        f'<p class="quiet">{escape(say("front.try_lead" if invites else "front.try_none", language))}</p>'
    )
    if not invites:
        return heading
    names = ("front.link", "front.language", "front.tier", "front.dpd", "front.answer")
    head = "".join(f"<th>{escape(say(name, language))}</th>" for name in names)
    rows = "".join(_row(each, language, phones) for each in invites)
    return f'{heading}<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(invite: DemoInvite, language: Language, phones: bool) -> str:
    token = escape(invite.token)
    phone = f' · <a href="/phone/{token}">{escape(say("front.phone", language))}</a>' if phones else ""
    return (
        f'<tr><td><a href="/chat/{token}">{escape(say("front.open", language))}</a>{phone}</td>'
        f"<td>{escape(name_of('language', invite.language, language))}</td>"
        f"<td>{escape(name_of('tier', invite.tier, language))}</td>"
        f"<td>{invite.dpd}</td><td><code>{escape(invite.identity_answer)}</code></td></tr>"
    )


def _page(title: str, body: str, language: Language, path: str) -> HTMLResponse:
    chosen = ' aria-current="true"'
    links = "".join(
        f'<a href="/language/{code}?back={escape(path)}" lang="{code}"{chosen if code == language else ""}>{label}</a>'
        for code, label in (("zh", "中文"), ("en", "English"))
    )
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · 善还 Amends</title>"
        '<link rel="icon" href="/static/mark.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/plain.css"></head><body><div class="wide">'
        '<div class="bar"><img src="/static/mark.svg" alt="" width="34" height="34"><b>善还 Amends</b>'
        f"<nav>{links}</nav></div><main>{body}</main></div></body></html>"
    )
