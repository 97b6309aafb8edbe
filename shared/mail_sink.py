"""
The local stack's mail server: keeps every e-mail as a file and shows it on a page, and sends nothing
anywhere.

SMTP is answered where PARLEY_SMTP_URL says, the page on PARLEY_MAIL_SINK_PORT. `/messages` lists the mail
as JSON.
"""

import asyncio
import secrets
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared.settings import Settings

_NAME_FORMAT = "%Y%m%dT%H%M%S.%f"
_LARGEST_MAIL_BYTES = 50_000_000
_LOOPBACK = "127.0.0.1"

# The page and the mail inside it: neither runs scripts nor fetches anything from anywhere.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'"
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


class CapturedMail(BaseModel):
    """One e-mail as people and tests want to read it; `id` is its file's name without `.eml`."""

    id: str
    received_at: datetime
    sender: str
    to: str
    subject: str
    message_id: str
    references: str
    text: str
    html: str


class MailFolder:
    """Captured mail, one file each, named by the time it came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> None:
        """Keep the exact bytes; whoever lists the folder sees the file whole or not at all."""
        name = f"{datetime.now(UTC).strftime(_NAME_FORMAT)}-{secrets.token_hex(3)}"
        unfinished = self._folder / f"{name}.unfinished"
        unfinished.write_bytes(content)
        unfinished.rename(self._folder / f"{name}.eml")

    def newest_first(self) -> list[CapturedMail]:
        names = sorted((file.stem for file in self._folder.glob("*.eml")), reverse=True)
        return [self.read(name) for name in names]

    def source(self, name: str) -> bytes:
        """Return the bytes of one mail. Raises KeyError for a name that is not in the folder."""
        return self._file(name).read_bytes()

    def _file(self, name: str) -> Path:
        file = self._folder / f"{name}.eml"
        if file.parent != self._folder or not file.is_file():
            raise KeyError(name)
        return file

    def read(self, name: str) -> CapturedMail:
        """Return one mail, parsed. Raises KeyError for a name that is not in the folder."""
        mail = message_from_bytes(self.source(name), policy=policy.default)
        return CapturedMail(
            id=name,
            received_at=datetime.fromtimestamp(self._file(name).stat().st_mtime, UTC),
            sender=str(mail["From"] or ""),
            to=str(mail["To"] or ""),
            subject=str(mail["Subject"] or ""),
            message_id=str(mail["Message-ID"] or ""),
            references=str(mail["References"] or ""),
            text=_part(mail, "plain"),
            html=_part(mail, "html"),
        )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    try:
        return str(part.get_content()) if part is not None else ""
    except LookupError as error:
        return f"This part cannot be shown: {error}"


class _Capture:
    """The hook of the SMTP server."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd names its hooks so
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd gives it
        session: Session,  # noqa: ARG002 - aiosmtpd gives it
        envelope: Envelope,
    ) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 no content"
        self._folder.keep(content)
        return "250 2.0.0 kept"


def pages(folder: MailFolder) -> Starlette:
    """Return the web application that shows the folder."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("shared", "mail_pages"), autoescape=True)

    def page(name: str, **values: Any) -> Response:
        html = templates.get_template(name).render(**values)
        return HTMLResponse(html, headers={"Content-Security-Policy": _PAGE_POLICY})

    def listing(_: Request) -> Response:
        return page("list.html", mails=folder.newest_first())

    def one(request: Request) -> Response:
        return page("mail.html", mail=_found(folder, request))

    def html_part(request: Request) -> Response:
        headers = {"Content-Security-Policy": _MAIL_POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(_found(folder, request).html, headers=headers)

    def source(request: Request) -> Response:
        return PlainTextResponse(folder.source(_found(folder, request).id))

    def messages(_: Request) -> Response:
        return JSONResponse([mail.model_dump(mode="json") for mail in folder.newest_first()])

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/mail/{name}", one),
            Route("/mail/{name}/html", html_part),
            Route("/mail/{name}/source", source),
            Route("/messages", messages),
        ],
        # A page elsewhere that points its own name at this address must not read the mail.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[_LOOPBACK, "localhost"])],
    )


def _found(folder: MailFolder, request: Request) -> CapturedMail:
    try:
        return folder.read(request.path_params["name"])
    except KeyError as error:
        raise HTTPException(404, "no such mail") from error


async def serve(settings: Settings) -> None:
    """Answer SMTP and the page until the process is told to stop."""
    path = settings.home / "mail"
    path.mkdir(parents=True, exist_ok=True)
    folder = MailFolder(path)
    address = urlsplit(settings.smtp_url)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: SMTP(
            _Capture(folder), hostname="parley.localhost", data_size_limit=_LARGEST_MAIL_BYTES, loop=loop
        ),
        address.hostname,
        address.port or 0,
    )
    config = uvicorn.Config(
        pages(folder), host=_LOOPBACK, port=settings.mail_sink_port, log_level="warning", lifespan="off"
    )
    async with listener:
        await uvicorn.Server(config).serve()


def run(settings: Settings) -> None:
    """Run the mail server in this process until it gets SIGTERM."""
    asyncio.run(serve(settings))
