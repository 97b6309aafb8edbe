"""Decided summaries as e-mails."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from services.notifier.commands import PLATFORM
from services.notifier.reactions.mails import Recipient
from shared.contracts.envelope import NewEvent, RecordedEvent
from shared.contracts.notifier import DigestDecided, EventRef, MailScheduled
from shared.errors import Poison


def mail_of_digest(decision: RecordedEvent, recipients: Mapping[UUID, Recipient], *, domain: str) -> NewEvent:
    """
    Return the e-mail that the decision calls for, for a stream of its own.

    Raises Poison for a user that is not among `recipients`.
    """
    decided = decision.data
    if not isinstance(decided, DigestDecided):
        raise Poison(f"{decision.type} decides on no summary")
    recipient = recipients.get(decided.user_id)
    if recipient is None:
        raise Poison(f"user {decided.user_id} is to be mailed and is not known")
    return NewEvent(
        id=uuid5(decision.id, "mail"),
        data=MailScheduled(
            mail_id=decided.mail_id,
            kind=decided.kind,
            company_id=decided.company_id,
            user_id=decided.user_id,
            address=recipient.address,
            recipient_name=recipient.name,
            locale=recipient.locale,
            time_zone=recipient.time_zone,
            thread_id=None,
            case_id=None,
            case_reference=None,
            message_id_header=f"<{decided.mail_id}@{domain}>",
            references=(f"<digest.{decided.digest_id}@{domain}>",),
            about=EventRef(
                category=decision.stream.category, stream_id=decision.stream.id, event_id=decision.id
            ),
        ),
        time=decision.time,
        actor=PLATFORM,
        audience=frozenset({decided.company_id}),
        subject=f"user:{decided.user_id}",
        correlation_id=decision.correlation_id,
        causation_id=decision.id,
    )
