"""An e-mail as it goes over the wire, whatever people put into it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.texts import one_line, several_lines
from services.notifier.ports import ChatMail, FrozenMail, QuotedMessage, RenderingFailed
from shared.contracts.envelope import ERASED
from shared.settings import Settings, SettingsError

POSTED = datetime(2026, 11, 20, 14, 4, tzinfo=UTC)
MAIL, THREAD, MESSAGE, ANNA = (UUID(int=number) for number in range(1, 5))
SETTINGS = Settings(portal_url="https://portal.example/", mail_domain="parley.example", home=Path())
HOSTILE = (
    "Eve\r\nBcc: everyone@example.com\r\n\r\n<script>alert(1)</script>\x00\x1b[31m\u2028\u202e{{ 7 * 7 }}"
)


def quoted(
    body: str = "Do you accept?", *, company: str = "Inkasso Hafen", author: str = "Bob"
) -> QuotedMessage:
    return QuotedMessage(id=MESSAGE, author_name=author, company_name=company, body=body, posted_at=POSTED)


def mail(
    *messages: QuotedMessage,
    address: str = "anna@nordvik.example",
    name: str = "Anna Holm",
    reference: str | None = "NV-1001",
    locale: str = "en",
    time_zone: str = "Europe/Copenhagen",
    domain: str = "parley.example",
    earlier: tuple[UUID, ...] = (),
) -> ChatMail:
    messages = messages or (quoted(),)
    return ChatMail(
        mail_id=MAIL,
        user_id=ANNA,
        address=address,
        recipient_name=name,
        locale=locale,
        time_zone=time_zone,
        thread_id=THREAD,
        case_reference=reference,
        message_id_header=f"<{MAIL}@{domain}>",
        references=(f"<thread.{THREAD}@{domain}>",),
        message_ids=(*earlier, *(message.id for message in messages)),
        messages=messages,
        date=POSTED,
        category="case_notifications",
    )


def render(chat_mail: ChatMail, settings: Settings = SETTINGS) -> FrozenMail:
    return JinjaRenderer(settings).render(chat_mail)


def parsed(frozen: FrozenMail) -> EmailMessage:
    return message_from_bytes(frozen.content, policy=policy.default)


def text_of(frozen: FrozenMail, kind: str = "plain") -> str:
    part = parsed(frozen).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def raw_headers(frozen: FrozenMail) -> list[bytes]:
    return frozen.content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_the_headers_tell_who_what_and_which_thread() -> None:
    frozen = render(mail())

    headers = parsed(frozen)
    assert frozen.sender == "notifications@parley.example"
    assert frozen.recipient == "anna@nordvik.example"
    assert headers["From"] == "Parley <notifications@parley.example>"
    assert headers["To"] == "Anna Holm <anna@nordvik.example>"
    assert headers["Subject"] == "[NV-1001] New message from Inkasso Hafen"
    assert headers["Date"] == "Fri, 20 Nov 2026 14:04:00 +0000"
    assert headers["Message-ID"] == f"<{MAIL}@parley.example>"
    assert headers["References"] == headers["In-Reply-To"] == f"<thread.{THREAD}@parley.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Id"] == "<messages.parley.example>"


def test_the_subject_counts_several_messages() -> None:
    frozen = render(mail(quoted(), quoted(), quoted()))

    assert parsed(frozen)["Subject"] == "[NV-1001] 3 new messages from Inkasso Hafen"


def test_a_relationship_chat_has_no_case_in_its_subject() -> None:
    assert parsed(render(mail(reference=None)))["Subject"] == "New message from Inkasso Hafen"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_hold_messages_link_and_local_time(kind: str) -> None:
    text = text_of(render(mail(quoted("First."), quoted("Second."))), kind)

    assert text.index("First.") < text.index("Second.")
    assert f"https://portal.example/threads/{THREAD}#{MESSAGE}" in text
    assert "20 Nov 2026, 15:04 CET" in text
    assert "Bob" in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_messages_that_are_not_quoted_are_counted_and_linked(kind: str) -> None:
    first = UUID(int=77)

    frozen = render(mail(quoted("Newest."), earlier=(first, UUID(int=78))))

    text = text_of(frozen, kind)
    assert parsed(frozen)["Subject"] == "[NV-1001] 3 new messages from Inkasso Hafen"
    assert "there are 3 new messages" in text
    assert "2 earlier ones are not shown here" in " ".join(text.split())
    assert f"https://portal.example/threads/{THREAD}#{first}" in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_long_message_is_cut_and_says_by_how_much(kind: str) -> None:
    text = text_of(render(mail(quoted("é" * 2_000 + "ø" * 345), quoted("z" * 2_000))), kind)

    assert (text.count("é"), text.count("ø")) == (2_000, 0)
    assert "345 more characters" in text
    assert text.count("more characters") == 1


def test_the_same_e_mail_gives_the_same_bytes() -> None:
    assert render(mail()) == render(mail())


def test_every_line_is_short_ascii_and_ends_as_smtp_wants() -> None:
    long_text = "Grüße " * 100 + "\n" + "x" * 1300

    content = render(mail(quoted(long_text, company="Ä" * 300), name="Ö" * 200)).content

    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_ids_are_intact_on_the_wire_however_long_the_domain() -> None:
    domain = "notifications.communication.collections.parley-platform.example"
    settings = SETTINGS.model_copy(update={"mail_domain": domain})

    headers = raw_headers(render(mail(domain=domain), settings))

    assert f"Message-ID: <{MAIL}@{domain}>".encode() in headers
    assert f"References: <thread.{THREAD}@{domain}>".encode() in headers
    assert f"In-Reply-To: <thread.{THREAD}@{domain}>".encode() in headers


@pytest.mark.parametrize(
    "hostile",
    [
        mail(quoted(HOSTILE)),
        mail(quoted(author=HOSTILE)),
        mail(quoted(company=HOSTILE)),
        mail(name=HOSTILE),
        mail(reference=HOSTILE),
        mail(name="\ud800 alone", reference="\ud800"),
        mail(name='"Anna" <eve@example.com>, other'),
    ],
)
def test_hostile_text_changes_neither_headers_nor_markup(hostile: ChatMail) -> None:
    frozen = render(hostile)

    message = parsed(frozen)
    assert message.defects == []
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@nordvik.example"]
    names = [header.partition(b":")[0] for header in raw_headers(frozen) if not header.startswith(b" ")]
    assert len(names) == len(set(names))
    assert b"Bcc" not in names
    html = text_of(frozen, "html")
    assert "<script>" not in html
    for text in (html, text_of(frozen)):
        assert re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u202e]", text) is None
        assert "49" not in text.replace("2026", "")


def test_a_message_reads_as_it_was_written() -> None:
    body = "1 < 2 & 'so on'\n\n  indented\n.\nFrom here"

    frozen = render(mail(quoted(body)))

    assert "1 &lt; 2 &amp; &#39;so on&#39;\n\n  indented\n.\nFrom here" in text_of(frozen, "html")
    assert "  1 < 2 & 'so on'\n" in text_of(frozen)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@nordvik.example",
        "anna@",
        ERASED,
        "anna@x.example\r\nRCPT TO:<eve@example.com>",
        "a b@x.y",
    ],
)
def test_an_address_that_is_none_cannot_be_mailed(address: str) -> None:
    with pytest.raises(RenderingFailed):
        render(mail(address=address))


def test_an_international_domain_is_written_in_ascii() -> None:
    assert render(mail(address="anna@bücher.example")).recipient == "anna@xn--bcher-kva.example"


def test_an_unknown_time_zone_is_told_as_such() -> None:
    with pytest.raises(RenderingFailed, match="time zone"):
        render(mail(time_zone="Mars/Olympus"))


def test_a_time_that_the_readers_clock_cannot_show_is_told_as_such() -> None:
    late = replace(quoted(""), posted_at=datetime.max.replace(tzinfo=UTC))

    with pytest.raises(RenderingFailed, match="OverflowError"):
        render(mail(late))


@pytest.mark.parametrize("domain", ["", "a b", "x>\r\nBcc: y", "-x.example", "x" * 300])
def test_a_mail_domain_that_is_none_is_refused_at_the_start(domain: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_MAIL_DOMAIN"):
        JinjaRenderer(SETTINGS.model_copy(update={"mail_domain": domain}))


def test_a_sender_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="PARLEY_MAIL_FROM"):
        JinjaRenderer(SETTINGS.model_copy(update={"mail_from": "nobody"}))


def test_one_line_has_neither_line_ends_nor_controls_and_an_end() -> None:
    assert one_line(" a\r\n\tb\x00 c ") == "a b c"
    assert len(one_line("x" * 500)) == 120


def test_several_lines_keep_line_ends_and_tabs_only() -> None:
    assert several_lines("\r\na\r\nb\rc\td\x07\u2028e\n") == "a\nb\nc\td\ne"
