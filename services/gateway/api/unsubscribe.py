"""
Unsubscribing by the link of an e-mail (RFC 8058), for whoever has it: no token, no session.

GET only shows a page, since mail scanners follow links; POST acts, from the page's button or from a mail
program.
"""

from html import escape
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from services.gateway.api.dependencies import TheGateway
from services.gateway.problems import documented
from shared.contracts import notifier
from shared.contracts.rpc import Caller
from shared.errors import Invalid

router = APIRouter(tags=["unsubscribe"])

_LINK = Caller(user_id=None, company_id=None, role="ops", name="unsubscribe link")
_STATUS = {"unsubscribe_link_expired": 410}
_PAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "A page"},
    400: {"content": {"text/html": {}}, "description": "No link of ours"},
    410: {"content": {"text/html": {}}, "description": "The link is too old"},
}
Token = Annotated[str, Path(max_length=200)]

_CATEGORIES = {
    "en": {
        "case_notifications": "e-mails about your cases",
        "todo_digest": "summaries and reminders of tasks",
        "message_mail": "an e-mail for each message",
    },
    "de": {
        "case_notifications": "E-Mails zu Ihren Fällen",
        "todo_digest": "Übersichten und Erinnerungen zu Aufgaben",
        "message_mail": "eine E-Mail zu jeder Nachricht",
    },
    "da": {
        "case_notifications": "e-mails om dine sager",
        "todo_digest": "oversigter og påmindelser om opgaver",
        "message_mail": "en e-mail for hver besked",
    },
}
_SENTENCES = {
    "en": ("Get no more of these: {}?", "Unsubscribe", "You will get no more of these: {}."),
    "de": ("Diese nicht mehr erhalten: {}?", "Abbestellen", "Diese erhalten Sie nicht mehr: {}."),
    "da": ("Få ikke flere af disse: {}?", "Afmeld", "Du får ikke flere af disse: {}."),
}


@router.get(
    "/unsubscribe/{token}",
    response_class=HTMLResponse,
    responses={**_PAGES, **documented(422, 500, 503, 504)},
)
async def show(token: Token, request: Request, gateway: TheGateway) -> HTMLResponse:
    """Show what the link would end; nothing changes."""
    question = notifier.LookAtUnsubscribe(caller=_LINK, correlation_id=_correlation(request), token=token)
    try:
        view = await gateway.services.call("notifier", "look_at_unsubscribe", question)
    except Invalid as refusal:
        return _refused(refusal)
    language = view["language"]
    ask, button, _ = _SENTENCES[language]
    return _page(
        language,
        f"<p>{escape(ask.format(_CATEGORIES[language][view['category']]))}</p>"
        f'<form method="post"><button>{button}</button></form>',
    )


@router.post(
    "/unsubscribe/{token}",
    response_class=HTMLResponse,
    responses={**_PAGES, **documented(422, 500, 503, 504)},
)
async def act(token: Token, request: Request, gateway: TheGateway) -> HTMLResponse:
    """End the e-mails of this kind. Repeat it freely."""
    command = notifier.Unsubscribe(caller=_LINK, correlation_id=_correlation(request), token=token)
    try:
        view = await gateway.services.call("notifier", "unsubscribe", command)
    except Invalid as refusal:
        return _refused(refusal)
    language = view["language"]
    done = _SENTENCES[language][2].format(_CATEGORIES[language][view["category"]])
    return _page(language, f"<p>{escape(done)}</p>")


def _correlation(request: Request) -> UUID:
    correlation_id: UUID = request.state.correlation_id
    return correlation_id


def _refused(refusal: Invalid) -> HTMLResponse:
    return _page("en", f"<p>{escape(refusal.detail)}</p>", status=_STATUS.get(refusal.code, 400))


def _page(language: str, content: str, *, status: int = 200) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        "<title>Parley</title></head>"
        '<body style="max-width:32rem;margin:3rem auto;padding:0 1rem;font:1.1rem/1.5 system-ui,sans-serif">'
        f"<h1>Parley</h1>{content}</body></html>"
    )
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(page, status, headers=headers)
