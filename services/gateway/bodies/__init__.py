"""
What clients send: one model per JSON body, strict about types and without unknown fields.

Here stands what can be said of the body alone and is the same for every service behind; what a name or a
status must be like is decided by the service that owns it. One module per topic, all of them found here.
"""

from pydantic import BaseModel

from services.gateway.bodies.answers import Reached
from services.gateway.bodies.cases import (
    AssignmentEntry,
    CaseActEntry,
    CaseEntry,
    CaseUserEntry,
    ClosingEntry,
    DebtorEntry,
    DivisionEntry,
    ManagingPartnerEntry,
    MergeEntry,
    PaymentEntry,
)
from services.gateway.bodies.directory import CompanyEntry, PartnershipEntry, UserEntry
from services.gateway.bodies.files import AttachmentFields, UploadFields
from services.gateway.bodies.journal import NewCall, NewComplaint, NewComplaintResponse, NewNote, NoteChanges
from services.gateway.bodies.leads import ChosenQuote, InvitationEntry, NewQuote
from services.gateway.bodies.people import NotificationsToRead, PreferenceChanges, QuietHours
from services.gateway.bodies.surveys import ActionEntry, ReportedPaymentEntry, SurveyReport
from services.gateway.bodies.tasks import TaskChange, TaskEntry, TaskSettlement
from services.gateway.bodies.threads import NewMessage, PlatformMessage, ReadUpTo

__all__ = [
    "ActionEntry",
    "AssignmentEntry",
    "AttachmentFields",
    "CaseActEntry",
    "CaseEntry",
    "CaseUserEntry",
    "ChosenQuote",
    "ClosingEntry",
    "CompanyEntry",
    "DebtorEntry",
    "DivisionEntry",
    "InvitationEntry",
    "ManagingPartnerEntry",
    "MergeEntry",
    "NewCall",
    "NewComplaint",
    "NewComplaintResponse",
    "NewMessage",
    "NewNote",
    "NewQuote",
    "NoteChanges",
    "NotificationsToRead",
    "PartnershipEntry",
    "PaymentEntry",
    "PlatformMessage",
    "PreferenceChanges",
    "QuietHours",
    "Reached",
    "ReadUpTo",
    "ReportedPaymentEntry",
    "SurveyReport",
    "TaskChange",
    "TaskEntry",
    "TaskSettlement",
    "UploadFields",
    "UserEntry",
]

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
    PartnershipEntry,
    PaymentEntry,
    PlatformMessage,
    PreferenceChanges,
    ReadUpTo,
    SurveyReport,
    TaskChange,
    TaskEntry,
    TaskSettlement,
    UserEntry,
)
