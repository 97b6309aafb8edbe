"""Use cases of messaging: load, decide, append. One module per noun; entrypoints find them all here."""

from services.messaging.handlers.callers import actor, member, member_or_platform, require_operator, tenant
from services.messaging.handlers.case_life import (
    act_on_case,
    assign_case,
    assign_case_user,
    close_case,
    follow_up_case,
    merge_case,
    name_managing_partner,
    report_payment,
    set_case_division,
)
from services.messaging.handlers.cases import ensure_thread, put_case
from services.messaging.handlers.complaints import accept_complaint, answer_complaint, file_complaint
from services.messaging.handlers.consequences import react
from services.messaging.handlers.directory import establish_partnership, put_user, register_company
from services.messaging.handlers.files import (
    check_upload,
    delete_file,
    record_file,
    release_content,
    use_content,
)
from services.messaging.handlers.importing import ImportedLine, import_lines
from services.messaging.handlers.indexing import Indexer
from services.messaging.handlers.journal import delete_note, edit_note, log_call, log_note
from services.messaging.handlers.leads import (
    Swept,
    choose_winner,
    invite_partner,
    pull_back_lead,
    submit_quote,
    sweep_leads,
)
from services.messaging.handlers.platform_inbox import Received, receive
from services.messaging.handlers.posting import mark_read, post_message, post_platform_message
from services.messaging.handlers.streams import Archive, open_archive
from services.messaging.handlers.subscribing import NAME, subscription
from services.messaging.handlers.sweeping import sweep_files

__all__ = [
    "NAME",
    "Archive",
    "ImportedLine",
    "Indexer",
    "Received",
    "Swept",
    "accept_complaint",
    "act_on_case",
    "actor",
    "answer_complaint",
    "assign_case",
    "assign_case_user",
    "check_upload",
    "choose_winner",
    "close_case",
    "delete_file",
    "delete_note",
    "edit_note",
    "ensure_thread",
    "establish_partnership",
    "file_complaint",
    "follow_up_case",
    "import_lines",
    "invite_partner",
    "log_call",
    "log_note",
    "mark_read",
    "member",
    "member_or_platform",
    "merge_case",
    "name_managing_partner",
    "open_archive",
    "post_message",
    "post_platform_message",
    "pull_back_lead",
    "put_case",
    "put_user",
    "react",
    "receive",
    "record_file",
    "register_company",
    "release_content",
    "report_payment",
    "require_operator",
    "set_case_division",
    "submit_quote",
    "subscription",
    "sweep_files",
    "sweep_leads",
    "tenant",
    "use_content",
]
