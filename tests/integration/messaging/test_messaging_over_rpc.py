"""The running service, asked over RabbitMQ as any nameko client asks."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from nameko.exceptions import get_module_path, registry
from nameko.standalone.rpc import ClusterRpcProxy

from shared.db import connect
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from shared.settings import Settings
from shared.testing import running

CREDITOR, PARTNER, ANNA, PAUL, CASE, PARTNERSHIP = (str(uuid4()) for _ in range(6))
OPS = {"user_id": None, "company_id": None, "role": "ops", "name": "tests"}
AS_ANNA = {"user_id": ANNA, "company_id": CREDITOR, "role": "creditor"}
AS_PAUL = {"user_id": PAUL, "company_id": PARTNER, "role": "partner"}


class Messaging:
    """Calls methods of the running service."""

    def __init__(self, rpc: Any) -> None:
        self._rpc = rpc

    def call(self, method: str, caller: dict[str, Any], **fields: Any) -> Any:
        request = {"caller": caller, "correlation_id": str(uuid4()), **fields}
        return getattr(self._rpc.messaging, method)(request)

    def refusal(self, method: str, caller: dict[str, Any], **fields: Any) -> tuple[str, str]:
        """Return kind and code of the refusal that the call ends with."""
        with pytest.raises(Refused) as raised:
            self.call(method, caller, **fields)
        return type(raised.value).__name__, raised.value.code


@pytest.fixture
def messaging(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Messaging]:
    # Refusals arrive as themselves, codes included; for this test alone, as nameko's registry is everybody's.
    for kind in (Conflict, Forbidden, Invalid, NotFound):
        monkeypatch.setitem(registry, get_module_path(kind), kind)
    with (
        running(settings, "messaging"),
        ClusterRpcProxy({"AMQP_URI": settings.amqp_url, "serializer": "json"}, timeout=30) as rpc,
    ):
        yield Messaging(rpc)


def test_a_conversation_from_the_first_company_to_the_last_read_message(messaging: Messaging) -> None:
    company = {"country": "DK", "time_zone": "Europe/Copenhagen"}
    messaging.call("register_company", OPS, id=CREDITOR, side="creditor", name="Nordvik", **company)
    messaging.call("register_company", OPS, id=PARTNER, side="partner", name="Inkasso", **company)
    messaging.call("put_user", OPS, id=ANNA, company_id=CREDITOR, email="anna@n.example", name="Anna")
    messaging.call("put_user", OPS, id=PAUL, company_id=PARTNER, email="paul@i.example", name="Paul")
    pair = {"creditor_id": CREDITOR, "partner_id": PARTNER}
    messaging.call("establish_partnership", OPS, id=PARTNERSHIP, **pair)
    case = {
        "id": CASE,
        "reference": "NV-1001",
        "status": "Active",
        "debtor": {"type": "Company", "name": "Hafen GmbH"},
        "amount": "8400.00",
        "currency": "EUR",
        **pair,
    }
    done = messaging.call("put_case", OPS, **case)
    assert messaging.call("put_case", OPS, **case)["position"] >= done["position"]

    ensured = messaging.call("ensure_thread", AS_ANNA, case_id=CASE, kind="invoice_chat")
    thread_id = ensured["thread"]["id"]
    (thread,) = messaging.call("list_threads", AS_PAUL, case_id=CASE, min_position=ensured["position"])[
        "items"
    ]
    assert thread["id"] == thread_id
    assert thread["writable"] is True

    post = {"thread_id": thread_id, "client_message_id": "m-1", "body": "Could you send the invoice?"}
    posted = messaging.call("post_message", AS_ANNA, **post)
    again = messaging.call("post_message", AS_ANNA, **post)
    assert (posted["created"], again["created"]) == (True, False)
    assert again["message"] == posted["message"]

    seen = {"min_position": posted["position"]}
    assert messaging.call("get_case", AS_PAUL, case_id=CASE, **seen)["unread_count"] == 1
    read = messaging.call("mark_read", AS_PAUL, thread_id=thread_id, up_to_message_id=posted["message"]["id"])
    after = {"min_position": read["position"]}
    page = messaging.call("list_messages", AS_ANNA, thread_id=thread_id, **after)
    assert [(message["body"], message["seen"]) for message in page["items"]] == [(post["body"], True)]
    assert messaging.call("list_cases", AS_PAUL)["items"][0]["unread_count"] == 0
    assert messaging.call("list_partnerships", AS_ANNA)["items"][0]["thread"]["kind"] == "relationship_chat"
    assert messaging.call("get_partnership", AS_PAUL, partnership_id=PARTNERSHIP)["total_cases"] == 1
    assert messaging.call("identify", AS_PAUL, user_id=PAUL)["name"] == "Paul"

    assert messaging.refusal("post_message", OPS, **post) == ("Forbidden", "members_only")
    assert messaging.refusal("mark_read", OPS, thread_id=thread_id, up_to_message_id=str(uuid4())) == (
        "Forbidden",
        "members_only",
    )
    assert messaging.refusal("post_message", AS_ANNA, **{**post, "body": "x"}) == (
        "Conflict",
        "client_message_id_reused",
    )
    assert messaging.refusal("get_case", AS_ANNA, case_id=str(uuid4())) == ("NotFound", "case_not_found")
    assert messaging.refusal("list_cases", AS_ANNA, cursor="nonsense") == ("Invalid", "bad_cursor")
    assert messaging.refusal("list_cases", AS_ANNA, min_position=10**12) == ("Invalid", "bad_min_position")
    assert messaging.refusal("ensure_thread", AS_ANNA, case_id=CASE, kind="lead_chat") == (
        "Conflict",
        "thread_comes_with_quote",
    )
    administration: dict[str, dict[str, Any]] = {
        "register_company": {"id": CREDITOR, "side": "creditor", "name": "Nordvik", **company},
        "put_user": {"id": ANNA, "company_id": CREDITOR, "email": "anna@n.example", "name": "Anna"},
        "establish_partnership": {"id": PARTNERSHIP, **pair},
        "put_case": case,
    }
    for method, fields in administration.items():
        assert messaging.refusal(method, AS_ANNA, **fields) == ("Forbidden", "operators_only")


def test_a_position_that_was_answered_can_be_waited_for_while_a_slower_append_is_under_way(
    messaging: Messaging, settings: Settings
) -> None:
    with connect(settings, schema="eventlog") as slow:
        slow.execute("select eventlog.mark_positions_v1()")
        company = {"country": "DK", "time_zone": "Europe/Copenhagen"}
        messaging.call("register_company", OPS, id=CREDITOR, side="creditor", name="Nordvik", **company)
        user = {"id": ANNA, "company_id": CREDITOR, "email": "anna@n.example", "name": "Anna"}
        position = messaging.call("put_user", OPS, **user)["position"]
        end = threading.Timer(0.3, slow.rollback)
        end.start()
        try:
            seen = messaging.call("list_cases", AS_ANNA, min_position=position)
        finally:
            end.join()

    assert seen["items"] == []
