"""Events that messaging publishes, and the shapes of its RPC."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

EXCHANGE_SOURCE = "messaging"

Side = Literal["creditor", "partner"]
SenderRole = Literal["creditor", "partner", "managing_partner", "platform"]
UserRole = Literal["admin", "user"]
ThreadKind = Literal["invoice_chat", "lead_chat", "invoice_questions_chat", "relationship_chat"]
CaseStatus = Literal[
    "PendingContractSigning",
    "PendingVerificationInternal",
    "PendingVerification",
    "NeedsAdditionalDetails",
    "Leads",
    "LeadsQuoteGiven",
    "Active",
    "Paused",
    "Closed",
    "Merged",
]
MESSAGE_MAX_CHARACTERS = 10_000


class Value(BaseModel):
    """Base of objects inside events and answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# --- events: company-<id> ---


class CompanyDetails(Value):
    """
    What a company is called and which calendar its deadlines follow.

    `country` is ISO 3166-1 alpha-2, `subdivision` the part after the dash of ISO 3166-2 (`BY`), `time_zone`
    an IANA name, `locale` a BCP 47 language. `observes_holidays` false counts public holidays as business
    days.
    """

    name: str
    country: str
    subdivision: str | None = None
    time_zone: str
    locale: str = "en"
    observes_holidays: bool = True


