"""The page that shows captured mail."""

import asyncio
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from shared.mail_sink import MailFolder, pages


class Client:
    """Asks the pages without a socket, under a host name of choice."""

    def __init__(self, folder: MailFolder, host: str = "127.0.0.1") -> None:
        self._transport = httpx.ASGITransport(pages(folder))
        self._base = f"http://{host}"

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=self._base) as client:
                return await client.get(path)

        return asyncio.run(ask())


_HTML = "<p>Hello <script>alert(1)</script></p>"


@pytest.fixture
def folder(tmp_path: Path) -> MailFolder:
    return MailFolder(tmp_path)


@pytest.fixture
def client(folder: MailFolder) -> Client:
    return Client(folder)


def _mail(subject: str = "A new message") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Parley <notifications@parley.example>"
    mail["To"] = "Anna Holm <anna@nordvik.example>"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@parley.example>"
    mail.set_content("Hello Anna")
    mail.add_alternative(_HTML, subtype="html")
    return mail.as_bytes()


def test_an_empty_folder_says_that_no_mail_came_yet(client: Client) -> None:
    assert "No e-mail yet" in client.get("/").text


def test_the_newest_mail_is_listed_first(folder: MailFolder, client: Client) -> None:
    folder.keep(_mail("first"))
    folder.keep(_mail("second"))

    messages = client.get("/messages").json()

    assert [message["subject"] for message in messages] == ["second", "first"]
    assert messages[0]["to"] == "Anna Holm <anna@nordvik.example>"
    assert messages[0]["text"] == "Hello Anna\n"


def test_a_kept_file_holds_the_exact_bytes(folder: MailFolder, tmp_path: Path) -> None:
    content = _mail()

    folder.keep(content)

    (file,) = tmp_path.iterdir()
    assert file.suffix == ".eml"
    assert file.read_bytes() == content


def test_a_subject_cannot_bring_markup_into_the_page(folder: MailFolder, client: Client) -> None:
    folder.keep(_mail("<b>bold</b>"))

    page = client.get("/").text

    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_the_html_part_is_shown_where_it_can_run_nothing(folder: MailFolder, client: Client) -> None:
    folder.keep(_mail())
    (mail,) = folder.newest_first()

    page = client.get(f"/mail/{mail.id}")
    part = client.get(f"/mail/{mail.id}/html")

    assert "script" not in page.text
    assert "sandbox=" in page.text
    assert part.text.strip() == _HTML
    assert "sandbox" in part.headers["Content-Security-Policy"]
    assert "script-src" not in part.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["missing", "..%2F..%2Fetc%2Fpasswd", ".."])
def test_a_name_outside_the_folder_is_not_found(client: Client, name: str) -> None:
    response = client.get(f"/mail/{name}/source")

    assert response.status_code == 404


def test_another_host_name_is_refused(folder: MailFolder) -> None:
    stranger = Client(folder, "attacker.example")

    assert stranger.get("/messages").status_code == 400


def test_a_part_in_an_unknown_charset_does_not_hide_the_other_mail(
    folder: MailFolder, client: Client
) -> None:
    folder.keep(b"Subject: odd\r\nContent-Type: text/plain; charset=klingon\r\n\r\nhello\r\n")
    folder.keep(_mail())

    assert [message["subject"] for message in client.get("/messages").json()] == ["A new message", "odd"]
