"""Requests through HTTP and nameko's RPC: what is passed on, and how whatever is wrong is told."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.integration.gateway import stub_ids
from tests.integration.gateway.harness import ServedGateway, token

THREAD = UUID("971dbf88-a7d0-4b72-8e2d-61aba1dd135e")
CASE = UUID("0d2cf7a6-28a2-4b57-9f7b-1f5f1f1f1a05")
MESSAGES = f"/api/v1/threads/{THREAD}/messages"
FILE_LINK = "/api/v1/files/{file_id}/content"


def message(**changes: Any) -> dict[str, Any]:
    body = {"client_message_id": str(uuid4()), "body": "Do you accept?", "attachment_ids": []} | changes
    return {name: value for name, value in body.items() if value is not ...}


def ops(gateway: ServedGateway) -> str:
    return token(gateway.settings, role="ops", company_id=None, sub="night-shift")


def test_a_message_is_created_with_its_place_and_position(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, json=message(body="😀 ä"))

    assert answer.status_code == 201
    assert answer.json()["body"] == "😀 ä"
    assert answer.json()["author"]["name"] == "Anna Holm"
    assert answer.headers["Parley-Position"] == "4711"
    assert answer.headers["Location"] == f"{MESSAGES}#{UUID(int=99)}"
    assert gateway.asks("GET", answer.headers["Location"]).status_code == 200


def test_the_same_message_again_is_no_creation(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, json=message(client_message_id="again"))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("conflict", 409, "client_message_id_reused"),
        ("forbidden", 403, "not_a_participant"),
        ("invalid", 422, "body_blank"),
        ("not found", 404, "thread_not_found"),
        ("not yet", 503, "service_unavailable"),
        ("crash", 500, "internal_error"),
    ],
)
def test_what_the_service_refuses_is_told_as_a_problem(
    gateway: ServedGateway, body: str, status: int, code: str
) -> None:
    answer = gateway.asks("POST", MESSAGES, json=message(body=body))

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:parley:problem:{code}"
    assert problem["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_a_service_that_does_not_answer_is_a_timeout(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, json=message(body="hang"))

    assert answer.status_code == 504
    assert answer.json()["code"] == "service_timeout"
    assert answer.headers["Retry-After"]


@dataclass(frozen=True)
class Bad:
    """A request that must be refused, and how."""

    name: str
    ask: Callable[[ServedGateway], httpx.Response]
    status: int
    code: str


def posting(body: Any) -> Callable[[ServedGateway], httpx.Response]:
    return lambda gateway: gateway.asks("POST", MESSAGES, json=body)


def sending(
    content: bytes, content_type: str = "application/json"
) -> Callable[[ServedGateway], httpx.Response]:
    return lambda gateway: gateway.asks(
        "POST", MESSAGES, content=content, headers={"Content-Type": content_type}
    )


def getting(path: str, **headers: str) -> Callable[[ServedGateway], httpx.Response]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda gateway: gateway.asks("GET", f"/api/v1/{path}", headers=sent)


GOOD = json.dumps(message()).encode()

BAD = [
    Bad("empty body", posting(message(body="")), 422, "invalid_fields"),
    Bad("10 001 characters", posting(message(body="x" * 10_001)), 422, "invalid_fields"),
    Bad("NUL", posting(message(body="a\x00b")), 422, "invalid_fields"),
    Bad("NUL in the id", posting(message(client_message_id="\x00")), 422, "invalid_fields"),
    Bad("lone surrogate", sending(b'{"client_message_id":"1","body":"\\ud800"}'), 422, "invalid_fields"),
    Bad(
        "surrogates reversed",
        sending(b'{"client_message_id":"1","body":"\\udc00\\ud800"}'),
        422,
        "invalid_fields",
    ),
    Bad(
        "surrogate in a key",
        sending(b'{"client_message_id":"1","body":"a","\\udfff":1}'),
        422,
        "invalid_fields",
    ),
    Bad("missing field", posting(message(body=...)), 422, "invalid_fields"),
    Bad("null field", posting(message(body=None)), 422, "invalid_fields"),
    Bad("unknown field", posting(message(colour="blue")), 422, "invalid_fields"),
    Bad("number for text", posting(message(body=7)), 422, "invalid_fields"),
    Bad("no ids", posting(message(attachment_ids=["invoice.pdf"])), 422, "invalid_fields"),
    Bad("text for a list", posting(message(attachment_ids="x")), 422, "invalid_fields"),
    Bad("201 characters of id", posting(message(client_message_id="x" * 201)), 422, "invalid_fields"),
    Bad("list", posting([message()]), 422, "invalid_fields"),
    Bad("null", sending(b"null"), 422, "invalid_fields"),
    Bad("not JSON", sending(b"{nonsense"), 400, "not_json"),
    Bad("not UTF-8", sending(b'{"client_message_id":"1","body":"\xff"}'), 400, "not_json"),
    Bad("half JSON", sending(GOOD[:-1]), 400, "not_json"),
    Bad("nothing", sending(b""), 400, "not_json"),
    Bad("nested beyond reason", sending(b"[" * 60_000 + b"]" * 60_000), 400, "not_json"),
    Bad("form", sending(b"body=x", "application/x-www-form-urlencoded"), 415, "not_json"),
    Bad("no media type", sending(GOOD, ""), 415, "not_json"),
    Bad("another charset", sending(GOOD, "application/json; charset=latin-1"), 415, "not_json"),
    Bad("too large", posting(message(body="x" * 140_000)), 413, "body_too_large"),
    Bad("thread id that is none", getting("threads/nonsense/messages"), 422, "invalid_fields"),
    Bad(
        "kind that is none",
        lambda g: g.asks("PUT", f"/api/v1/cases/{THREAD}/threads/gossip"),
        422,
        "invalid_fields",
    ),
    Bad("bad cursor", getting(f"threads/{THREAD}/messages?cursor=bad"), 400, "bad_cursor"),
    Bad("limit 0", getting("cases?limit=0"), 400, "bad_query"),
    Bad("limit 201", getting("cases?limit=201"), 400, "bad_query"),
    Bad("limit in words", getting("cases?limit=ten"), 400, "bad_query"),
    Bad("unknown status", getting("tasks?status=perhaps"), 400, "bad_query"),
    Bad("misspelt parameter", getting("tasks?stauts=open"), 400, "bad_query"),
    Bad("a month that is none", getting("sla?month=2026-13"), 400, "bad_query"),
    Bad("a time without an offset", getting("tasks?due_before=2026-11-20T12:00:00"), 400, "bad_query"),
    Bad("position in words", getting("cases", Parley_Min_Position="soon"), 400, "bad_min_position"),
    Bad("negative position", getting("cases", Parley_Min_Position="-1"), 400, "bad_min_position"),
    Bad("huge position", getting("cases", Parley_Min_Position="9" * 40), 400, "bad_min_position"),
    Bad("last event in words", getting("live", Last_Event_ID="yesterday"), 400, "bad_last_event_id"),
    Bad("negative last event", getting("live", Last_Event_ID="-1"), 400, "bad_last_event_id"),
    Bad("other digits", getting("live?last_event_id=%D9%A1"), 400, "bad_last_event_id"),
    Bad("last event to come", getting("live", Last_Event_ID="999999999"), 400, "bad_last_event_id"),
    Bad("unknown page", getting("nothing"), 404, "no_such_page"),
    Bad("slash too many", getting("cases/"), 404, "no_such_page"),
    Bad("wrong method", lambda g: g.asks("DELETE", "/api/v1/cases"), 405, "method_not_allowed"),
    Bad("not for members", lambda g: g.asks("POST", "/api/v1/admin/companies"), 403, "operators_only"),
    Bad("not for operators", lambda g: g.asks("GET", "/api/v1/me", bearer=ops(g)), 403, "members_only"),
]


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_what_is_wrong_is_told_as_a_problem(gateway: ServedGateway, bad: Bad) -> None:
    answer = bad.ask(gateway)

    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (bad.status, bad.status, bad.code)
    assert problem["title"]
    assert problem["detail"]
    assert UUID(problem["correlation_id"])


def test_a_body_that_never_says_how_long_it_is_is_cut_off_too(gateway: ServedGateway) -> None:
    def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 10_000

    answer = gateway.asks("POST", MESSAGES, content=chunks(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


def test_a_length_at_fault_is_told_in_words_about_text(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, json=message(body=""))

    assert answer.json()["detail"] == "body: String should have at least 1 character"


def test_the_longest_message_is_accepted_however_it_is_written(gateway: ServedGateway) -> None:
    escaped = json.dumps(message(body="😀" * 10_000, client_message_id="😀" * 200)).encode()

    answer = gateway.asks("POST", MESSAGES, content=escaped, headers={"Content-Type": "application/json"})

    assert answer.status_code == 201


def test_every_field_at_fault_is_named(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, json={"client_message_id": 1, "colour": "blue"})

    fields = {problem["field"] for problem in answer.json()["errors"]}
    assert fields == {"client_message_id", "body", "colour"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"exp": 1}, 401, "token_expired"),
        ({"iss": "somebody"}, 401, "invalid_token"),
        ({"sub": str(stub_ids.UNKNOWN)}, 401, "not_a_member"),
        ({"role": "partner"}, 401, "not_a_member"),
        ({"sub": str(stub_ids.DEACTIVATED)}, 403, "user_deactivated"),
    ],
    ids=str,
)
def test_who_cannot_be_trusted_is_told_why(
    gateway: ServedGateway, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = gateway.asks("GET", "/api/v1/me", bearer=token(gateway.settings, **changes))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("WWW-Authenticate", "").startswith("Bearer") == (status == 401)


def test_who_was_deactivated_here_is_turned_away_from_the_next_request_on(gateway: ServedGateway) -> None:
    leaving = token(gateway.settings, sub=str(stub_ids.LEAVING))
    entry = {
        "id": str(stub_ids.LEAVING),
        "company_id": str(stub_ids.CREDITOR),
        "email": "lea@nordvik.example",
        "name": "Lea Ving",
        "active": False,
    }
    assert gateway.asks("GET", "/api/v1/me", bearer=leaving).status_code == 200

    gateway.asks("POST", "/api/v1/admin/users", bearer=ops(gateway), json=entry)

    answer = gateway.asks("GET", "/api/v1/me", bearer=leaving)
    assert (answer.status_code, answer.json()["code"]) == (403, "user_deactivated")


def test_without_a_token_nothing_is_looked_at(gateway: ServedGateway) -> None:
    answer = gateway.asks("POST", MESSAGES, bearer=None, content=b"{nonsense")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="parley"'


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/cases", "/nothing", "/readyz"])
def test_no_answer_is_kept_on_the_way_or_taken_for_something_else(gateway: ServedGateway, path: str) -> None:
    answer = gateway.asks("GET", path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_callers_correlation_id_goes_everywhere(gateway: ServedGateway) -> None:
    correlation_id = str(uuid4())
    answer = gateway.asks(
        "GET",
        f"{MESSAGES}?limit=3&after={UUID(int=5)}",
        headers={"X-Correlation-ID": correlation_id, "Parley-Min-Position": "17"},
    )

    asked = answer.json()["asked"]
    assert answer.headers["X-Correlation-ID"] == asked["correlation_id"] == correlation_id
    assert (asked["limit"], asked["after"], asked["min_position"]) == (3, str(UUID(int=5)), 17)
    assert asked["caller"]["company_id"] == str(stub_ids.CREDITOR)


def test_a_correlation_id_that_is_none_is_replaced(gateway: ServedGateway) -> None:
    answer = gateway.asks("GET", "/api/v1/me", headers={"X-Correlation-ID": "x" * 36})

    assert UUID(answer.headers["X-Correlation-ID"])


def test_cases_are_counted_by_tasks(gateway: ServedGateway) -> None:
    answer = gateway.asks("GET", "/api/v1/cases")

    assert [case["open_task_count"] for case in answer.json()["items"]] == [3, 0]


def test_a_count_that_is_not_known_is_not_zero(gateway: ServedGateway) -> None:
    answer = gateway.asks("GET", f"/api/v1/cases/{stub_ids.CASE_WITHOUT_TASKS_SERVICE}")

    assert answer.status_code == 503


def test_a_partnership_tells_how_timely_its_partner_was_to_its_creditor(gateway: ServedGateway) -> None:
    answer = gateway.asks("GET", f"/api/v1/partnerships/{UUID(int=31)}")

    asked = answer.json()["sla"]["asked"]
    assert (asked["partner_id"], asked["creditor_id"]) == (str(stub_ids.PARTNER), str(stub_ids.CREDITOR))
    assert asked["caller"]["company_id"] == str(stub_ids.CREDITOR)


def test_a_partnership_is_shown_without_its_timeliness_while_that_cannot_be_told(
    gateway: ServedGateway,
) -> None:
    partnership = stub_ids.PARTNERSHIP_WITHOUT_TASKS_SERVICE

    answer = gateway.asks("GET", f"/api/v1/partnerships/{partnership}")

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["sla"]) == (str(partnership), None)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/me", None),
        ("GET", f"/api/v1/cases/{UUID(int=21)}", None),
        ("GET", f"/api/v1/cases/{UUID(int=21)}/threads", None),
        ("PUT", f"/api/v1/cases/{UUID(int=21)}/threads/invoice_chat", None),
        ("GET", "/api/v1/partnerships", None),
        ("GET", f"/api/v1/partnerships/{UUID(int=31)}", None),
        ("GET", "/api/v1/tasks?status=open&tab=messages&overdue=true", None),
        ("GET", "/api/v1/tasks?type=MoreInfoNeeded&assignee=none&due_before=2026-11-20T12:00:00Z", None),
        ("GET", "/api/v1/tasks/counts", None),
        ("GET", "/api/v1/tasks/by-thread?tab=messages", None),
        ("GET", "/api/v1/sla?month=2026-11", None),
        ("GET", f"/api/v1/tasks/{UUID(int=41)}", None),
        ("PATCH", f"/api/v1/tasks/{UUID(int=41)}", {"assignee": str(UUID(int=42))}),
        ("PATCH", f"/api/v1/tasks/{UUID(int=41)}", {"postponed_to": None}),
        ("POST", f"/api/v1/tasks/{UUID(int=41)}/reopen", None),
        ("GET", "/api/v1/notifications?unread=true", None),
        ("POST", "/api/v1/notifications/read", {"ids": [str(UUID(int=98))]}),
        ("POST", f"/api/v1/threads/{THREAD}/read", {"up_to_message_id": str(UUID(int=99))}),
    ],
)
def test_a_member_gets_an_answer(gateway: ServedGateway, method: str, path: str, body: Any) -> None:
    answer = gateway.asks(method, path, json=body)

    assert answer.status_code == 200, answer.text
    assert ("Parley-Position" in answer.headers) == (method in ("POST", "PUT", "PATCH"))


def test_i_am_told_my_preferences_and_change_those_i_send(gateway: ServedGateway) -> None:
    me = gateway.asks("GET", "/api/v1/me").json()
    changes = {"todo_digest": False, "quiet_hours": {"begin": "22:00", "until": "07:30"}, "locale": None}

    answer = gateway.asks("PATCH", "/api/v1/preferences", json=changes)

    assert me["preferences"]["todo_digest"] is True
    assert answer.headers["Parley-Position"] == "4714"
    assert answer.json()["fields"] == ["locale", "quiet_hours", "todo_digest"]
    asked = answer.json()["asked"]
    assert asked["quiet_hours"] == {"begin": "22:00:00", "until": "07:30:00"}
    assert (asked["todo_digest"], asked["locale"]) == (False, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"todo_digest": "no"},
        {"locale": "fr"},
        {"quiet_hours": {"begin": "25:00", "until": "07:00"}},
        {"quiet_hours": {"begin": "22:00"}},
        {"colour": "blue"},
    ],
)
def test_preferences_that_are_none_are_refused(gateway: ServedGateway, changes: Any) -> None:
    answer = gateway.asks("PATCH", "/api/v1/preferences", json=changes)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")


def test_an_unsubscribe_link_shows_a_page_and_acts_when_posted_to(gateway: ServedGateway) -> None:
    shown = gateway.asks("GET", "/unsubscribe/good", bearer=None)
    done = gateway.asks("POST", "/unsubscribe/good", bearer=None, data={"List-Unsubscribe": "One-Click"})

    assert (shown.status_code, done.status_code) == (200, 200)
    assert '<form method="post">' in shown.text
    assert "<form" not in done.text
    assert "oversigter" in done.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("token", "status"), [("invalid", 400), ("expired", 410), ("x" * 201, 422)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_none_or_too_old_is_refused_in_words(
    gateway: ServedGateway, method: str, token: str, status: int
) -> None:
    answer = gateway.asks(method, f"/unsubscribe/{token}", bearer=None)

    assert answer.status_code == status
    if status != 422:
        assert "newer e-mail &lt;b&gt;" in answer.text


ADMIN: list[tuple[str, dict[str, Any]]] = [
    (
        "companies",
        {
            "id": str(stub_ids.CREDITOR),
            "side": "creditor",
            "name": "Nordvik Steel A/S",
            "country": "DK",
            "time_zone": "Europe/Copenhagen",
            "locale": "da",
        },
    ),
    (
        "users",
        {
            "id": str(stub_ids.ANNA),
            "company_id": str(stub_ids.CREDITOR),
            "email": "anna@nordvik.example",
            "name": "Anna Holm",
            "role": "admin",
            "active": True,
        },
    ),
    (
        "tasks",
        {"id": str(uuid4()), "type": "AssignBankAccount", "company_id": str(stub_ids.CREDITOR)},
    ),
    ("tasks/00000000-0000-0000-0000-000000000029/settlement", {"solved_by": "withdrawn"}),
    (
        "partnerships",
        {"id": str(uuid4()), "creditor_id": str(stub_ids.CREDITOR), "partner_id": str(stub_ids.PARTNER)},
    ),
    (
        "cases",
        {
            "id": str(uuid4()),
            "reference": "NV-1001",
            "creditor_id": str(stub_ids.CREDITOR),
            "partner_id": None,
            "status": "Active",
            "debtor": {"type": "Company", "name": "Hafen GmbH"},
            "amount": "8400.00",
            "currency": "EUR",
        },
    ),
]


@pytest.mark.parametrize(("kind", "entry"), ADMIN, ids=[kind for kind, _ in ADMIN])
def test_operators_bring_things_up_to_date(gateway: ServedGateway, kind: str, entry: dict[str, Any]) -> None:
    answer = gateway.asks("POST", f"/api/v1/admin/{kind}", bearer=ops(gateway), json=entry)

    assert answer.status_code == 200, answer.text
    assert answer.headers["Parley-Position"] == str(answer.json()["position"])


@pytest.mark.parametrize(("kind", "entry"), ADMIN, ids=[kind for kind, _ in ADMIN])
def test_operators_mistakes_are_told_field_by_field(
    gateway: ServedGateway, kind: str, entry: dict[str, Any]
) -> None:
    wrong = {**entry, "id": "nonsense", "colour": "blue"}

    answer = gateway.asks("POST", f"/api/v1/admin/{kind}", bearer=ops(gateway), json=wrong)

    assert answer.status_code == 422
    assert {problem["field"] for problem in answer.json()["errors"]} == {"id", "colour"}


def test_an_amount_may_be_digits_as_text_or_a_whole_number_but_nothing_else(gateway: ServedGateway) -> None:
    entry = dict(next(entry for kind, entry in ADMIN if kind == "cases"))

    accepted = ["8400.00", 8400, "0"]
    refused = [True, 8400.5, 1e400, "much", "NaN", "1e5", "1_000", " 5", "٣", "", None]
    for amount, status in [(each, 200) for each in accepted] + [(each, 422) for each in refused]:
        answer = gateway.asks(
            "POST",
            "/api/v1/admin/cases",
            bearer=ops(gateway),
            content=json.dumps({**entry, "amount": amount}),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == status, (amount, answer.text)


def test_operators_see_how_the_parts_are(gateway: ServedGateway) -> None:
    status = gateway.asks("GET", "/api/v1/admin/status", bearer=ops(gateway)).json()

    assert status["broker"] is True
    assert status["services"] == {"messaging": True, "tasks": True}
    assert status["live"]["connected"] is True


def test_the_process_is_ready_and_healthy(gateway: ServedGateway) -> None:
    assert gateway.asks("GET", "/healthz", bearer=None).json() == {"status": "ok"}
    ready = gateway.asks("GET", "/readyz", bearer=None)

    assert ready.status_code == 200
    assert ready.json()["checks"] == {
        "broker": True,
        "live": True,
        "log": True,
        "messaging": True,
        "tasks": True,
    }


def test_requests_are_counted_by_route_and_not_by_address(gateway: ServedGateway) -> None:
    gateway.asks("GET", f"/api/v1/tasks/{uuid4()}")

    text = gateway.asks("GET", "/metrics", bearer=None).text

    assert 'parley_http_requests_total{method="GET",route="/api/v1/tasks/{task_id}",status="200"}' in text
    assert "process_resident_memory_bytes" in text


def test_a_timeline_is_narrowed_by_types_that_exist(gateway: ServedGateway) -> None:
    timeline = f"/api/v1/cases/{uuid4()}/timeline"

    asked = gateway.asks("GET", timeline, params={"type": ["note", "call"], "limit": 7}).json()["asked"]
    refused = gateway.asks("GET", timeline, params={"type": "gossip"})

    assert (asked["types"], asked["limit"]) == (["note", "call"], 7)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_query")


def test_of_a_note_only_what_is_named_changes(gateway: ServedGateway) -> None:
    note = f"/api/v1/cases/{uuid4()}/notes/{uuid4()}"

    changed = gateway.asks("PATCH", note, json={"description": None, "event_date": "2026-11-19"})
    deleted = gateway.asks("DELETE", note)

    asked = changed.json()["asked"]
    assert asked["fields"] == ["description", "event_date"]
    assert (asked["description"], asked["event_date"]) == (None, "2026-11-19")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert deleted.headers["Parley-Position"] == "4716"


@pytest.mark.parametrize("event_date", ["2026-11-19T10:00:00", "yesterday", 20261119, "2026-13-01", ""])
def test_a_date_that_is_none_is_told_so(gateway: ServedGateway, event_date: object) -> None:
    answer = gateway.asks(
        "POST",
        f"/api/v1/cases/{uuid4()}/notes",
        json={"client_note_id": "1", "title": "Visited", "event_date": event_date},
    )

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["event_date"]


def test_a_report_goes_on_as_it_was_written_and_a_retry_is_told_apart(gateway: ServedGateway) -> None:
    survey = f"/api/v1/surveys/{uuid4()}"
    report = {
        "payments": [{"amount": "250.00", "currency": "EUR", "on": "2026-11-19", "received_by": "partner"}],
        "recommendation": "stay_active",
    }

    first = gateway.asks("POST", f"{survey}/submission", json=report)
    again = gateway.asks("POST", f"{survey}/submission", json={**report, "comment": "again"})
    draft = gateway.asks("PUT", f"{survey}/draft", json={})

    assert (first.status_code, again.status_code, draft.status_code) == (201, 200, 200)
    assert first.json()["asked"]["report"]["payments"][0]["amount"] == "250.00"
    assert first.headers["Location"] == survey


@pytest.mark.parametrize(
    "wrong",
    [
        {"recommendation": "burn"},
        {"payments": [{"amount": 250.5, "currency": "EUR", "on": "2026-11-19", "received_by": "partner"}]},
        {"actions": [{"kind": "call", "on": "yesterday", "text": "x"}]},
        {"colour": "blue"},
        {"comment": "a\x00b"},
    ],
)
def test_a_report_of_the_wrong_form_is_refused(gateway: ServedGateway, wrong: dict[str, Any]) -> None:
    answer = gateway.asks("POST", f"/api/v1/surveys/{uuid4()}/submission", json=wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")


def test_the_document_names_every_problem_of_every_route(gateway: ServedGateway) -> None:
    document = gateway.asks("GET", "/openapi.json", bearer=None).json()

    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["tags"], where
            assert operation["summary"], where
            if not path.startswith("/api/"):
                assert operation["security"] == [], where
                continue
            needs_token = path != FILE_LINK
            assert operation["security"] == ([{"bearer": []}] if needs_token else []), where
            responses = operation["responses"]
            for status in ("403", "500", "503", *(("401",) if needs_token else ())):
                problem = responses[status]["content"]["application/problem+json"]
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, where
                assert problem["example"]["status"] == int(status), where
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= set(responses), where
                content = operation["requestBody"]["content"]
                if "multipart/form-data" in content:
                    assert content["multipart/form-data"]["schema"]["required"] == ["file"], where
                    continue
                reference = content["application/json"]["schema"]["$ref"]
                schema = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
                assert schema["examples"], where
    references = set(_references(document))
    assert references <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert "HTTPValidationError" not in json.dumps(document)


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


def test_the_examples_of_the_document_are_accepted(gateway: ServedGateway) -> None:
    document = gateway.asks("GET", "/openapi.json", bearer=None).json()

    operations = [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("post", "put")
        and "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    for method, path, operation in operations:
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        [example] = document["components"]["schemas"][reference.rsplit("/", 1)[1]]["examples"]
        bearer = ops(gateway) if "/admin/" in path else ""
        address = re.sub(r"\{\w+_id\}", str(THREAD), path)
        answer = gateway.asks(method.upper(), address, bearer=bearer, json=example)
        assert answer.is_success, (path, answer.text)


def test_a_payment_is_201_once_and_then_200(gateway: ServedGateway) -> None:
    payment = {
        "client_payment_id": "p-1",
        "amount": "1250.00",
        "currency": "EUR",
        "paid_on": "2026-11-24",
        "received_by": "partner",
    }
    path = f"/api/v1/cases/{CASE}/payments"

    first = gateway.asks("POST", path, json=payment)
    again = gateway.asks("POST", path, json={**payment, "client_payment_id": "again"})

    assert (first.status_code, first.headers["Location"]) == (201, path)
    assert again.status_code == 200
    assert gateway.asks("GET", path).json() == {"items": []}


@pytest.mark.parametrize(
    "change",
    [{"amount": 12.5}, {"paid_on": "24.11.2026"}, {"received_by": "debtor"}, {"outstanding": "1.00"}],
)
def test_a_payment_that_is_none_is_refused_by_field(gateway: ServedGateway, change: dict[str, Any]) -> None:
    payment = {"client_payment_id": "p", "amount": "1", "currency": "EUR", "paid_on": "2026-11-24"}

    answer = gateway.asks(
        "POST", f"/api/v1/cases/{CASE}/payments", json={**payment, "received_by": "partner", **change}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
    assert next(iter(change)) in answer.json()["field"]


def test_only_operators_reassign_and_merge(gateway: ServedGateway) -> None:
    for method, name, body in (
        ("PUT", "assignment", {"partner_id": str(CASE)}),
        ("PUT", "managing-partner", {"partner_id": None}),
        ("PUT", "division", {"division": None}),
        ("POST", "merge", {"into_case_id": str(THREAD)}),
    ):
        answer = gateway.asks(method, f"/api/v1/admin/cases/{CASE}/{name}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")


def test_the_documents_page_is_served_with_all_it_needs(gateway: ServedGateway) -> None:
    page = gateway.asks("GET", "/docs", bearer=None)

    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert '"validatorUrl": null' in page.text
    assert len(files) == 3, "a script, a style and an icon"
    for file in files:
        assert file.startswith("/docs/files/"), "nothing comes from another server"
        assert gateway.asks("GET", file, bearer=None).status_code == 200
