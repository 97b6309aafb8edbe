"""The creditor's e-mail: one for a burst of messages, and none for what was read meanwhile."""

from uuid import UUID

from shared.testing import eventually
from tests.acceptance.conftest import Stack, text_of
from tests.acceptance.world import Conversation, World


def test_a_burst_is_told_in_one_email(stack: Stack, talk: Conversation) -> None:
    for body in ("The debtor called.", "He offers 4 200 EUR.", "Do you accept?"):
        talk.bob.writes(talk.thread_id, body)

    [mail] = eventually(lambda: stack.mails_to(talk.anna))

    text = text_of(mail)
    places = [text.index(body) for body in ("The debtor called.", "He offers 4 200 EUR.", "Do you accept?")]
    assert places == sorted(places)
    assert talk.case.reference in mail.message["Subject"]
    html = mail.message.get_body(("html",))
    assert html is not None
    assert "Do you accept?" in html.get_content()


def test_a_second_burst_is_a_second_email_in_the_same_mail_thread(stack: Stack, talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "First question.")
    [first] = eventually(lambda: stack.mails_to(talk.anna))

    talk.bob.writes(talk.thread_id, "Second question.")
    eventually(lambda: len(stack.mails_to(talk.anna)) == 2)

    _, second = stack.mails_to(talk.anna)
    assert "First question." not in text_of(second)
    assert second.message["Message-ID"] != first.message["Message-ID"]
    assert second.message["References"]
    assert second.message["References"] == first.message["References"]


def test_every_active_user_of_the_creditor_is_mailed_and_the_partner_is_not(
    stack: Stack, world: World, talk: Conversation
) -> None:
    carl = world.person(talk.creditor, "Carl Friis")
    gone = world.person(talk.creditor, "Gerda Olsen")
    world.deactivates(gone)

    talk.bob.writes(talk.thread_id, "Do you accept?")

    eventually(lambda: stack.mails_to(talk.anna) and stack.mails_to(carl))
    assert stack.mails_to(gone) == []
    assert stack.mails_to(talk.bob) == []


def test_what_was_read_meanwhile_is_not_mailed(stack: Stack, world: World, talk: Conversation) -> None:
    other = world.case(talk.creditor, talk.partner)
    other_thread = other.chat(talk.bob)["id"]
    read = talk.bob.writes(talk.thread_id, "You are looking at this.")
    talk.anna.reads(talk.thread_id, read["id"])

    # Bursts are decided in the order they end, so the e-mail of a later one says that the first is decided.
    talk.bob.writes(other_thread, "You are not looking at this.")
    eventually(lambda: stack.mails_to(talk.anna))

    [mail] = stack.mails_to(talk.anna)
    assert "You are not looking at this." in text_of(mail)


def test_hostile_text_is_shown_and_does_nothing(stack: Stack, talk: Conversation) -> None:
    talk.bob.writes(
        talk.thread_id, "<script>alert(1)</script>\r\nBcc: everyone@example.com\r\n\r\n{{ 7 * 7 }}"
    )

    [mail] = eventually(lambda: stack.mails_to(talk.anna))

    assert mail.recipients == (talk.anna.email,)
    assert mail.message["Bcc"] is None
    assert "{{ 7 * 7 }}" in text_of(mail)
    html = mail.message.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


def test_an_operator_is_told_why_somebody_was_or_was_not_mailed(stack: Stack, talk: Conversation) -> None:
    message = talk.bob.writes(talk.thread_id, "Do you accept?")
    eventually(lambda: stack.mails_to(talk.anna))

    explanation = eventually(lambda: stack.parley("notifier", "explain", message["id"], "--json"))

    assert UUID(message["id"])
    assert str(talk.anna.id) in explanation
