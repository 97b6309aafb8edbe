"""What each event shows live: one thing at most, made from the event alone."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.gateway import sse
from services.gateway.reactions import LIVE_TYPES, to_live
from shared.contracts import messaging, notifier, surveys, tasks
from shared.contracts.envelope import EventData, RecordedEvent, Stream

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=timezone(timedelta(hours=1)))
CASE, THREAD, COMPANY, USER = uuid4(), uuid4(), uuid4(), uuid4()


def recorded(data: EventData) -> RecordedEvent:
    return RecordedEvent(
        id=uuid4(),
        source=data.SOURCE,
        type=type(data).__name__,
        schema_version=1,
        stream=Stream("thread", THREAD),
        version=1,
        position=7,
        time=NOW,
        actor="platform",
        audience=frozenset({COMPANY}),
        subject=None,
        correlation_id=uuid4(),
        causation_id=None,
        data=data,
    )


def shown(data: EventData) -> tuple[str, dict[str, Any]]:
    """Return type and object of what a browser is told."""
    event = recorded(data)
    live = to_live(event)
    assert live is not None
    lines = sse.frame(event.position, live).decode().split("\n")
    assert lines[0] == "id: 7"
    assert lines[3:] == ["", ""]
    return lines[1].removeprefix("event: "), json.loads(lines[2].removeprefix("data: "))


def message(**changes: Any) -> messaging.MessagePosted:
    usual: dict[str, Any] = {
        "message_id": uuid4(),
        "thread_id": THREAD,
        "thread_kind": "invoice_chat",
        "case_id": CASE,
        "case_reference": "NV-1",
        "partnership_id": None,
        "client_message_id": "1",
        "role": "partner",
        "author_id": USER,
        "author_name": "Bob Brandt",
        "author_company_id": COMPANY,
        "recipient_ids": (uuid4(),),
        "body": "Do you accept?\n\nid: 99\u2028\r\n",
    }
    return messaging.MessagePosted(**{**usual, **changes})


def task() -> tasks.TaskFacts:
    return tasks.TaskFacts(
        id=uuid4(),
        type="ReplyToChat",
        title="Reply",
        company_id=COMPANY,
        side="creditor",
        case_id=CASE,
        case_reference="NV-1",
        thread_id=THREAD,
        message_id=uuid4(),
        created_at=NOW,
        deadline=tasks.Deadline(
            due_at=NOW + timedelta(days=4),
            calendar="DK",
            time_zone="Europe/Copenhagen",
            skipped_days=(date(2026, 11, 21), date(2026, 11, 22)),
        ),
    )


def test_a_message_has_the_shape_that_lists_have_and_cannot_break_out_of_its_line() -> None:
    posted = message()

    kind, data = shown(posted)

    assert kind == "message.posted"
    assert messaging.MessageView.model_validate(data)
    assert data["body"] == posted.body
    assert data["author"] == {"id": str(USER), "name": "Bob Brandt", "company_id": str(COMPANY)}
    assert data["created_at"] == "2026-11-20T14:00:00Z"
    assert data["seen"] is False


@pytest.mark.parametrize("changes", [{"author_id": None}, {"author_name": None}, {"author_company_id": None}])
def test_a_message_of_the_platform_has_no_author(changes: dict[str, Any]) -> None:
    _, data = shown(message(role="platform", **changes))

    assert data["author"] is None


def test_an_opened_task_has_the_shape_that_lists_have() -> None:
    kind, data = shown(tasks.TaskOpened(task=task()))

    assert kind == "task.opened"
    assert tasks.TaskView.model_validate(data)
    assert (data["status"], data["type_label"], data["overdue"]) == ("open", "New Message", False)
    assert data["due_at"] == "2026-11-24T14:00:00Z"
    assert data["deadline"] == {
        "calendar": "DK",
        "time_zone": "Europe/Copenhagen",
        "skipped_days": ["2026-11-21", "2026-11-22"],
        "rule": "",
        "asked_time_zone": None,
    }


def test_a_solved_task_tells_when_and_by_what() -> None:
    solved = tasks.TaskSolved(task=task(), solved_at=NOW, solved_by="reply")

    kind, data = shown(solved)

    assert kind == "task.solved"
    assert (data["status"], data["solved_by"]) == ("solved", "reply")
    assert data["solved_at"] == "2026-11-20T14:00:00Z"


def test_reading_tells_who_read_up_to_where() -> None:
    message_id = uuid4()
    read = messaging.ThreadRead(
        thread_id=THREAD,
        case_id=CASE,
        user_id=USER,
        company_id=COMPANY,
        up_to_message_id=message_id,
        up_to_version=3,
    )

    kind, data = shown(read)

    assert kind == "thread.read"
    assert (data["thread_id"], data["up_to_message_id"]) == (str(THREAD), str(message_id))
    assert (data["user_id"], data["company_id"]) == (str(USER), str(COMPANY))


def test_threads_open_and_close() -> None:
    opened = messaging.ThreadOpened(
        thread_id=THREAD,
        kind="invoice_chat",
        case_id=CASE,
        case_reference="NV-1",
        engagement_id=uuid4(),
        partnership_id=None,
        participants=(messaging.Participant(company_id=COMPANY, role="creditor"),),
    )
    closed = messaging.ThreadClosed(thread_id=THREAD, case_id=CASE, reason="merged")

    assert shown(opened)[0] == "thread.opened"
    assert shown(opened)[1]["participants"] == [{"company_id": str(COMPANY), "role": "creditor"}]
    assert shown(closed) == (
        "thread.closed",
        {"id": str(THREAD), "case_id": str(CASE), "writable": False, "reason": "merged"},
    )


CASE_EVENTS: list[tuple[str, EventData, dict[str, Any]]] = [
    (
        "case.opened",
        messaging.CaseOpened(
            case_id=CASE,
            reference="NV-1",
            creditor_id=COMPANY,
            debtor_type="Company",
            debtor_name="Hafen GmbH",
            amount=Decimal("8400.00"),
            currency="EUR",
            status="PendingVerification",
        ),
        {
            "status": "PendingVerification",
            "creditor_id": str(COMPANY),
            "debtor": {"type": "Company", "name": "Hafen GmbH"},
            "amount": "8400.00",
            "currency": "EUR",
            "opened_at": "2026-11-20T14:00:00Z",
        },
    ),
    (
        "case.details_changed",
        messaging.CaseDetailsChanged(
            case_id=CASE,
            reference="NV-1",
            debtor_type="Private",
            debtor_name="J. Doe",
            amount=Decimal("1.50"),
            currency="DKK",
        ),
        {"debtor": {"type": "Private", "name": "J. Doe"}, "amount": "1.50", "currency": "DKK"},
    ),
    (
        "case.assigned",
        messaging.CaseAssigned(
            case_id=CASE, reference="NV-1", engagement_id=uuid4(), creditor_id=COMPANY, partner_id=USER
        ),
        {"creditor_id": str(COMPANY), "partner_id": str(USER)},
    ),
    (
        "case.status_changed",
        messaging.CaseStatusChanged(case_id=CASE, reference="NV-1", previous="Active", status="Paused"),
        {"status": "Paused", "previous_status": "Active"},
    ),
    (
        "case.closed",
        messaging.CaseClosed(case_id=CASE, reference="NV-1", close_code="Paid"),
        {"status": "Closed", "close_code": "Paid"},
    ),
    (
        "case.merged",
        messaging.CaseMerged(case_id=CASE, reference="NV-1", into_case_id=USER),
        {"status": "Merged", "into_case_id": str(USER)},
    ),
]


@pytest.mark.parametrize(("kind", "event", "told"), CASE_EVENTS, ids=[kind for kind, _, _ in CASE_EVENTS])
def test_a_case_event_tells_what_it_knows_and_nothing_else(
    kind: str, event: EventData, told: dict[str, Any]
) -> None:
    assert shown(event) == (kind, {"id": str(CASE), "reference": "NV-1", **told})


def test_a_partnership_is_told() -> None:
    partnership_id = UUID(int=1)
    event = messaging.PartnershipEstablished(
        partnership_id=partnership_id, creditor_id=COMPANY, partner_id=USER
    )

    kind, data = shown(event)

    assert kind == "partnership.established"
    assert data["id"] == str(partnership_id)


LEAD = {"lead_id": THREAD, "case_id": CASE, "case_reference": "NV-1", "creditor_id": COMPANY}
WINDOW = messaging.QuoteWindow(closes_at=NOW, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=())


@pytest.mark.parametrize(
    ("kind", "event", "told"),
    [
        (
            "lead.invited",
            messaging.PartnerInvited.model_validate({**LEAD, "partner_id": USER, "window": WINDOW}),
            {"partner_id": str(USER), "closes_at": "2026-11-20T14:00:00Z"},
        ),
        (
            "lead.reminded",
            messaging.QuoteChoiceReminded.model_validate({**LEAD, "days": 7, "expires_at": NOW}),
            {"expires_at": "2026-11-20T14:00:00Z"},
        ),
        (
            "lead.bid_ended",
            messaging.BidEnded.model_validate({**LEAD, "partner_id": USER, "outcome": "lost"}),
            {"partner_id": str(USER), "outcome": "lost"},
        ),
        (
            "lead.closed",
            messaging.LeadClosed.model_validate({**LEAD, "outcome": "expired"}),
            {"outcome": "expired"},
        ),
    ],
)
def test_what_happens_to_leads_is_told(kind: str, event: EventData, told: dict[str, Any]) -> None:
    live_kind, data = shown(event)

    assert live_kind == kind
    assert (data["id"], data["case_id"]) == (str(THREAD), str(CASE))
    assert data.items() >= told.items()


ON = {"case_id": CASE, "case_reference": "NV-1", "engagement_id": uuid4()}
BY = {"author_id": USER, "author_name": "Bob Brandt", "author_company_id": COMPANY}
AUTHOR = {"id": str(USER), "name": "Bob Brandt", "company_id": str(COMPANY)}


def test_a_logged_note_has_the_shape_that_lists_have() -> None:
    kind, data = shown(
        messaging.NoteLogged(
            note_id=THREAD,
            client_note_id="1",
            title="Visited",
            description="Nobody.",
            event_date=NOW,
            **ON,
            **BY,
        )
    )

    assert kind == "note.added"
    assert messaging.NoteView.model_validate(data).author.name == "Bob Brandt"
    assert (data["event_date"], data["edited_at"]) == ("2026-11-20T14:00:00Z", None)


def test_what_becomes_of_a_note_is_told() -> None:
    edited = shown(messaging.NoteEdited(note_id=THREAD, revision=2, title="Came by", **ON, **BY))
    deleted = shown(messaging.NoteDeleted(note_id=THREAD, author_id=USER, author_company_id=COMPANY, **ON))

    assert edited == (
        "note.changed",
        {
            "id": str(THREAD),
            "case_id": str(CASE),
            "title": "Came by",
            "description": None,
            "event_date": None,
            "author": AUTHOR,
            "edited_at": "2026-11-20T14:00:00Z",
        },
    )
    assert deleted == ("note.deleted", {"id": str(THREAD), "case_id": str(CASE)})


def test_a_logged_call_has_the_shape_that_logging_answers() -> None:
    kind, data = shown(
        messaging.CallLogged(
            call_id=THREAD,
            client_call_id="1",
            number="+45 70",
            outcome="no_response",
            notes="Rang.",
            called_at=NOW,
            **ON,
            **BY,
        )
    )

    assert kind == "call.logged"
    assert messaging.CallView.model_validate(data).outcome_label == "No response"


def test_a_complaint_is_told_from_its_filing_to_its_response() -> None:
    about = {"complaint_id": THREAD, "creditor_id": uuid4(), "respondent_id": COMPANY, **ON}
    events = (
        messaging.ComplaintFiled(client_complaint_id="1", text="Nobody answers.", **about, **BY),
        messaging.ComplaintAccepted(**about),
        messaging.ComplaintAnswered(text="Sorry.", **about, **BY),
    )

    told = [shown(event) for event in events]

    assert [kind for kind, _ in told] == ["complaint.filed", "complaint.accepted", "complaint.answered"]
    assert [data["status"] for _, data in told] == ["filed", "accepted", "answered"]
    assert [data.get("text") for _, data in told] == ["Nobody answers.", None, "Sorry."]


@pytest.mark.parametrize(
    "event",
    [
        messaging.UserDeactivated(user_id=USER, company_id=COMPANY),
        notifier.MailSent(mail_id=uuid4(), attempt=1),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_not_for_browsers_shows_nothing(event: EventData) -> None:
    assert to_live(recorded(event)) is None
    assert type(event).__name__ not in LIVE_TYPES


def test_a_submitted_update_is_told_with_what_it_recommends() -> None:
    survey = surveys.SurveyFacts(
        id=THREAD,
        case_id=CASE,
        case_reference="NV-1001",
        engagement_id=CASE,
        creditor_id=COMPANY,
        partner_id=COMPANY,
        currency="EUR",
        requested_at=NOW,
        deadline=tasks.Deadline(due_at=NOW, calendar="DE", time_zone="Europe/Berlin", skipped_days=()),
    )
    kind, data = shown(
        surveys.SurveySubmitted(
            survey=survey,
            month="2026-11",
            user_id=CASE,
            user_name="Paul",
            actions="[]",
            payments=(),
            recommendation="stay_active",
            pause_reason=None,
            must_act=None,
            close_code=None,
        )
    )

    assert kind == "survey.submitted"
    assert (data["id"], data["month"], data["recommendation"]) == (str(THREAD), "2026-11", "stay_active")
