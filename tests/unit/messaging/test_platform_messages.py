"""What the platform tells, from its file and from its own case system, on the log in memory."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging import handlers
from services.messaging.decider import case
from shared.contracts.messaging import CaseStatusChanged, PlatformMessageHandled
from shared.eventlog.memory import MemoryEventLog

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CREDITOR, PARTNER, OTHER, CASE, INTO, PAUL = (uuid4() for _ in range(6))

COMPANY = {"country": "DK", "time_zone": "Europe/Copenhagen"}
BOOK: list[dict[str, Any]] = [
    {
        "kind": "company",
        "id": str(CREDITOR),
        "side": "creditor",
        "name": "Nordvik",
        "on_decline": "close",
        **COMPANY,
    },
    {"kind": "company", "id": str(PARTNER), "side": "partner", "name": "Inkasso", **COMPANY},
    {"kind": "company", "id": str(OTHER), "side": "partner", "name": "Advokat", **COMPANY},
    {"kind": "user", "id": str(PAUL), "company_id": str(PARTNER), "email": "paul@i.example", "name": "Paul"},
    *(
        {
            "kind": "case",
            "id": str(case_id),
            "reference": "NV-1001",
            "creditor_id": str(CREDITOR),
            "partner_id": str(PARTNER),
            "status": "PendingVerification",
            "debtor": {"type": "Company", "name": "Hafen GmbH"},
            "amount": "8400.00",
            "currency": "EUR",
        }
        for case_id in (CASE, INTO)
    ),
]
ON_CASE = {"case_id": str(CASE)}
PAYMENT = {
    "kind": "payment",
    **ON_CASE,
    "client_payment_id": "p-1",
    "amount": "400.00",
    "currency": "EUR",
    "paid_on": "2026-11-24",
    "received_by": "creditor",
    "commission_paid": False,
}
STORY: list[dict[str, Any]] = [
    {"kind": "case_act", **ON_CASE, "action": "accept"},
    {"kind": "case_user", **ON_CASE, "side": "partner", "user_id": str(PAUL)},
    {"kind": "case_division", **ON_CASE, "division": {"id": str(uuid4()), "name": "Export"}},
    {"kind": "managing_partner", **ON_CASE, "partner_id": str(OTHER)},
    PAYMENT,
    {"kind": "case_closing", **ON_CASE, "close_code": "Partially paid"},
    {"kind": "case_merge", **ON_CASE, "into_case_id": str(INTO)},
    {"kind": "case_assignment", "case_id": str(INTO), "partner_id": str(OTHER), "status": "Active"},
]


@pytest.fixture
def archive() -> Iterator[handlers.Archive]:
    with closing(MemoryEventLog()) as log:
        yield handlers.open_archive(log)


def imported(archive: handlers.Archive, *objects: dict[str, Any]) -> list[handlers.ImportedLine]:
    return list(handlers.import_lines(archive, (json.dumps(each).encode() for each in objects), at=NOON))


def message(told: dict[str, Any], *, message_id: UUID | None = None, **changes: Any) -> bytes:
    data = {name: value for name, value in told.items() if name != "kind"}
    content = {"id": str(message_id or uuid4()), "kind": told["kind"], "data": data, **changes}
    return json.dumps(content).encode()


def told(archive: handlers.Archive, *messages: bytes) -> list[handlers.Received]:
    return [handlers.receive(archive, body, now=NOON) for body in messages]


class TestTheFile:
    def test_the_kind_of_a_partner_decides_how_it_gets_cases(self, archive: handlers.Archive) -> None:
        network = {**BOOK[2], "id": str(uuid4()), "partner_kind": "legal_network"}
        exclusive = {**BOOK[2], "id": str(uuid4()), "partner_kind": "exclusive"}
        asking = {**BOOK[-1], "id": str(uuid4()), "partner_id": None, "status": "Leads"}
        on_lead = {"kind": "invitation", "case_id": asking["id"]}
        imported(archive, *BOOK, network, exclusive, asking)

        outcomes = imported(
            archive,
            {"kind": "case_assignment", **ON_CASE, "partner_id": network["id"]},
            {**BOOK[-1], "partner_id": network["id"]},
            {**BOOK[-1], "id": str(uuid4()), "partner_id": network["id"]},
            {**on_lead, "partner_id": exclusive["id"]},
            {**on_lead, "partner_id": network["id"]},
            {**BOOK[-1], "id": str(uuid4()), "partner_id": network["id"], "status": "Active"},
        )

        assert [line.outcome for line in outcomes] == ["refused"] * 4 + ["applied"] * 2
        assert all("gets a case by winning it" in str(line.problem) for line in outcomes[:3])
        assert "An exclusive partner is assigned its cases" in str(outcomes[3].problem)

    def test_a_case_is_brought_through_its_life_and_the_same_file_again_says_what_is_over(
        self, archive: handlers.Archive
    ) -> None:
        assert [line.problem for line in imported(archive, *BOOK, *STORY)] == [None] * len(BOOK + STORY)

        facts = case.facts_of(archive.cases.load(CASE))
        assert (facts.payments, facts.partner_user_id) == (Decimal("400.00"), PAUL)
        assert facts.managing_partner_id == OTHER
        assert facts.division is not None
        assert case.status_of(archive.cases.load(CASE)) == "Merged"
        assert imported(archive, PAYMENT)[0].outcome == "unchanged"
        assert imported(archive, STORY[0])[0].problem is not None

    @pytest.mark.parametrize("told", STORY, ids=[each["kind"] for each in STORY])
    def test_each_of_it_twice_changes_nothing_more(
        self, archive: handlers.Archive, told: dict[str, Any]
    ) -> None:
        begin = [] if told is STORY[0] else STORY[:1]
        payment = [PAYMENT] if told["kind"] == "case_closing" else []
        imported(archive, *BOOK, *begin, *payment)

        first, again = imported(archive, told, told)

        assert (first.outcome, again.outcome) == ("applied", "unchanged")

    def test_lines_that_are_messages_take_effect_once_whatever_was_told_since(
        self, archive: handlers.Archive
    ) -> None:
        """A file that tells of one case twice leaves it alone when it is imported again."""
        book = [json.dumps(line).encode() for line in BOOK]
        later = [
            message(each)
            for each in (
                STORY[0],
                {"kind": "case_act", **ON_CASE, "action": "pause"},
                {"kind": "case_act", **ON_CASE, "action": "resume"},
                {"kind": "case_assignment", **ON_CASE, "partner_id": str(OTHER)},
                {"kind": "case_assignment", **ON_CASE, "partner_id": str(PARTNER)},
            )
        ]
        first = list(handlers.import_lines(archive, book + later, at=NOON))
        head = archive.log.head()

        again = list(handlers.import_lines(archive, later, at=NOON))

        assert [line.outcome for line in first] == ["applied"] * len(book + later)
        assert first[-1].position == head
        assert [line.outcome for line in again] == ["unchanged"] * len(later)
        assert told(archive, *later) == [handlers.Received(outcome="repeated")] * len(later)
        assert archive.log.head() == head
        assert len(case.facts_of(archive.cases.load(CASE)).engagements) == 3

    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"kind": "debtor"}, "field kind: must be one of company, user"),
            ({"kind": ["case"]}, "field kind"),
            ({"kind": "case_act", **ON_CASE, "action": "dance"}, "field action"),
            ({"kind": "payment", **ON_CASE}, "field client_payment_id: is missing"),
            ({**STORY[0], "member": None}, "field member: no such field"),
            ({**STORY[0], "caller": {}}, "field caller: no such field"),
            ({"kind": "case_act", "data": ON_CASE}, "field id: is missing"),
            ({**STORY[0], "data": {}}, "field case_id: no such field"),
        ],
    )
    def test_what_is_wrong_with_it_is_said(
        self, archive: handlers.Archive, wrong: dict[str, Any], problem: str
    ) -> None:
        (line,) = imported(archive, wrong)

        assert line.outcome == "refused"
        assert problem in (line.problem or "")


class TestWhoBidsAndWhoSpeaksForTheClient:
    """A managing partner sees what the client sees, and so every quote."""

    def begin(self, archive: handlers.Archive) -> None:
        asking = {**BOOK[-1], "id": str(CASE), "partner_id": None, "status": "Leads"}
        assert {line.outcome for line in imported(archive, *BOOK[:4], asking)} == {"applied"}

    def test_who_speaks_for_the_client_is_not_asked_for_a_quote(self, archive: handlers.Archive) -> None:
        self.begin(archive)
        naming = {"kind": "managing_partner", **ON_CASE, "partner_id": str(OTHER)}
        inviting = {"kind": "invitation", **ON_CASE, "partner_id": str(OTHER)}

        named, refused = imported(archive, naming, inviting)

        assert (named.outcome, refused.outcome) == ("applied", "refused")
        assert "sees every quote" in (refused.problem or "")

    def test_who_was_asked_for_a_quote_does_not_speak_for_the_client(self, archive: handlers.Archive) -> None:
        self.begin(archive)
        inviting = {"kind": "invitation", **ON_CASE, "partner_id": str(OTHER)}
        naming = {"kind": "managing_partner", **ON_CASE, "partner_id": str(OTHER)}

        invited, refused = imported(archive, inviting, naming)

        assert (invited.outcome, refused.outcome) == ("applied", "refused")
        assert "asked for a quote" in (refused.problem or "")


class TestItsOwnCaseSystem:
    def test_messages_take_effect_as_the_file_does(self, archive: handlers.Archive) -> None:
        outcomes = told(archive, *map(message, BOOK + STORY))

        assert {received.outcome for received in outcomes} == {"applied"}
        assert case.status_of(archive.cases.load(CASE)) == "Merged"

    def test_a_message_that_comes_again_much_later_changes_nothing(self, archive: handlers.Archive) -> None:
        told(archive, *map(message, BOOK + STORY[:1]))
        pause = message({"kind": "case_act", **ON_CASE, "action": "pause"})
        resume = message({"kind": "case_act", **ON_CASE, "action": "resume"})

        outcomes = told(archive, pause, resume, pause)

        assert [received.outcome for received in outcomes] == ["applied", "applied", "repeated"]
        assert case.status_of(archive.cases.load(CASE)) == "Active"

    def test_a_message_whose_handling_was_cut_off_takes_effect_once(
        self, archive: handlers.Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told(archive, *map(message, BOOK + STORY[:1]))
        pause = message({"kind": "case_act", **ON_CASE, "action": "pause"})
        append = archive.log.append

        def cut_off(stream: Any, events: Any, *, expected: Any) -> Any:
            if stream.category == "platform-message":
                raise ConnectionError("the process died here")
            return append(stream, events, expected=expected)

        with monkeypatch.context() as cut:
            cut.setattr(archive.log, "append", cut_off)
            with pytest.raises(ConnectionError):
                told(archive, pause)
        outcomes = told(archive, pause, pause)

        assert [received.outcome for received in outcomes] == ["unchanged", "repeated"]
        history = archive.log.read_stream(archive.cases.stream(CASE))
        paused = [e for e in history if isinstance(e.data, CaseStatusChanged) and e.data.status == "Paused"]
        assert len(paused) == 1

    def test_what_was_refused_may_be_sent_again_once_what_it_needs_is_there(
        self, archive: handlers.Archive
    ) -> None:
        early = message(BOOK[-1])

        (refused,) = told(archive, early)
        told(archive, *map(message, BOOK[:3]))
        (applied,) = told(archive, early)

        assert (refused.outcome, applied.outcome) == ("refused", "applied")
        assert "company_unknown" in (refused.problem or "")

    def test_only_the_platforms_machinery_closes_with_the_systems_codes(
        self, archive: handlers.Archive
    ) -> None:
        closing = {"kind": "case_closing", **ON_CASE, "close_code": "No Quotes Received"}

        outcomes = told(archive, *map(message, [*BOOK, closing]))

        assert outcomes[-1].outcome == "applied"

    def test_when_it_happened_is_when_the_platform_says(self, archive: handlers.Archive) -> None:
        earlier = NOON - timedelta(days=3)
        told(archive, *map(message, BOOK), message(STORY[0], at=earlier.isoformat()))

        facts = case.facts_of(archive.cases.load(CASE))
        assert facts.exclusive_until == case.end_of_exclusive_period(earlier)

    def test_that_it_was_handled_is_nobodys_to_know(self, archive: handlers.Archive) -> None:
        told(archive, message(BOOK[0]))

        *_, handled = archive.log.read_all(after=0).events
        assert isinstance(handled.data, PlatformMessageHandled)
        assert handled.audience == frozenset()

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"\xff", "JSON"),
            (b"[]", "JSON object"),
            (b'{"id": NaN}', "JSON"),
            (b"{}", "field id: is missing"),
            (message(BOOK[0], at="2026-11-25T12:00:00"), "field at"),
            (message(BOOK[0], at="2026-11-26T12:00:00Z"), "future"),
            (message(BOOK[0], at="0001-01-01T00:00:00+14:00"), "1900"),
            (message(BOOK[0], data=[]), "field data"),
            (message(BOOK[0], version=2), "field version: no such field"),
            (message({"kind": "debtor"}), "field kind"),
        ],
    )
    def test_what_is_malformed_is_refused_with_the_reason(
        self, archive: handlers.Archive, body: bytes, problem: str
    ) -> None:
        (received,) = told(archive, body)

        assert received.outcome == "refused"
        assert problem in (received.problem or "")
        assert archive.log.head() == 0
