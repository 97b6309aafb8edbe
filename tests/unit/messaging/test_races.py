"""
Two who act at once: one of them is first, the other decides anew, and the outcome is consistent.

The race is forced and not hoped for: right before the first one's append, when it has decided, the second
one's whole command runs, on an archive of its own as in another process.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from services.messaging import commands, handlers
from services.messaging.decider import thread
from shared.contracts.messaging import (
    BidEnded,
    CaseClosed,
    CaseDeclined,
    LeadClosed,
    MessagePosted,
    NoteDeleted,
    NoteEdited,
    NoteLogged,
    PartnerInvited,
    PaymentReported,
    QuoteSubmitted,
    ThreadClosed,
    ThreadOpened,
)
from shared.errors import Conflict, Refused
from tests.unit.messaging.racing import (
    ANNA,
    CREDITOR,
    OTHER,
    PARTNER,
    PAUL,
    PETRA,
    Desk,
    origin,
    put,
    refusal,
)


class TestAMessageAndTheEndOfItsChat:
    @pytest.mark.parametrize("end", ["reassigns", "merges"])
    def test_a_message_that_was_decided_before_the_end_is_refused_after_it(
        self, desk: Desk, end: str
    ) -> None:
        desk.log.before_next("thread", getattr(desk.elsewhere(), end))

        assert refusal(lambda: desk.posts(PAUL)) == "thread_read_only"
        assert desk.log.raced
        assert desk.happened("thread", MessagePosted) == []
        assert refusal(lambda: desk.posts(ANNA)) == "thread_read_only"

    @pytest.mark.parametrize("end", ["reassigns", "merges"])
    def test_a_message_that_comes_before_the_end_stands_before_it(self, desk: Desk, end: str) -> None:
        desk.log.before_next("thread", lambda: desk.elsewhere().posts(PAUL))

        getattr(desk, end)()

        assert desk.log.raced
        kinds = [type(data) for data in desk.happened("thread", MessagePosted, ThreadClosed)]
        assert kinds == [MessagePosted, ThreadClosed]

    def test_declining_ends_the_chat_for_whoever_was_about_to_write(self, desk: Desk) -> None:
        desk.log.before_next("thread", lambda: desk.elsewhere().acts(PAUL, "decline"))

        assert refusal(lambda: desk.posts(ANNA)) == "thread_read_only"

    def test_a_retry_of_what_was_posted_before_the_end_has_its_outcome(self, desk: Desk) -> None:
        desk.log.before_next("thread", lambda: desk.elsewhere().posts(PAUL, key="m-1"))
        desk.merges()

        assert desk.posts(PAUL, key="m-1") is False


class TestANoteAndTheEndOfItsTime:
    """
    What was decided on the case as it was stands, whichever was appended first: a note is nobody else's, and
    belongs to the engagement that it was decided in. Whoever comes after the end is refused.
    """

    @pytest.mark.parametrize(("end", "code"), [("reassigns", "engagement_over"), ("merges", "case_merged")])
    def test_a_note_that_was_decided_before_the_end_stands_and_the_next_is_refused(
        self, desk: Desk, end: str, code: str
    ) -> None:
        desk.log.before_next("note", getattr(desk.elsewhere(), end))

        logged = desk.notes(PAUL, key="n-1")

        assert desk.log.raced
        assert logged.created
        [event] = desk.noted(logged.note.id)
        assert isinstance(event.data, NoteLogged)
        assert event.data.engagement_id == commands.engagement_id(desk.case_id, PARTNER, 1)
        assert event.audience == {CREDITOR, PARTNER}
        assert refusal(lambda: desk.notes(PAUL)) == code
        assert desk.notes(PAUL, key="n-1").created is False

    @pytest.mark.parametrize(("end", "code"), [("reassigns", "engagement_over"), ("merges", "case_merged")])
    def test_so_does_a_change_of_a_note(self, desk: Desk, end: str, code: str) -> None:
        note_id = desk.notes(PAUL).note.id
        desk.log.before_next("note", getattr(desk.elsewhere(), end))

        desk.edits(PAUL, note_id, "Visit, second thoughts")

        assert desk.log.raced
        _, edited = desk.noted(note_id)
        assert isinstance(edited.data, NoteEdited)
        assert edited.data.title == "Visit, second thoughts"
        assert edited.audience == {CREDITOR, PARTNER}
        assert refusal(lambda: desk.edits(PAUL, note_id, "Third thoughts")) == code
        assert refusal(lambda: desk.deletes(PAUL, note_id)) == code

    @pytest.mark.parametrize(("end", "code"), [("reassigns", "engagement_over"), ("merges", "case_merged")])
    def test_and_the_deletion_of_one(self, desk: Desk, end: str, code: str) -> None:
        note_id = desk.notes(PAUL).note.id
        desk.log.before_next("note", getattr(desk.elsewhere(), end))

        desk.deletes(PAUL, note_id)

        assert desk.log.raced
        assert isinstance(desk.noted(note_id)[-1].data, NoteDeleted)
        assert refusal(lambda: desk.edits(PAUL, note_id, "Back again")) == code

    def test_a_note_that_is_deleted_meanwhile_is_not_changed(self, desk: Desk) -> None:
        note_id = desk.notes(PAUL).note.id
        desk.log.before_next("note", lambda: desk.elsewhere().deletes(PAUL, note_id))

        assert refusal(lambda: desk.edits(PAUL, note_id, "Too late")) == "note_deleted"
        assert [type(event.data) for event in desk.noted(note_id)] == [NoteLogged, NoteDeleted]

    def test_two_changes_of_one_note_are_both_kept_one_after_the_other(self, desk: Desk) -> None:
        note_id = desk.notes(PAUL).note.id
        desk.log.before_next("note", lambda: desk.elsewhere().edits(PAUL, note_id, "Second"))

        desk.edits(PAUL, note_id, "Third")

        changes = [event.data for event in desk.noted(note_id) if isinstance(event.data, NoteEdited)]
        assert [(change.revision, change.title) for change in changes] == [(2, "Second"), (3, "Third")]

    def test_the_same_note_twice_at_once_is_one(self, desk: Desk) -> None:
        desk.log.before_next("note", lambda: desk.elsewhere().notes(PAUL, key="n-1"))

        assert desk.notes(PAUL, key="n-1").created is False


class TestTwoOfOneCompany:
    def test_both_messages_stand(self, desk: Desk) -> None:
        desk.log.before_next("thread", lambda: desk.elsewhere().posts(PETRA, "second"))

        assert desk.posts(PAUL, "first") is True
        assert [message.body for message in desk.happened("thread", MessagePosted)] == ["second", "first"]

    def test_one_takes_the_case_and_the_other_cannot_decline_it(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().acts(PETRA, "accept"))

        assert refusal(lambda: desk.acts(PAUL, "decline")) == "case_transition_not_allowed"
        assert desk.happened("case", CaseDeclined) == []

    def test_one_declines_the_case_and_the_other_cannot_take_it(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().acts(PETRA, "decline"))

        assert refusal(lambda: desk.acts(PAUL, "accept")) == "engagement_over"

    def test_a_payment_that_both_report_counts_once(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().pays(PETRA, "p-1"))

        assert desk.pays(PAUL, "p-1") is False
        (payment,) = desk.happened("case", PaymentReported)
        assert payment.outstanding == Decimal("40.00")

    def test_two_payments_are_both_taken_off(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().pays(PETRA, "p-1"))

        assert desk.pays(PAUL, "p-2") is True
        assert [p.outstanding for p in desk.happened("case", PaymentReported)] == [
            Decimal("40.00"),
            Decimal("-20.00"),
        ]


class TestBothSides:
    def test_a_case_is_closed_once(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().closes(ANNA, None))

        assert refusal(lambda: desk.acts(PAUL, "accept")) == "case_closed"
        assert [closed.close_code for closed in desk.happened("case", CaseClosed)] == ["Withdrawn by Client"]

    def test_a_client_that_closes_while_its_partner_takes_the_case_asks_for_it(self, desk: Desk) -> None:
        desk.log.before_next("case", lambda: desk.elsewhere().acts(PAUL, "accept"))

        desk.closes(ANNA, None)

        assert desk.happened("case", CaseClosed) == []
        (asked,) = desk.happened("thread", MessagePosted)
        assert asked.author_id == ANNA

    def test_a_partner_does_not_close_what_is_another_ones_by_then(self, desk: Desk) -> None:
        desk.acts(PAUL, "accept")
        desk.log.before_next("case", desk.elsewhere().reassigns)

        assert refusal(lambda: desk.closes(PAUL, "Debtor Untraceable")) == "engagement_over"

    def test_a_closure_request_whose_chat_ended_meanwhile_is_not_posted(self, desk: Desk) -> None:
        desk.acts(PAUL, "accept")
        desk.log.before_next("thread", desk.elsewhere().merges)

        desk.closes(ANNA, None)

        assert desk.happened("thread", MessagePosted) == []


class TestWhoBidsAndWhoSpeaksForTheClient:
    """Both at once would let a bidder see its rivals' quotes."""

    @pytest.fixture
    def asking(self, desk: Desk) -> Desk:
        asking = replace(desk, case_id=uuid4())
        asking.elsewhere().asks_for_quotes()
        return asking

    @pytest.mark.parametrize("before", ["lead", "case"])
    def test_a_firm_that_is_invited_while_it_is_named_is_one_of_both(self, asking: Desk, before: str) -> None:
        refused: list[str] = []

        def invite() -> None:
            try:
                asking.elsewhere().invites(OTHER)
            except Refused as refusal:
                refused.append(refusal.code)

        asking.log.before_next(before, invite)
        try:
            asking.names(OTHER)
        except Refused as refusal:
            refused.append(refusal.code)

        assert asking.log.raced
        assert len(refused) == 1
        assert asking.manager_and_bidders() in [(OTHER, set()), (None, {OTHER})]

    def test_a_firm_that_is_named_while_it_is_invited_does_not_bid(self, asking: Desk) -> None:
        asking.log.before_next("lead", lambda: asking.elsewhere().names(OTHER))

        assert refusal(lambda: asking.invites(OTHER)) == "partner_is_managing_partner"
        assert asking.manager_and_bidders() == (OTHER, set())

    def test_a_firm_that_is_invited_to_a_lead_that_begins_meanwhile_is_not_named(self, desk: Desk) -> None:
        fresh = replace(desk, case_id=uuid4())
        put(fresh.archive, fresh.case_id, partner_id=None, status="PendingVerification")

        def begins() -> None:
            fresh.elsewhere().asks_for_quotes()
            fresh.elsewhere().invites(OTHER)

        fresh.log.before_next("case", begins)

        assert refusal(lambda: fresh.names(OTHER)) == "partner_bids"
        assert fresh.manager_and_bidders() == (None, {OTHER})

    def test_a_firm_that_was_named_before_the_lead_was_opened_does_not_bid(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fresh = replace(desk, case_id=uuid4())
        with monkeypatch.context() as crash:
            crash.setattr("services.messaging.handlers.cases.follow_through", lambda *_: [])
            fresh.elsewhere().asks_for_quotes()

        fresh.names(OTHER)

        assert refusal(lambda: fresh.invites(OTHER)) == "partner_is_managing_partner"

    def test_whoever_speaks_for_the_client_already_does_not_bid(self, desk: Desk) -> None:
        fresh = replace(desk, case_id=uuid4())
        put(fresh.archive, fresh.case_id, partner_id=None, status="PendingVerification")
        fresh.names(OTHER)
        fresh.asks_for_quotes()

        assert refusal(lambda: fresh.invites(OTHER)) == "partner_is_managing_partner"

    def test_a_quote_is_told_to_whoever_speaks_for_the_client_by_then(self, asking: Desk) -> None:
        asking.invites(PARTNER)
        asking.log.before_next("lead", lambda: asking.elsewhere().names(OTHER))

        asking.quotes(PAUL)

        assert asking.log.raced
        assert asking.told(QuoteSubmitted) == [{CREDITOR, PARTNER, OTHER}]

    def test_and_to_nobody_who_was_dismissed_by_then(self, asking: Desk) -> None:
        asking.invites(PARTNER)
        asking.names(OTHER)
        asking.log.before_next("case", lambda: asking.elsewhere().quotes(PAUL))
        asking.names(None)

        quote_id = commands.quote_id(commands.lead_id(asking.case_id, 1), PARTNER)
        asking.chooses(ANNA, quote_id)

        assert asking.log.raced
        assert asking.told(PartnerInvited) == [{CREDITOR, PARTNER}]
        assert asking.told(QuoteSubmitted) == [{CREDITOR, PARTNER, OTHER}]
        assert asking.told(BidEnded) == [{CREDITOR, PARTNER}]
        assert asking.told(LeadClosed) == [{CREDITOR}]


class TestOpeningAChat:
    def hidden(self, desk: Desk) -> Desk:
        case_id = uuid4()
        put(desk.elsewhere().archive, case_id, partner_id=None)
        return replace(desk, case_id=case_id)

    def test_a_chat_does_not_open_on_a_case_that_is_merged_meanwhile(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assigned = self.hidden(desk)
        with monkeypatch.context() as crash:
            crash.setattr("services.messaging.handlers.case_life.follow_through", lambda *_: [])
            handlers.assign_case(
                desk.archive, case_id=assigned.case_id, partner_id=PARTNER, status=None, origin=origin()
            )
        assigned.log.before_next("thread", assigned.elsewhere().merges)

        with pytest.raises(Conflict):
            assigned.ensures()
        assert assigned.happened("thread", ThreadOpened) == []
        state = desk.elsewhere().archive.threads.load(assigned.thread_id)
        assert state == thread.NeverOpened("merged")

    def test_a_chat_that_opens_before_the_merge_comes_to_it_is_closed_by_it(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assigned = self.hidden(desk)
        with monkeypatch.context() as crash:
            crash.setattr("services.messaging.handlers.case_life.follow_through", lambda *_: [])
            handlers.assign_case(
                desk.archive, case_id=assigned.case_id, partner_id=PARTNER, status=None, origin=origin()
            )
        assigned.log.before_next("thread", assigned.elsewhere().ensures)

        assigned.merges()

        kinds = [type(data) for data in assigned.happened("thread", ThreadOpened, ThreadClosed)]
        assert kinds == [ThreadOpened, ThreadClosed]

    def test_a_managing_partner_named_while_the_chat_opens_takes_part_in_it(self, desk: Desk) -> None:
        fresh = self.hidden(desk)
        fresh.log.before_next("thread", lambda: fresh.elsewhere().names(OTHER))

        handlers.assign_case(
            fresh.archive, case_id=fresh.case_id, partner_id=PARTNER, status=None, origin=origin()
        )
        # The subscription comes to both events in their order.
        handlers.follow_up_case(fresh.elsewhere().archive, fresh.case_id)

        state = fresh.elsewhere().archive.threads.load(fresh.thread_id)
        assert OTHER in thread.audience(state)

    def test_a_managing_partner_that_is_none_any_more_does_not_come_back_with_an_old_naming(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fresh = self.hidden(desk)
        with monkeypatch.context() as crash:
            crash.setattr("services.messaging.handlers.case_life.follow_through", lambda *_: [])
            handlers.assign_case(
                desk.archive, case_id=fresh.case_id, partner_id=PARTNER, status=None, origin=origin()
            )
            fresh.names(OTHER)
        fresh.ensures()
        fresh.names(None)

        handlers.follow_up_case(fresh.elsewhere().archive, fresh.case_id)

        state = fresh.elsewhere().archive.threads.load(fresh.thread_id)
        assert thread.audience(state) == {CREDITOR, PARTNER}

    def test_a_managing_partner_that_was_named_again_is_not_shown_out_by_an_old_dismissal(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fresh = self.hidden(desk)
        handlers.assign_case(
            desk.archive, case_id=fresh.case_id, partner_id=PARTNER, status=None, origin=origin()
        )
        with monkeypatch.context() as crash:
            crash.setattr("services.messaging.handlers.case_life.follow_through", lambda *_: [])
            fresh.names(OTHER)
            fresh.names(None)
        fresh.names(OTHER)

        handlers.follow_up_case(fresh.elsewhere().archive, fresh.case_id)

        state = fresh.elsewhere().archive.threads.load(fresh.thread_id)
        assert OTHER in thread.audience(state)
