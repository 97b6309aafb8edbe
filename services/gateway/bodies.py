"""
What clients send: one model per JSON body, strict about types and without unknown fields.

Here stands what can be said of the body alone and is the same for every service behind; what a name or a
status must be like is decided by the service that owns it.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from shared.contracts import messaging, notifier, surveys


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _exact(amount: Any) -> Decimal:
    # A JSON number with decimals is a float to most who write and read it: money is no float.
    if isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        return Decimal(amount)
    if isinstance(amount, int) and not isinstance(amount, bool):
        return Decimal(amount)
    raise ValueError('write it as text in digits, such as "8400.00"')


def _moment_or_day(value: Any) -> datetime | date:
    if isinstance(value, str):
        with suppress(ValueError):
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
    raise ValueError("write a time with its offset, such as 2026-11-19T10:30:00+01:00, or a date")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Text = Annotated[str, AfterValidator(_storable)]
CaseText = Annotated[str, Field(max_length=messaging.CASE_TEXT_MAX_CHARACTERS), AfterValidator(_storable)]
Amount = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}, {"type": "integer"}]}),
]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(frozen=True, strict=True, extra="forbid", json_schema_extra={"examples": [fields]})


class TaskChange(BaseModel):
    """What to change about a task; what is left out stays as it is."""

    model_config = _example(assignee="6b1c2f0e-5a0f-4b7e-9d2c-0f3a1b4c5d01")

    assignee: Annotated[UUID | None, Field(description="a user of your company; null: nobody")] = None
    postponed_to: Annotated[
        AwareDatetime | None, Field(description="hide it until then; null: show it again")
    ] = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name `assignee` or `postponed_to`")
        return self


class NewMessage(BaseModel):
    """A message to post. The same `client_message_id` with the same content again is harmless."""

    model_config = _example(
        client_message_id="5f0c7a1e-1",
        body="The debtor offers to pay half now. Do you accept?",
        attachment_ids=[],
    )

    client_message_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
    body: Annotated[
        str,
        Field(min_length=1, max_length=messaging.MESSAGE_MAX_CHARACTERS),
        AfterValidator(_storable),
    ]
    attachment_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()


class UploadFields(BaseModel):
    """What a form may say of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_type: messaging.DocumentType | None = None
    description: Annotated[
        str | None,
        Field(max_length=messaging.FILE_DESCRIPTION_MAX_CHARACTERS),
        AfterValidator(lambda text: text and _storable(text)),
    ] = None


class AttachmentFields(UploadFields):
    """What a form may say of its file, and where that belongs: exactly one of the three."""

    thread_id: UUID | None = None
    case_id: UUID | None = None
    partnership_id: UUID | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "AttachmentFields":
        if len({self.thread_id, self.case_id, self.partnership_id} - {None}) != 1:
            raise ValueError("give exactly one of thread_id, case_id and partnership_id")
        return self


class PlatformMessage(BaseModel):
    """A message in the platform's name. The same `client_message_id` with the same content is harmless."""

    model_config = _example(client_message_id="notice-2026-11", body="The debtor's bank has answered.")

    client_message_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
    body: Annotated[
        str,
        Field(min_length=1, max_length=messaging.MESSAGE_MAX_CHARACTERS),
        AfterValidator(_storable),
    ]


class ReadUpTo(BaseModel):
    """Everything in the thread up to this message was read."""

    model_config = _example(up_to_message_id="0b5f2a0e-7d0f-5c2e-9a53-0d7c6f0b1c11")

    up_to_message_id: UUID


ClientId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Title = Annotated[
    str, Field(min_length=1, max_length=messaging.TITLE_MAX_CHARACTERS), AfterValidator(_storable)
]
LongText = Annotated[str, Field(max_length=messaging.JOURNAL_TEXT_MAX_CHARACTERS), AfterValidator(_storable)]
EventDate = Annotated[
    datetime | date,
    PlainValidator(_moment_or_day),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
            "description": "when it was: a time with its offset, or a date where the author's company is",
        }
    ),
]


class NewNote(BaseModel):
    """A note to log. The same `client_note_id` with the same content again is harmless."""

    model_config = _example(
        client_note_id="n-1",
        title="Visited the debtor",
        description="The office is closed; a neighbour says they moved to Kolding.",
        event_date="2026-11-19T10:30:00+01:00",
    )

    client_note_id: ClientId
    title: Title
    description: LongText | None = None
    event_date: EventDate | None = None


class NoteChanges(BaseModel):
    """What a note is to say from now on; what is left out stays as it is, and null takes it away."""

    model_config = _example(title="Visited the debtor's office")

    title: Title | None = None
    description: LongText | None = None
    event_date: EventDate | None = None


