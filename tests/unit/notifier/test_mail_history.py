"""What an e-mail's stream says of it, and what its attempts add."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest

from services.notifier import decider
from services.notifier.commands import MailCommand, RecordAmbiguous, RecordFailed, RecordSent
from services.notifier.decider import MailState, Settled, Unknown
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent
from shared.contracts.notifier import MailAttemptAmbiguous, MailFailed, MailScheduled, MailSent
from shared.errors import Poison

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAIL, COMPANY, USER, CORRELATION, SCHEDULING = (UUID(int=n) for n in range(1, 6))
SCHEDULED = MailScheduled(
    mail_id=MAIL,
    kind="chat",
    company_id=COMPANY,
    user_id=USER,
    address="anna@nordvik.example",
    recipient_name="Anna Holm",
    locale="da",
    time_zone="Europe/Copenhagen",
    thread_id=UUID(int=7),
    case_id=None,
    case_reference=None,
    message_id_header=f"<{MAIL}@parley.example>",
    references=(),
    message_ids=(),
)


def after(*history: EventData) -> MailState:
    state = decider.initial_mail()
    for version, data in enumerate(history, start=1):
        event = RecordedEvent(
            id=SCHEDULING if version == 1 else uuid5(MAIL, str(version)),
            source="notifier",
            type=type(data).__name__,
            schema_version=1,
            stream=decider.mail_stream(MAIL),
            version=version,
            position=version,
            time=NOW,
            actor="platform",
            audience=frozenset({COMPANY}),
            subject=f"user:{USER}",
            correlation_id=CORRELATION,
            causation_id=None,
            data=data,
        )
        state = decider.evolve_mail(state, event)
    return state


def said(what: str, data: EventData) -> tuple[NewEvent, ...]:
    return (
        NewEvent(
            id=uuid5(MAIL, what),
            data=data,
            time=NOW,
            actor="platform",
            audience=frozenset({COMPANY}),
            subject=f"user:{USER}",
            correlation_id=CORRELATION,
            causation_id=SCHEDULING,
        ),
    )


EVERY_COMMAND = [
    RecordSent(attempt=1, now=NOW),
    RecordFailed(attempt=1, reason="refused", now=NOW),
    RecordAmbiguous(attempt=1, now=NOW),
]


def test_a_sent_e_mail_is_recorded() -> None:
    events = decider.decide_mail(RecordSent(attempt=2, now=NOW), after(SCHEDULED))

    assert events == said("sent", MailSent(mail_id=MAIL, attempt=2))


def test_a_failed_e_mail_is_recorded_with_its_reason() -> None:
    events = decider.decide_mail(RecordFailed(attempt=1, reason="refused", now=NOW), after(SCHEDULED))

    assert events == said("failed", MailFailed(mail_id=MAIL, attempt=1, reason="refused"))


def test_an_ambiguous_attempt_is_recorded_once() -> None:
    ambiguous = MailAttemptAmbiguous(mail_id=MAIL, attempt=1)
    command = RecordAmbiguous(attempt=1, now=NOW)

    assert decider.decide_mail(command, after(SCHEDULED)) == said("ambiguous:1", ambiguous)
    assert decider.decide_mail(command, after(SCHEDULED, ambiguous)) == ()


def test_an_e_mail_with_an_ambiguous_attempt_is_still_to_be_sent() -> None:
    ambiguous = MailAttemptAmbiguous(mail_id=MAIL, attempt=1)

    events = decider.decide_mail(RecordSent(attempt=2, now=NOW), after(SCHEDULED, ambiguous))

    assert events == said("sent", MailSent(mail_id=MAIL, attempt=2))


@pytest.mark.parametrize("command", EVERY_COMMAND)
@pytest.mark.parametrize(
    "outcome", [MailSent(mail_id=MAIL, attempt=1), MailFailed(mail_id=MAIL, attempt=1, reason="refused")]
)
def test_nothing_is_added_to_a_settled_e_mail(command: MailCommand, outcome: EventData) -> None:
    assert decider.decide_mail(command, after(SCHEDULED, outcome)) == ()


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_an_e_mail_that_was_never_scheduled_has_no_outcome(command: MailCommand) -> None:
    with pytest.raises(Poison):
        decider.decide_mail(command, Unknown())


def test_an_outcome_settles_the_e_mail_for_ever() -> None:
    late = MailAttemptAmbiguous(mail_id=MAIL, attempt=1)

    assert after(SCHEDULED, MailSent(mail_id=MAIL, attempt=1), late) == Settled()