class CompanyRegistered(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    company_id: UUID
    side: Side
    details: CompanyDetails


class CompanyDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    company_id: UUID
    side: Side
    details: CompanyDetails


# --- events: user-<id>; subject user:<id> ---


class UserAdded(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    side: Side
    email: PersonalText
    name: PersonalText
    role: UserRole


class UserDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    email: PersonalText
    name: PersonalText
    role: UserRole


class UserDeactivated(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID


class UserActivated(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID


# --- events: partnership-<uuid5 of the pair> ---


class PartnershipEstablished(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    partnership_id: UUID
    creditor_id: UUID
    partner_id: UUID


# --- events: case-<id>; subject case:<id> ---


class Debtor(Shape):
    type: Literal["Company", "Private"]
    name: str


class CaseOpened(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    creditor_id: UUID
    debtor_type: Literal["Company", "Private"]
    debtor_name: PersonalText
    amount: Decimal
    currency: str
    status: CaseStatus


class CaseDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    debtor_type: Literal["Company", "Private"]
    debtor_name: PersonalText
    amount: Decimal
    currency: str


class CaseAssigned(EventData):
    """
    The case got a partner. With `previous_engagement_id` it is a reassignment: that engagement is over.

    Who the former partner was is not said: the new partner is in the audience and may not know.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID
    previous_engagement_id: UUID | None = None


class CaseStatusChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    previous: CaseStatus
    status: CaseStatus


class CaseClosed(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    close_code: str
    comment: Annotated[str | None, PERSONAL] = None


class CaseMerged(EventData):
    """The case was folded into another: read-only for ever. `engagement_id` is the one that ended, if any."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID | None = None
    into_case_id: UUID | None = None


# --- events: thread-<id>; subject case:<id>, or partnership:<id> for a relationship chat ---


class Participant(Value):
    company_id: UUID
    role: SenderRole


class ThreadOpened(EventData):
    """
    Id of a case thread: uuid5(engagement_id, kind); of a relationship chat: uuid5(partnership_id, kind).
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    engagement_id: UUID | None
    partnership_id: UUID | None
    participants: tuple[Participant, ...]


class MessageAuthor(Value):
    id: UUID
    name: str
    company_id: UUID


class Attachment(Value):
    id: UUID
    file_name: str
    content_type: str
    size: int


class MessagePosted(EventData):
    """
    A message stands in its thread. `recipient_ids` are the participants of the other side, who owe the
    answer.

    The `author_*` fields are None (and `role` is `platform`) where the platform speaks; such a message opens
    no task. `author_name` and `body` are encrypted with the key of the thread's subject, the case or the
    partnership, not with the author's: once that key is destroyed both read `[erased]`, and the ids stay.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    message_id: UUID
    thread_id: UUID
    thread_kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    partnership_id: UUID | None
    client_message_id: str
    role: SenderRole
    author_id: UUID | None
    author_name: PersonalText | None
    author_company_id: UUID | None
    recipient_ids: tuple[UUID, ...]
    body: PersonalText
    attachments: tuple[Attachment, ...] = ()


class ThreadRead(EventData):
    """
    A user has read the thread up to a message; `up_to_version` is that message's version in the thread's
    stream.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    up_to_version: int


class ThreadClosed(EventData):
    """Nobody may write to the thread any more; those who could read it still can."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    reason: Literal["reassigned", "merged"]


# --- RPC: answers (the gateway serves these shapes as they are) ---


class CompanyRef(Shape):
    id: UUID
    name: str


class AuthorRef(Shape):
    id: UUID
    name: str
    company_id: UUID


class ThreadParticipant(Shape):
    company_id: UUID
    name: str
    role: SenderRole


class MessageView(Shape):
    """A message as clients see it; `seen` says that somebody of the other company has read it."""

    id: UUID
    thread_id: UUID
    client_message_id: str
    role: SenderRole
    author: AuthorRef | None
    body: str
    attachments: tuple[Attachment, ...]
    created_at: datetime
    seen: bool


class ThreadView(Shape):
    id: UUID
    kind: ThreadKind
    case_id: UUID | None
    partnership_id: UUID | None
    writable: bool
    participants: tuple[ThreadParticipant, ...]
    last_message_at: datetime | None
    unread_count: int


class CaseView(Shape):
    """A case as clients see it; `open_task_count` is filled in by the gateway, which asks tasks."""

    id: UUID
    reference: str
    status: CaseStatus
    creditor: CompanyRef
    partner: CompanyRef | None
    debtor: Debtor
    amount: Decimal
    currency: str
    opened_at: datetime
    unread_count: int
    open_task_count: int = 0


class PartnershipView(Shape):
    id: UUID
    creditor: CompanyRef
    partner: CompanyRef
    established_at: datetime
    total_cases: int
    active_cases: int
    thread: ThreadView | None


class Identity(Shape):
    """A user and its company as the directory knows them now."""

    user_id: UUID
    email: str
    name: str
    role: UserRole
    active: bool
    company_id: UUID
    company_name: str
    side: Side
    country: str
    time_zone: str
    locale: str


class CasePage(Shape):
    items: tuple[CaseView, ...]
    next_cursor: str | None


class ThreadList(Shape):
    items: tuple[ThreadView, ...]


class MessagePage(Shape):
    items: tuple[MessageView, ...]
    next_cursor: str | None


class PartnershipPage(Shape):
    items: tuple[PartnershipView, ...]
    next_cursor: str | None


class PostedMessage(Shape):
    """`created` is False when the same `client_message_id` and content had been posted before."""

    message: MessageView
    created: bool
    position: int


class EnsuredThread(Shape):
    thread: ThreadView
    position: int


# --- RPC: requests, one per method of `messaging` ---


class Identify(Query):
    """
    `identify`: answers Identity; NotFound where no such user belongs to that company. Give `user_id` or
    `email`.
    """

    user_id: UUID | None = None
    email: str | None = None


class ListCases(PagedQuery):
    """`list_cases`: answers CasePage, newest first."""

    status: CaseStatus | None = None


class GetCase(Query):
    """`get_case`: answers CaseView."""

    case_id: UUID


class ListThreads(Query):
    """`list_threads`: answers ThreadList."""

    case_id: UUID


class EnsureThread(Request):
    """`ensure_thread`: answers EnsuredThread; Conflict while the case has no partner."""

    case_id: UUID
    kind: ThreadKind


class ListPartnerships(PagedQuery):
    """`list_partnerships`: answers PartnershipPage."""


class GetPartnership(Query):
    """`get_partnership`: answers PartnershipView."""

    partnership_id: UUID


class ListMessages(PagedQuery):
    """
    `list_messages`: answers MessagePage, newest first; with `after` (a message id) the later ones, oldest
    first.
    """

    thread_id: UUID
    after: UUID | None = None


class PostMessage(Request):
    """`post_message`: answers PostedMessage."""

    thread_id: UUID
    client_message_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    body: str
    attachment_ids: tuple[UUID, ...] = ()


class MarkRead(Request):
    """`mark_read`: answers Done."""

    thread_id: UUID
    up_to_message_id: UUID


class RegisterCompany(Request):
    """`register_company`: answers Done; the same again changes nothing, other details change them."""

    id: UUID
    side: Side
    name: str
    country: str
    subdivision: str | None = None
    time_zone: str
    locale: str = "en"
    observes_holidays: bool = True


class PutUser(Request):
    """`put_user`: answers Done; adds the user or brings its details and its active flag up to date."""

    id: UUID
    company_id: UUID
    email: str
    name: str
    role: UserRole = "user"
    active: bool = True


class EstablishPartnership(Request):
    """`establish_partnership`: answers Done."""

    id: UUID
    creditor_id: UUID
    partner_id: UUID


class PutCase(Request):
    """`put_case`: answers Done; opens the case or brings partner, status and details up to date."""

    id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None = None
    status: CaseStatus
    debtor: Debtor
    amount: Decimal
    currency: str
    close_code: str | None = None
