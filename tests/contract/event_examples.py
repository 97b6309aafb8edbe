"""Events that tests of the log append."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import ThreadClosed, UserAdded

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_stream(category: str = "thread") -> Stream:
    return Stream(category, uuid4())


def an_event(*, event_id: UUID | None = None, time: datetime = NOON) -> NewEvent:
    """Return an event without personal fields."""
    thread_id = uuid4()
    return NewEvent(
        id=event_id or uuid4(),
        data=ThreadClosed(thread_id=thread_id, case_id=None, reason="reassigned"),
        time=time,
        actor="platform",
        audience=frozenset({uuid4(), uuid4()}),
        correlation_id=uuid4(),
    )


def a_personal_event(name: str = "Anna Holm", *, subject: str | None = None) -> NewEvent:
    """Return an event whose e-mail address and name are personal."""
    user_id = uuid4()
    company_id = uuid4()
    return NewEvent(
        id=uuid4(),
        data=UserAdded(
            user_id=user_id,
            company_id=company_id,
            side="creditor",
            email="anna@nordvik.example",
            name=name,
            role="admin",
        ),
        time=NOON,
        actor=f"user:{user_id}",
        audience=frozenset({company_id}),
        subject=subject or f"user:{user_id}",
        correlation_id=uuid4(),
        causation_id=uuid4(),
    )
