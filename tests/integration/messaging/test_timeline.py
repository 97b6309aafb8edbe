"""The timeline of a case and the notes in it: what each reader sees, in which order, after which retries."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.contracts.envelope import ERASED
from shared.contracts.messaging import CALL_OUTCOME_LABELS, TimelineItem, TimelineItemType
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.eventlog.postgres import PostgresEventLog
from shared.rebuild import rebuild
from shared.settings import Settings
from tests.integration.messaging.elsewhere import judge, open_and_solve_task, send_email
from tests.integration.messaging.office import NOON, Conversation, Person, origin

CatchUp = Callable[[], None]
DAY = timedelta(days=1)


def timeline_as(
    reads: Reads, viewer: UUID | None, case_id: UUID, *types: TimelineItemType
) -> list[TimelineItem]:
    """Return the whole timeline, oldest first, read in small pages."""
    found: list[TimelineItem] = []
    cursor: str | None = None
    while True:
        page = reads.list_timeline(case_id, viewer=viewer, types=types, limit=3, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found[::-1]


def told(items: list[TimelineItem]) -> list[tuple[str, str | None]]:
    return [(item.type, item.description) for item in items]


@pytest.fixture
def petra(talk: Conversation) -> Person:
    """Give somebody of the partner that the case is given to later."""
    return talk.office.person(talk.office.company("partner", "Inkasso Süd GmbH"), "Petra")


class TestWhatHappened:
    def test_everything_stands_there_in_the_order_of_the_log_with_who_did_it(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        office.posts(talk.anna, talk.thread_id, "Have you called?")
        task_id = open_and_solve_task(log, talk)
        office.calls(talk.paul, case_id)
        office.notes(talk.paul, case_id)
        mail_id = send_email(log, talk)
        complaint = office.complains(talk.anna, case_id).complaint
        office.accepts(complaint.id)
        office.responds(talk.paul, case_id, complaint.id)
        office.change(talk.case, status="Paused")
        office.change(talk.case, status="Closed", close_code="Paid")
        catch_up()

        items = timeline_as(reads, None, case_id)

        assert [item.type for item in items] == [
            "case_opened",
            "case_assigned",
            "message",
            "task_opened",
            "task_solved",
            "call",
            "note",
            "email_sent",
            "complaint_filed",
            "complaint_accepted",
            "complaint_answered",
            "status_changed",
            "case_closed",
        ]
        assert [item.position for item in items] == sorted(item.position for item in items)
        by_type = {item.type: item for item in items}
        message, call = by_type["message"], by_type["call"]
        assert message.actor.company is not None
        assert (message.actor.type, message.actor.name, message.actor.company.name) == (
            "creditor_user",
            "Anna",
            "Nordvik Steel A/S",
        )
        assert call.actor.type == "partner_user"
        assert call.title == "Call: Future payment promised"
        assert call.data["number"] == "+45 70 10 20 30"
        assert by_type["case_opened"].actor.type == "operator"
        assert by_type["task_opened"].actor.type == "system"
        assert by_type["task_solved"].data["task_id"] == str(task_id)
        assert by_type["email_sent"].id == mail_id
        assert by_type["status_changed"].title == "Status changed to Paused"

    def test_a_verdict_that_closes_tasks_is_told_to_who_owed_the_answer_with_what_it_rests_on(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        case_id = talk.case.case_id
        judge(log, talk, mode="shadow")
        judge(log, talk, mode="live")
        catch_up()

        (item,) = timeline_as(reads, talk.partner, case_id, "verdict_given")

        assert item.description == "Thanks a lot!"
        assert (item.data["label"], item.data["model"]) == ("thanks", "ollama/llama3.1")
        assert item.data["verdict_id"] == str(item.id)
        assert timeline_as(reads, talk.creditor, case_id, "verdict_given") == []

    def test_it_is_narrowed_to_the_types_asked_for_and_pages_do_not_mix(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        case_id = talk.case.case_id
        for number in range(4):
            talk.office.posts(talk.anna, talk.thread_id, str(number))
            talk.office.calls(talk.paul, case_id, notes=str(number))
        catch_up()

        assert told(timeline_as(reads, talk.partner, case_id, "call")) == [("call", str(n)) for n in range(4)]
        cursor = reads.list_timeline(case_id, viewer=None, types=("call",), limit=1, cursor=None).next_cursor
        others: list[tuple[UUID, tuple[TimelineItemType, ...]]] = [
            (case_id, ("message",)),
            (case_id, ()),
            (uuid4(), ("call",)),
        ]
        for case, types in others:
            with pytest.raises(Invalid) as refusal:
                reads.list_timeline(case, viewer=None, types=types, limit=1, cursor=cursor)
            assert refusal.value.code == "bad_cursor"

    def test_what_is_dated_back_stands_where_it_happened(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        """All else was recorded at noon."""
        office, case_id = talk.office, talk.case.case_id
        office.posts(talk.anna, talk.thread_id, "At noon")
        office.notes(talk.paul, case_id, description="Yesterday, told first", event_date=NOON - DAY)
        office.calls(talk.paul, case_id, notes="The day before", called_at=NOON - 2 * DAY)
        office.notes(talk.paul, case_id, description="On the 10th", event_date=date(2026, 11, 10))
        office.notes(talk.paul, case_id, description="Now")
        catch_up()

        items = timeline_as(reads, talk.creditor, case_id)

        assert [item.description for item in items if item.description] == [
            "On the 10th",
            "The day before",
            "Yesterday, told first",
            "At noon",
            "Now",
        ]
        tenth = next(item for item in items if item.description == "On the 10th")
        assert tenth.at.isoformat() == "2026-11-09T23:00:00+00:00"  # midnight in Copenhagen
        assert tenth.recorded_at == NOON


class TestNotes:
    def test_an_edited_note_says_the_new_and_moves_where_it_is_dated(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        note = office.notes(talk.paul, case_id, "First words").note
        edited = office.edits(
            talk.paul, note, ("title", "event_date"), title="Second words", event_date=NOON - DAY
        )
        catch_up()

        assert (edited.note.title, edited.note.description) == ("Second words", note.description)
        [item] = timeline_as(reads, talk.creditor, case_id, "note")
        assert (item.id, item.title, item.at) == (note.id, "Second words", NOON - DAY)
        assert item.data["edited_at"] == "2026-11-20T12:00:00Z"
        [listed] = reads.list_notes(case_id, viewer=talk.creditor, limit=5, cursor=None).items
        assert listed == edited.note
        history = reads.note_history(note.id)
        assert [version.title for version in history.versions] == ["First words", "Second words"]

    def test_a_deleted_note_leaves_word_of_itself_and_its_words_to_operators(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        note = office.notes(talk.paul, case_id, "A mistake").note
        assert office.deletes(talk.paul, note) is not None
        assert office.deletes(talk.paul, note) is None
        catch_up()

        [item] = timeline_as(reads, talk.creditor, case_id, "note", "note_deleted")
        assert (item.id, item.type, item.title, item.description) == (
            note.id,
            "note_deleted",
            "Note deleted",
            None,
        )
        assert "A mistake" not in item.model_dump_json()
        assert reads.list_notes(case_id, viewer=talk.creditor, limit=5, cursor=None).items == ()
        versions = reads.note_history(note.id).versions
        assert [(v.revision, v.deleted, v.title) for v in versions] == [
            (1, False, "A mistake"),
            (2, True, None),
        ]
        with pytest.raises(Conflict) as refusal:
            office.edits(talk.paul, note, title="Too late")
        assert refusal.value.code == "note_deleted"

    def test_only_its_author_changes_a_note(self, talk: Conversation, petra: Person) -> None:
        note = talk.office.notes(talk.paul, talk.case.case_id).note
        colleague = talk.office.person(talk.partner, "Pia")

        for person, refusal in ((colleague, Forbidden), (talk.anna, Forbidden), (petra, NotFound)):
            with pytest.raises(refusal):
                talk.office.edits(person, note, title="Mine")
            with pytest.raises(refusal):
                talk.office.deletes(person, note)

    def test_the_same_again_is_harmless_whatever_has_happened_since(
        self, talk: Conversation, petra: Person
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        first = office.notes(talk.paul, case_id, client_note_id="n-1")
        call = office.calls(talk.paul, case_id, client_call_id="c-1")
        complaint = office.complains(talk.anna, case_id, client_complaint_id="k-1")
        office.change(talk.case, partner_id=petra.company_id)

        assert office.notes(talk.paul, case_id, client_note_id="n-1").note == first.note
        assert not office.calls(talk.paul, case_id, client_call_id="c-1").created
        assert office.calls(talk.paul, case_id, client_call_id="c-1").call == call.call
        assert office.complains(talk.anna, case_id, client_complaint_id="k-1") == complaint.model_copy(
            update={"created": False}
        )
        for again, code in (
            (
                lambda: office.notes(talk.paul, case_id, "Other", client_note_id="n-1"),
                "client_note_id_reused",
            ),
            (
                lambda: office.calls(talk.paul, case_id, client_call_id="c-1", notes="Other"),
                "client_call_id_reused",
            ),
            (
                lambda: office.complains(talk.anna, case_id, "Other", client_complaint_id="k-1"),
                "client_complaint_id_reused",
            ),
            (lambda: office.notes(talk.paul, case_id), "engagement_over"),
            (lambda: office.calls(talk.paul, case_id), "engagement_over"),
            (lambda: office.edits(talk.paul, first.note, title="Other"), "engagement_over"),
        ):
            with pytest.raises(Conflict) as refusal:
                again()
            assert refusal.value.code == code

    def test_a_merged_case_takes_nothing_more(self, talk: Conversation) -> None:
        office, case_id = talk.office, talk.case.case_id
        note = office.notes(talk.paul, case_id).note
        complaint = office.complains(talk.anna, case_id).complaint
        office.change(talk.case, status="Merged")

        for attempt in (
            lambda: office.notes(talk.paul, case_id),
            lambda: office.calls(talk.paul, case_id),
            lambda: office.edits(talk.paul, note, title="Later"),
            lambda: office.deletes(talk.paul, note),
            lambda: office.complains(talk.anna, case_id),
            lambda: office.accepts(complaint.id),
            lambda: office.responds(talk.paul, case_id, complaint.id),
        ):
            with pytest.raises(Conflict) as refusal:
                attempt()
            assert refusal.value.code == "case_merged"


class TestWhoSeesWhat:
    def test_each_partner_sees_its_own_time_and_the_creditor_sees_all(
        self, talk: Conversation, petra: Person, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        office.posts(talk.paul, talk.thread_id, "Old chat")
        office.notes(talk.paul, case_id, description="Old note")
        office.calls(talk.paul, case_id, notes="Old call")
        complaint = office.complains(talk.anna, case_id, "Old complaint").complaint
        open_and_solve_task(log, talk)
        office.change(talk.case, partner_id=petra.company_id)
        office.posts(petra, office.chat(case_id, company_id=petra.company_id), "New chat")
        office.notes(petra, case_id, description="New note")
        office.responds(talk.paul, case_id, complaint.id, "Old response")
        catch_up()

        def words(viewer: UUID | None) -> list[str]:
            kinds: tuple[TimelineItemType, ...] = (
                "message",
                "note",
                "call",
                "complaint_filed",
                "complaint_answered",
            )
            return [item.description or "" for item in timeline_as(reads, viewer, case_id, *kinds)]

        old, new = ["Old chat", "Old note", "Old call", "Old complaint"], ["New chat", "New note"]
        assert words(talk.partner) == [*old, "Old response"]
        assert words(petra.company_id) == new
        assert words(talk.creditor) == words(None) == [*old, *new, "Old response"]
        assert "task_opened" in [item.type for item in timeline_as(reads, talk.partner, case_id)]
        assert "task_opened" not in [item.type for item in timeline_as(reads, talk.creditor, case_id)]
        assert reads.list_notes(case_id, viewer=petra.company_id, limit=5, cursor=None).items[
            0
        ].description == ("New note")
        assert len(reads.list_notes(case_id, viewer=talk.creditor, limit=5, cursor=None).items) == 2

    def test_a_managing_partner_sees_what_the_creditor_sees_while_it_speaks_for_it(
        self, talk: Conversation, petra: Person, reads: Reads, catch_up: CatchUp
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        office.notes(talk.paul, case_id, description="Before its time")

        def speaks_for_the_client(firm: UUID | None) -> None:
            handlers.name_managing_partner(office.archive, case_id=case_id, partner_id=firm, origin=origin())
            catch_up()

        speaks_for_the_client(petra.company_id)
        office.complains(petra, case_id, "In its client's name")
        for attempt in (lambda: office.notes(petra, case_id), lambda: office.calls(petra, case_id)):
            with pytest.raises(Forbidden):
                attempt()
        catch_up()

        seen = timeline_as(reads, petra.company_id, case_id, "note", "complaint_filed")
        assert told(seen) == [("note", "Before its time"), ("complaint_filed", "In its client's name")]
        assert [item.actor.type for item in seen] == ["partner_user", "managing_partner_user"]
        assert len(reads.list_notes(case_id, viewer=petra.company_id, limit=5, cursor=None).items) == 1
        assert "complaint_filed" in [item.type for item in timeline_as(reads, talk.partner, case_id)]
        speaks_for_the_client(None)
        with pytest.raises(NotFound):
            timeline_as(reads, petra.company_id, case_id)
        for viewer in (talk.creditor, talk.partner):
            [complaint] = timeline_as(reads, viewer, case_id, "complaint_filed")
            assert complaint.actor.type == "managing_partner_user"

    def test_what_a_firm_did_as_collector_stays_so_when_it_speaks_for_the_client(
        self, talk: Conversation, petra: Person, reads: Reads, catch_up: CatchUp
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        office.notes(talk.paul, case_id)
        office.change(talk.case, partner_id=petra.company_id)
        handlers.name_managing_partner(
            office.archive, case_id=case_id, partner_id=talk.partner, origin=origin()
        )
        office.posts(talk.paul, office.chat(case_id, company_id=petra.company_id), "For our client.")
        catch_up()

        seen = timeline_as(reads, talk.creditor, case_id, "note", "message")

        assert [(item.type, item.actor.type) for item in seen] == [
            ("note", "partner_user"),
            ("message", "managing_partner_user"),
        ]

    def test_a_stranger_learns_of_nothing_and_leaves_nothing(
        self, talk: Conversation, petra: Person, reads: Reads, catch_up: CatchUp
    ) -> None:
        office, case_id = talk.office, talk.case.case_id
        complaint = office.complains(talk.anna, case_id).complaint
        catch_up()

        for case in (case_id, uuid4()):
            for attempt in (
                lambda case=case: reads.list_timeline(
                    case, viewer=petra.company_id, types=(), limit=5, cursor=None
                ),
                lambda case=case: reads.list_notes(case, viewer=petra.company_id, limit=5, cursor=None),
                lambda case=case: office.notes(petra, case),
                lambda case=case: office.calls(petra, case),
                lambda case=case: office.complains(petra, case),
                lambda case=case: office.responds(petra, case, complaint.id),
            ):
                with pytest.raises(NotFound) as refusal:
                    attempt()
                assert refusal.value.code == "case_not_found"

    def test_each_side_does_what_is_its_own(self, talk: Conversation) -> None:
        office, case_id = talk.office, talk.case.case_id
        complaint = office.complains(talk.anna, case_id).complaint

        for attempt, code in (
            (lambda: office.notes(talk.anna, case_id), "not_yours_to_do"),
            (lambda: office.calls(talk.anna, case_id), "not_yours_to_do"),
            (lambda: office.complains(talk.paul, case_id), "not_yours_to_do"),
            (lambda: office.responds(talk.anna, case_id, complaint.id), "respondent_only"),
        ):
            with pytest.raises(Forbidden) as refusal:
                attempt()
            assert refusal.value.code == code

    def test_there_is_one_response(self, talk: Conversation) -> None:
        case_id = talk.case.case_id
        complaint = talk.office.complains(talk.anna, case_id).complaint

        first = talk.office.responds(talk.paul, case_id, complaint.id)
        again = talk.office.responds(talk.paul, case_id, complaint.id)

        assert (first.created, again.created) == (True, False)
        assert first.complaint == again.complaint
        assert first.complaint.status == "answered"
        assert talk.office.accepts(complaint.id) is None
        with pytest.raises(Conflict):
            talk.office.responds(talk.paul, case_id, complaint.id, "On second thought")


def test_after_an_erasure_and_a_rebuild_nobody_reads_what_was_written(
    talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog, database_settings: Settings
) -> None:
    office, case_id = talk.office, talk.case.case_id
    office.posts(talk.anna, talk.thread_id, "Secret message")
    note = office.notes(talk.paul, case_id, "Secret title", description="Secret note").note
    office.edits(talk.paul, note, title="Secret again")
    office.calls(talk.paul, case_id, notes="Secret call")
    office.complains(talk.anna, case_id, "Secret complaint")
    catch_up()
    assert "Secret" in str(timeline_as(reads, None, case_id))

    log.erase_subject(f"case:{case_id}")
    fresh = PostgresEventLog(database_settings)
    rebuild(handlers.subscription(handlers.open_archive(fresh)), fresh, database_settings, lambda *_: None)
    fresh.close()

    items = timeline_as(reads, None, case_id)
    assert len(items) == 6
    told_now = str([item.model_dump_json() for item in items]) + reads.note_history(note.id).model_dump_json()
    for secret in ("Secret", "Hafen", "+45 70", "Anna"):
        assert secret not in told_now
    assert ERASED in told_now


def test_there_are_ten_outcomes_of_a_call() -> None:
    assert list(CALL_OUTCOME_LABELS.values()) == [
        "Invalid number",
        "No response",
        "Not interested",
        "Dispute",
        "Successful payment",
        "Agreed to installment",
        "Future payment promised",
        "Installment payment promised",
        "Needs extra time",
        "Ongoing reminders and payment discussions",
    ]
