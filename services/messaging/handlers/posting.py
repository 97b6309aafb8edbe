"""Saying something in a thread, and having read it. Most work goes this way: two round trips to the log."""

from typing import cast
from uuid import UUID

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider import file, shapes, thread, user
from services.messaging.handlers.consequences import react
from services.messaging.handlers.streams import Archive
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    Attachment,
    AttachmentView,
    AuthorRef,
    MessagePosted,
    MessageView,
    PostedMessage,
)
from shared.errors import Conflict, Invalid, NotFound, Refused
from shared.eventlog.protocol import Appended


def post_message(
    archive: Archive,
    *,
    thread_id: UUID,
    author_id: UUID,
    company_id: UUID,
    client_message_id: str,
    body: str,
    attachment_ids: tuple[UUID, ...],
    origin: Origin,
) -> PostedMessage:
    """
    Post a message in the name of a user of the company.

    The same `client_message_id` and content again has the first outcome, with `created` False, whatever has
    happened to the thread or its author since. Raises Invalid, Conflict where the content is another or the
    thread is read-only, Forbidden where the author may not act, NotFound where the company takes no part.
    """
    shapes.message_body(body)
    shapes.client_message_id(client_message_id)
    message_id = commands.message_id(thread_id, author_id, client_message_id)

    try:
        author, _, *files = archive.load_together(
            (archive.users, author_id),
            (archive.threads, thread_id),
            *((archive.files, attachment_id) for attachment_id in attachment_ids),
        )
        command = commands.PostMessage(
            thread_id=thread_id,
            message_id=message_id,
            client_message_id=client_message_id,
            author=user.acting(author, company_id=company_id),
            body=body,
            attachments=_attachments(attachment_ids, files, thread_id=thread_id, company_id=company_id),
        )
        appended = archive.threads.carry_out(thread_id, origin, lambda state: thread.decide(command, state))
    except Refused:
        first = archive.log.find(archive.threads.stream(thread_id), message_id)
        if first is None:
            raise
        return _outcome(first, body=body, attachment_ids=attachment_ids, created=False)
    posted = cast("Appended", appended)  # a message is posted or refused, never passed over
    [message] = posted.events
    outcome = _outcome(message, body=body, attachment_ids=attachment_ids, created=not posted.duplicate)
    # The other side may open the files now, whenever the subscription comes to it.
    react(archive, message)
    return outcome


def post_platform_message(
    archive: Archive, *, thread_id: UUID, client_message_id: str, body: str, origin: Origin
) -> PostedMessage:
    """
    Post a message of the platform, which has no author and asks nobody for an answer.

    The same `client_message_id` and content again has the first outcome. Raises Invalid, NotFound, Conflict
    where the content is another or the thread is read-only.
    """
    shapes.message_body(body)
    shapes.client_message_id(client_message_id)
    message_id = commands.platform_message_id(thread_id, client_message_id)
    command = commands.PostMessage(
        thread_id=thread_id,
        message_id=message_id,
        client_message_id=client_message_id,
        author=None,
        body=body,
        expects_reply=False,
    )
    try:
        appended = archive.threads.carry_out(thread_id, origin, lambda state: thread.decide(command, state))
    except Refused:
        first = archive.log.find(archive.threads.stream(thread_id), message_id)
        if first is None:
            raise
        return _outcome(first, body=body, attachment_ids=(), created=False)
    posted = cast("Appended", appended)  # a message is posted or refused, never passed over
    return _outcome(posted.events[0], body=body, attachment_ids=(), created=not posted.duplicate)


def mark_read(
    archive: Archive,
    *,
    thread_id: UUID,
    up_to_message_id: UUID,
    user_id: UUID,
    company_id: UUID,
    origin: Origin,
) -> Appended | None:
    """
    Note that the user has read up to the message; None where it had read that far already.

    Raises NotFound for a thread or message that the company may not know of, Forbidden for a user who may
    not act.
    """
    reader, conversation = archive.load_together((archive.users, user_id), (archive.threads, thread_id))
    user.acting(reader, company_id=company_id)
    thread.participation(conversation, company_id)
    message = archive.log.find(archive.threads.stream(thread_id), up_to_message_id)
    if message is None or not isinstance(message.data, MessagePosted):
        raise NotFound("message_not_found", "There is no such message in the thread.", "up_to_message_id")
    command = commands.MarkRead(
        thread_id=thread_id,
        user_id=user_id,
        company_id=company_id,
        up_to_message_id=up_to_message_id,
        up_to_version=message.version,
    )
    return archive.threads.carry_out(thread_id, origin, lambda state: thread.decide(command, state))


def _attachments(
    ids: tuple[UUID, ...], files: list[file.State], *, thread_id: UUID, company_id: UUID
) -> tuple[Attachment, ...]:
    """Return what the message carries. Raises Invalid for what is not the company's own for this thread."""
    found = []
    for attachment_id, state in zip(ids, files, strict=True):
        attached = file.attachment(state, thread_id=thread_id, company_id=company_id)
        if attached is None or ids.count(attachment_id) > 1:
            raise Invalid(
                "attachment_unknown",
                f"There is no attachment {attachment_id} of yours for this thread: upload it first, "
                "and name it once.",
                "attachment_ids",
            )
        found.append(attached)
    return tuple(found)


def _outcome(
    event: RecordedEvent, *, body: str, attachment_ids: tuple[UUID, ...], created: bool
) -> PostedMessage:
    """Return the posted message. Raises Conflict where it is an earlier one that says something else."""
    message = cast("MessagePosted", event.data)
    if (message.body, tuple(each.id for each in message.attachments)) != (body, attachment_ids):
        raise Conflict(
            "client_message_id_reused",
            "Another message of yours has this client_message_id: choose a new one for other content.",
            "client_message_id",
        )
    return PostedMessage(message=_view(event, message), created=created, position=event.position)


def _view(event: RecordedEvent, message: MessagePosted) -> MessageView:
    return MessageView(
        id=message.message_id,
        thread_id=message.thread_id,
        client_message_id=message.client_message_id,
        role=message.role,
        author=_author(message),
        body=message.body,
        attachments=tuple(AttachmentView.of(each) for each in message.attachments),
        created_at=event.time,
        seen=False,
    )


def _author(message: MessagePosted) -> AuthorRef | None:
    if message.author_id is None or message.author_name is None or message.author_company_id is None:
        return None
    return AuthorRef(id=message.author_id, name=message.author_name, company_id=message.author_company_id)
