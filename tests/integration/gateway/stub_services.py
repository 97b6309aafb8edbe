"""
The services that the gateway calls, as nameko runs them, with answers that tests choose.

Run as a process: `python stub_services.py AMQP_URL`. What a request asks for decides what it gets, so no test
needs to talk to this process: the text of a message or a reference names the behaviour.
"""

import sys

import eventlet

eventlet.monkey_patch()

# The patch must come before everything that it patches.
from collections.abc import Callable  # noqa: E402
from typing import Any, TypeVar  # noqa: E402
from uuid import UUID  # noqa: E402

from nameko.rpc import rpc as nameko_rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Retryable  # noqa: E402
from tests.integration.gateway import stub_ids  # noqa: E402

Json = dict[str, Any]


Method = TypeVar("Method", bound=Callable[..., Json])


def rpc(method: Method) -> Method:
    """Make the method an RPC entrypoint; nameko's own decorator has no types."""
    decorated: Method = nameko_rpc(expected_exceptions=Refused)(method)
    return decorated


class NotYetHandled(Retryable):
    """The read model is not there yet."""


class MessagingService:
    """Answers for messaging."""

    name = "messaging"

    @rpc
    def identify(self, request: Json) -> Json:
        user_id = request["user_id"]
        if user_id in (str(stub_ids.UNKNOWN), str(UUID(int=0))):
            raise NotFound("user_not_found", "There is no such user.")
        company_id = request["caller"]["company_id"]
        return {
            "user_id": user_id,
            "email": "anna@nordvik.example",
            "name": "Anna Holm",
            "role": "admin",
            "active": user_id != str(stub_ids.DEACTIVATED)
            and (user_id != str(stub_ids.LEAVING) or request["min_position"] is None),
            "company_id": company_id,
            "company_name": "Nordvik Steel A/S",
            "side": stub_ids.SIDES[company_id],
            "country": "DK",
            "time_zone": "Europe/Copenhagen",
            "locale": "da",
        }

    @rpc
    def post_message(self, request: Json) -> Json:
        match request["body"]:
            case "conflict":
                raise Conflict(
                    "client_message_id_reused", "Another message has this id.", "client_message_id"
                )
            case "forbidden":
                raise Forbidden("not_a_participant", "You only read here.")
            case "invalid":
                raise Invalid("body_blank", "Write something.", "body")
            case "not found":
                raise NotFound("thread_not_found", "There is no such thread.")
            case "not yet":
                raise NotYetHandled("position 7 was not handled in time; secret")
            case "crash":
                raise KeyError("secret")
            case "hang":
                eventlet.sleep(60)
        return {
            "created": request["client_message_id"] != "again",
            "position": 4711,
            "message": {
                "id": str(UUID(int=99)),
                "thread_id": request["thread_id"],
                "client_message_id": request["client_message_id"],
                "role": request["caller"]["role"],
                "author": {
                    "id": request["caller"]["user_id"],
                    "name": request["caller"]["name"],
                    "company_id": request["caller"]["company_id"],
                },
                "body": request["body"],
                "attachments": [],
                "created_at": "2026-11-20T14:00:00Z",
                "seen": False,
            },
        }

    @rpc
    def mark_read(self, request: Json) -> Json:
        return {"position": 4712}

    @rpc
    def list_messages(self, request: Json) -> Json:
        if request["cursor"] not in (None, "good"):
            raise Invalid("bad_cursor", "This cursor is not one that a page returned.", "cursor")
        return {"items": [], "next_cursor": "good", "asked": request}

    @rpc
    def list_cases(self, request: Json) -> Json:
        cases = [{"id": str(UUID(int=number)), "open_task_count": 0} for number in (21, 22)]
        return {"items": cases, "next_cursor": None}

    @rpc
    def get_case(self, request: Json) -> Json:
        return {"id": request["case_id"], "open_task_count": 0}

    @rpc
    def list_threads(self, request: Json) -> Json:
        return {"items": []}

    @rpc
    def ensure_thread(self, request: Json) -> Json:
        return {"thread": {"kind": request["kind"], "case_id": request["case_id"]}, "position": 4713}

    @rpc
    def list_timeline(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None, "asked": request}

    @rpc
    def list_notes(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None}

    @rpc
    def log_note(self, request: Json) -> Json:
        return {"note": {"id": str(UUID(int=97)), "asked": request}, "created": True, "position": 4714}

    @rpc
    def edit_note(self, request: Json) -> Json:
        return {"note": {"id": request["note_id"], "asked": request}, "position": 4715}

    @rpc
    def delete_note(self, request: Json) -> Json:
        return {"position": 4716}

    @rpc
    def get_note_history(self, request: Json) -> Json:
        return {"id": request["note_id"], "versions": []}

    @rpc
    def log_call(self, request: Json) -> Json:
        return {"call": {"id": str(UUID(int=96))}, "created": True, "position": 4717}

    @rpc
    def file_complaint(self, request: Json) -> Json:
        return {"complaint": {"id": str(UUID(int=95))}, "created": True, "position": 4718}

    @rpc
    def answer_complaint(self, request: Json) -> Json:
        return {"complaint": {"id": request["complaint_id"]}, "created": True, "position": 4719}

    @rpc
    def accept_complaint(self, request: Json) -> Json:
        return {"position": 4720}

    @rpc
    def list_partnerships(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None}

    @rpc
    def get_partnership(self, request: Json) -> Json:
        is_lonely = request["partnership_id"] == str(stub_ids.PARTNERSHIP_WITHOUT_TASKS_SERVICE)
        partner = stub_ids.UNKNOWN if is_lonely else stub_ids.PARTNER
        return {
            "id": request["partnership_id"],
            "creditor": {"id": str(stub_ids.CREDITOR), "name": "Nordvik Steel A/S"},
            "partner": {"id": str(partner), "name": "Hafen Inkasso"},
        }

    @rpc
    def post_platform_message(self, request: Json) -> Json:
        created = request["client_message_id"] != "again"
        return {"message": {"id": str(UUID(int=97))}, "created": created, "position": 4716}

    @rpc
    def search(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None, "asked": request}

    @rpc
    def submit_quote(self, request: Json) -> Json:
        created = request["comment"] != "again"
        return {"quote": {"id": str(UUID(int=98))}, "created": created, "position": 4714}

    @rpc
    def choose_winner(self, request: Json) -> Json:
        return {"position": 4715}

    @rpc
    def invite_partner(self, request: Json) -> Json:
        return {"position": 5}

    @rpc
    def check_upload(self, request: Json) -> Json:
        if request["case_id"] == str(stub_ids.CASE_OF_OTHERS):
            raise NotFound("case_not_found", "There is no such case.")
        return {"position": 4714}

    @rpc
    def record_file(self, request: Json) -> Json:
        if request["description"] == "too late":
            raise Conflict("case_merged", "The case was merged.")
        key = request["object_key"]
        return {
            "file": {"id": request["file_id"], "size": request["size"], "file_name": request["file_name"]}
            | {"content_type": request["content_type"], "document_type": request["document_type"]},
            "object_key": f"{'0' * 64}{key[64:]}" if request["description"] == "known" else key,
            "position": 4715,
        }

    @rpc
    def get_file(self, request: Json) -> Json:
        raise NotFound("file_not_found", "There is no such file.")

    @rpc
    def list_files(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None}

    @rpc
    def delete_file(self, request: Json) -> Json:
        return {"position": 4716, "unused_object": None}

    @rpc
    def register_company(self, request: Json) -> Json:
        return {"position": 1}

    @rpc
    def put_user(self, request: Json) -> Json:
        return {"position": 2}

    @rpc
    def establish_partnership(self, request: Json) -> Json:
        return {"position": 3}

    @rpc
    def put_case(self, request: Json) -> Json:
        return {"position": 4}

    @rpc
    def act_on_case(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def close_case(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def assign_case(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def merge_case(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def assign_case_user(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def name_managing_partner(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def set_case_division(self, request: Json) -> Json:
        return _outcome(request)

    @rpc
    def report_payment(self, request: Json) -> Json:
        created = request["client_payment_id"] != "again"
        return {"payment": {"amount": request["amount"]}, "created": created, "position": 5}

    @rpc
    def list_payments(self, request: Json) -> Json:
        return {"items": []}


def _outcome(request: Json) -> Json:
    return {"case_id": request["case_id"], "position": 6, "asked": request}


class TasksService:
    """Answers for tasks."""

    name = "tasks"

    @rpc
    def list_tasks(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None, "asked": request}

    @rpc
    def get_task(self, request: Json) -> Json:
        return {"id": request["task_id"]}

    @rpc
    def list_task_groups(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None}

    @rpc
    def count_tabs(self, request: Json) -> Json:
        return {"new_cases": 0, "case_updates": 0, "messages": 1, "all": 1, "overdue": 0}

    @rpc
    def get_sla(self, request: Json) -> Json:
        return {"items": [], "asked": request}

    @rpc
    def get_recent_sla(self, request: Json) -> Json:
        if request["partner_id"] == str(stub_ids.UNKNOWN):
            raise Retryable("tasks is not ready")
        return {"asked": request}

    @rpc
    def change_task(self, request: Json) -> Json:
        return {"task": {"id": request["task_id"], "asked": request}, "position": 4714}

    @rpc
    def open_task(self, request: Json) -> Json:
        return {"position": 4721}

    @rpc
    def settle_task(self, request: Json) -> Json:
        return {"position": 4722 if request["solved_by"] == "done" else 4723}

    @rpc
    def reopen_task(self, request: Json) -> Json:
        return {"task": {"id": request["task_id"]}, "position": 4715}

    @rpc
    def count_open_tasks(self, request: Json) -> Json:
        if str(stub_ids.CASE_WITHOUT_TASKS_SERVICE) in request["case_ids"]:
            raise Retryable("tasks is not ready")
        return {"counts": {str(UUID(int=21)): 3}}


class NotifierService:
    """Answers for notifier."""

    name = "notifier"

    @rpc
    def get_preferences(self, request: Json) -> Json:
        return {
            "case_notifications": True,
            "todo_digest": True,
            "message_mail": False,
            "quiet_hours": None,
            "locale": None,
            "address_works": True,
        }

    @rpc
    def change_preferences(self, request: Json) -> Json:
        return {
            "preferences": {"asked": request["preferences"], "fields": request["fields"]},
            "position": 4714,
        }

    @rpc
    def list_notifications(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None, "unread_count": 0, "asked": request}

    @rpc
    def mark_notifications_read(self, request: Json) -> Json:
        return {"position": 4715}

    @rpc
    def look_at_unsubscribe(self, request: Json) -> Json:
        return self._link(request["token"])

    @rpc
    def unsubscribe(self, request: Json) -> Json:
        return self._link(request["token"])

    def _link(self, token: str) -> Json:
        if token != "good":
            raise Invalid(f"unsubscribe_link_{token}", "Use the one in a newer e-mail <b>.")
        return {"category": "todo_digest", "language": "da"}


class SurveysService:
    """Answers for surveys."""

    name = "surveys"

    @rpc
    def list_surveys(self, request: Json) -> Json:
        return {"items": [], "next_cursor": None, "asked": request}

    @rpc
    def get_survey(self, request: Json) -> Json:
        return {"id": request["survey_id"], "asked": request}

    @rpc
    def save_draft(self, request: Json) -> Json:
        return {"position": 4721, "asked": request}

    @rpc
    def submit_survey(self, request: Json) -> Json:
        created = request["report"]["comment"] != "again"
        return {"survey_id": request["survey_id"], "created": created, "position": 4722, "asked": request}


def main(amqp_url: str) -> None:
    """Run the services until the process ends."""
    runner = ServiceRunner(config={"AMQP_URI": amqp_url})
    runner.add_service(MessagingService)
    runner.add_service(TasksService)
    runner.add_service(NotifierService)
    runner.add_service(SurveysService)
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(sys.argv[1])