class NewCall(BaseModel):
    """A call to log; it can never be changed. The same `client_call_id` again is harmless."""

    model_config = _example(
        client_call_id="c-1",
        number="+45 70 10 20 30",
        outcome="future_payment_promised",
        notes="Promised to pay half on Friday.",
    )

    client_call_id: ClientId
    number: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_storable)]
    outcome: messaging.CallOutcome
    notes: Annotated[LongText, Field(min_length=1)]
    called_at: Annotated[AwareDatetime | None, Field(description="now, where it is left out")] = None


class NewComplaint(BaseModel):
    """A complaint about the partner's work. The same `client_complaint_id` again is harmless."""

    model_config = _example(client_complaint_id="k-1", text="Nobody has answered us for three weeks.")

    client_complaint_id: ClientId
    text: Annotated[LongText, Field(min_length=1)]


class NewComplaintResponse(BaseModel):
    """The response to a complaint; there is one."""

    model_config = _example(text="We are sorry: the case worker was ill. From now on Mr Brandt answers.")

    text: Annotated[LongText, Field(min_length=1)]


class NotificationsToRead(BaseModel):
    """These notices were read, or this one and all that are older."""

    model_config = _example(ids=["0b5f2a0e-7d0f-5c2e-9a53-0d7c6f0b1c11"])

    ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    up_to_id: UUID | None = None


def _minute(text: Any) -> Any:
    if isinstance(text, str) and _MINUTE.fullmatch(text):
        return time.fromisoformat(text)
    raise ValueError('write a time of day as "22:00"')


_MINUTE = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
TimeOfDay = Annotated[
    time, BeforeValidator(_minute), WithJsonSchema({"type": "string", "pattern": _MINUTE.pattern})
]


class QuietHours(BaseModel):
    """When no e-mail is sent, on the clocks of one's company; `until` may be on the next day."""

    model_config = _example(begin="22:00", until="07:00")

    begin: TimeOfDay
    until: TimeOfDay


class PreferenceChanges(BaseModel):
    """
    Preferences to change; what is left out stays. `null` means no quiet hours, or the company's language.
    """

    model_config = _example(todo_digest=False, quiet_hours={"begin": "22:00", "until": "07:00"}, locale="da")

    case_notifications: bool = True
    todo_digest: bool = True
    message_mail: bool = False
    quiet_hours: QuietHours | None = None
    locale: notifier.Language | None = None


class CompanyEntry(BaseModel):
    """A company to register or to bring up to date."""

    model_config = _example(
        id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        side="creditor",
        name="Nordvik Steel A/S",
        country="DK",
        time_zone="Europe/Copenhagen",
        locale="da",
    )

    id: UUID
    side: messaging.Side
    name: Text
    country: Annotated[Text, Field(description="ISO 3166-1 alpha-2")]
    subdivision: Annotated[Text | None, Field(description="ISO 3166-2 after the dash, such as `BY`")] = None
    time_zone: Annotated[Text, Field(description="IANA name")]
    locale: Annotated[Text, Field(description="BCP 47 language")] = "en"
    observes_holidays: bool = True
    on_decline: Annotated[
        messaging.OnDecline, Field(description="what becomes of a creditor's case that its partner declines")
    ] = "network"
    partner_kind: Annotated[
        messaging.PartnerKind | None,
        Field(description="of a partner: gets cases assigned, or wins them by a quote"),
    ] = None


class UserEntry(BaseModel):
    """A user to add or to bring up to date; `active` false takes the access away at once."""

    model_config = _example(
        id="8a6f5c1d-52a7-4f2e-8b1c-0a4b7c9d2e02",
        company_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        email="anna@nordvik.example",
        name="Anna Holm",
        role="admin",
        active=True,
    )

    id: UUID
    company_id: UUID
    email: Text
    name: Text
    role: messaging.UserRole = "user"
    active: bool = True


class PartnershipEntry(BaseModel):
    """Two companies that work together."""

    model_config = _example(
        id="c7b2f9c4-13b0-4e57-8f6d-6f1f0d9e3b03",
        creditor_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
    )

    id: UUID
    creditor_id: UUID
    partner_id: UUID


