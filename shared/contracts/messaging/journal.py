"""What a case's partner logs and what its creditor complains of: events and RPC."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging.threads import AuthorRef
from shared.contracts.messaging.values import EXCHANGE_SOURCE
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

TITLE_MAX_CHARACTERS = 200
JOURNAL_TEXT_MAX_CHARACTERS = 10_000

CallOutcome = Literal[
    "invalid_number",
    "no_response",
    "not_interested",
    "dispute",
    "successful_payment",
    "agreed_to_installment",
    "future_payment_promised",
    "installment_payment_promised",
    "needs_extra_time",
    "ongoing_reminders_and_payment_discussions",
]
CALL_OUTCOME_LABELS: dict[CallOutcome, str] = {
    "invalid_number": "Invalid number",
    "no_response": "No response",
    "not_interested": "Not interested",
    "dispute": "Dispute",
    "successful_payment": "Successful payment",
    "agreed_to_installment": "Agreed to installment",
    "future_payment_promised": "Future payment promised",
    "installment_payment_promised": "Installment payment promised",
    "needs_extra_time": "Needs extra time",
    "ongoing_reminders_and_payment_discussions": "Ongoing reminders and payment discussions",
}

NoteField = Literal["title", "description", "event_date"]

# --- events: note-<id>, call-<id>, complaint-<id>; subject case:<id> ---


class NoteLogged(EventData):
    """
    The partner wrote down something about the case, for itself and its creditor. Subject: the case.

    `event_date` is when what it tells of happened, where that was earlier. The `author_*` fields name a user
    of the partner whose engagement it is.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    note_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    client_note_id: str
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    title: PersonalText
    description: Annotated[str | None, PERSONAL] = None
    event_date: datetime | None = None


class NoteEdited(EventData):
    """The author put these words in place of the former ones; `revision` counts from 1, the first words."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    note_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    revision: int
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    title: PersonalText
    description: Annotated[str | None, PERSONAL] = None
    event_date: datetime | None = None


class NoteDeleted(EventData):
    """The author took the note back; its former words stay in the log, for operators alone."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    note_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    author_id: UUID
    author_company_id: UUID


class CallLogged(EventData):
    """The partner called somebody about the case, and what came of it; a call is never changed."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    call_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    client_call_id: str
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    number: PersonalText
    outcome: CallOutcome
    notes: PersonalText
    called_at: datetime


class ComplaintFiled(EventData):
    """
    A user of the creditor's side complains of the partner's work on the case.

    `respondent_id` is the partner complained of, `engagement_id` its time on the case.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    complaint_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    creditor_id: UUID
    respondent_id: UUID
    client_complaint_id: str
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    text: PersonalText


class ComplaintAccepted(EventData):
    """The platform accepted the complaint: the partner complained of owes a response in 10 calendar days."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    complaint_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    creditor_id: UUID
    respondent_id: UUID


class ComplaintAnswered(EventData):
    """The partner complained of has responded; there is one response."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    complaint_id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    creditor_id: UUID
    respondent_id: UUID
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    text: PersonalText


# --- RPC: answers (the gateway serves these shapes as they are) ---


class NoteView(Shape):
    """A note as clients see it; `edited_at` is when its present words were written, null for its first."""

    id: UUID
    case_id: UUID
    client_note_id: str
    title: str
    description: str | None
    event_date: datetime | None
    author: AuthorRef
    created_at: datetime
    edited_at: datetime | None = None


class NotePage(Shape):
    items: tuple[NoteView, ...]
    next_cursor: str | None


class LoggedNote(Shape):
    """`created` is False when the same `client_note_id` and content had been logged before."""

    note: NoteView
    created: bool
    position: int


class EditedNote(Shape):
    note: NoteView
    position: int


class NoteVersion(Shape):
    """The words of a note as they once were, or its deletion."""

    revision: int
    written_at: datetime
    deleted: bool
    title: str | None
    description: str | None
    event_date: datetime | None


class NoteHistory(Shape):
    """A note and everything it ever said, oldest first: for operators."""

    id: UUID
    case_id: UUID
    author: AuthorRef
    versions: tuple[NoteVersion, ...]


class CallView(Shape):
    id: UUID
    case_id: UUID
    client_call_id: str
    number: str
    outcome: CallOutcome
    outcome_label: str
    notes: str
    called_at: datetime
    author: AuthorRef
    created_at: datetime


class LoggedCall(Shape):
    """`created` is False when the same `client_call_id` and content had been logged before."""

    call: CallView
    created: bool
    position: int


class ComplaintResponse(Shape):
    text: str
    author: AuthorRef
    created_at: datetime


class ComplaintView(Shape):
    """A complaint as clients see it."""

    id: UUID
    case_id: UUID
    client_complaint_id: str
    status: Literal["filed", "accepted", "answered"]
    text: str
    respondent_id: UUID
    author: AuthorRef
    created_at: datetime
    response: ComplaintResponse | None = None


class FiledComplaint(Shape):
    """`created` is False when the same had been done before."""

    complaint: ComplaintView
    created: bool
    position: int


# --- RPC: requests ---


class ListNotes(PagedQuery):
    """`list_notes`: answers NotePage, the latest logged first; deleted notes are not in it."""

    case_id: UUID


class LogNote(Request):
    """
    `log_note`: answers LoggedNote.

    An `event_date` without a time is the beginning of that day where the author's company is.
    """

    case_id: UUID
    client_note_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    title: str
    description: str | None = None
    event_date: AwareDatetime | date | None = None


class EditNote(Request):
    """`edit_note`: answers EditedNote. `fields` names what is to change; the others stay as they are."""

    case_id: UUID
    note_id: UUID
    fields: tuple[NoteField, ...]
    title: str | None = None
    description: str | None = None
    event_date: AwareDatetime | date | None = None


class DeleteNote(Request):
    """`delete_note`: answers Done; a note that is deleted already stays so."""

    case_id: UUID
    note_id: UUID


class GetNoteHistory(Query):
    """`get_note_history`: answers NoteHistory; for operators."""

    note_id: UUID


class LogCall(Request):
    """`log_call`: answers LoggedCall. Without `called_at` the call was made now."""

    case_id: UUID
    client_call_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    number: str
    outcome: CallOutcome
    notes: str
    called_at: AwareDatetime | None = None


class FileComplaint(Request):
    """`file_complaint`: answers FiledComplaint."""

    case_id: UUID
    client_complaint_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    text: str


class AnswerComplaint(Request):
    """`answer_complaint`: answers FiledComplaint; the same response again changes nothing."""

    case_id: UUID
    complaint_id: UUID
    text: str


class AcceptComplaint(Request):
    """`accept_complaint`: answers Done; for operators. One that is accepted already stays so."""

    complaint_id: UUID