class DebtorEntry(messaging.Debtor):
    """Who owes the money."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Text


class CaseEntry(BaseModel):
    """A case to open, or its partner, status and details to bring up to date."""

    model_config = _example(
        id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05",
        reference="NV-1001",
        creditor_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
        status="Active",
        debtor={"type": "Company", "name": "Hafen GmbH"},
        amount="8400.00",
        currency="EUR",
    )

    id: UUID
    reference: Text
    creditor_id: UUID
    partner_id: UUID | None = None
    status: messaging.CaseStatus
    debtor: DebtorEntry
    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217")]
    close_code: Text | None = None


class NewQuote(BaseModel):
    """What the partner asks for: a share of what it recovers, a fixed fee, or both. It is binding."""

    model_config = _example(success_fee_percent="12.5", fixed_fee=None, comment="Fixed for a year.")

    success_fee_percent: Annotated[Amount | None, Field(description="above 0, up to 100")] = None
    fixed_fee: Amount | None = None
    currency: Annotated[Text | None, Field(description="ISO 4217; the lead's where it is left out")] = None
    comment: Annotated[Text | None, Field(max_length=messaging.QUOTE_COMMENT_MAX_CHARACTERS)] = None


class ChosenQuote(BaseModel):
    """The quote that wins."""

    model_config = _example(quote_id="6a1b7c0e-2f4d-5e6f-8a90-1b2c3d4e5f06")

    quote_id: UUID


class InvitationEntry(BaseModel):
    """A partner that may quote for a case, which must be asking for quotes."""

    model_config = _example(
        case_id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
    )

    case_id: UUID
    partner_id: UUID


class CaseActEntry(BaseModel):
    """What shall happen to a case; `decline` and `request_information` need a note."""

    model_config = _example(action="request_information", note="Please send the signed contract.")

    action: messaging.CaseAction
    note: CaseText | None = None


class ClosingEntry(BaseModel):
    """How a case ends; a client leaves the code out."""

    model_config = _example(close_code="Uneconomical to Pursue", comment="The debtor has moved abroad.")

    close_code: Text | None = None
    comment: CaseText | None = None


class PaymentEntry(BaseModel):
    """A payment. The same `client_payment_id` with the same content again is harmless."""

    model_config = _example(
        client_payment_id="2026-11-25-1",
        amount="1250.00",
        currency="EUR",
        paid_on="2026-11-24",
        received_by="creditor",
        commission_paid=False,
    )

    client_payment_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217, the case's")]
    paid_on: Annotated[date, Field(description="today at the latest")]
    received_by: messaging.Side
    commission_paid: Annotated[
        bool | None, Field(description="must be given where the creditor received the money")
    ] = None


class CaseUserEntry(BaseModel):
    """Who is in charge of a case; null is nobody. Operators name the side."""

    model_config = _example(user_id="8a6f5c1d-52a7-4f2e-8b1c-0a4b7c9d2e02")

    user_id: UUID | None
    side: messaging.Side | None = None


class AssignmentEntry(BaseModel):
    """Which partner gets a case, and whether it reviews it first or begins at once."""

    model_config = _example(partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04", status="PendingVerification")

    partner_id: UUID
    status: Literal["PendingVerification", "Active"] | None = None


class MergeEntry(BaseModel):
    """Which case another one goes into."""

    model_config = _example(into_case_id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05")

    into_case_id: UUID


class ManagingPartnerEntry(BaseModel):
    """Which partner speaks for the client; null is none."""

    model_config = _example(partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04")

    partner_id: UUID | None


class DivisionEntry(BaseModel):
    """Which of its creditor's divisions a case belongs to; null is none."""

    model_config = _example(division={"id": "5b0f2a0e-7d0f-4c2e-9a53-0d7c6f0b1c11", "name": "Export"})

    division: messaging.Division | None


class ActionEntry(surveys.ReportedAction):
    """Something that was done for the case."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    text: Text


class ReportedPaymentEntry(surveys.ReportedPayment):
    """Money that came in."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217, that of the case")]


class SurveyReport(surveys.Report):
    """The monthly update, or a draft of it."""

    model_config = _example(
        actions=[{"kind": "call", "on": "2026-11-18", "text": "Spoke with the managing director."}],
        payments=[{"amount": "250.00", "currency": "EUR", "on": "2026-11-19", "received_by": "partner"}],
        recommendation="pause",
        pause_reason="payment_plan",
        must_act="partner",
        comment="The debtor pays 250 EUR a month.",
    )

    actions: tuple[ActionEntry, ...] = ()
    payments: tuple[ReportedPaymentEntry, ...] = ()
    close_code: Text | None = None
    comment: Text | None = None


class Reached(BaseModel):
    """A command was carried out; `position` is where the log stood then, for `Parley-Min-Position`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 4711}]})

    position: int


ALL: tuple[type[BaseModel], ...] = (
    AssignmentEntry,
    CaseActEntry,
    CaseEntry,
    CaseUserEntry,
    ChosenQuote,
    ClosingEntry,
    CompanyEntry,
    DivisionEntry,
    InvitationEntry,
    ManagingPartnerEntry,
    MergeEntry,
    NewCall,
    NewComplaint,
    NewComplaintResponse,
    NewMessage,
    NewNote,
    NewQuote,
    NoteChanges,
    NotificationsToRead,
    TaskChange,
    PartnershipEntry,
    PaymentEntry,
    PlatformMessage,
    PreferenceChanges,
    ReadUpTo,
    SurveyReport,
    TaskChange,
    UserEntry,
)
