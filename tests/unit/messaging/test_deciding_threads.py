"""Threads: opened once, written to by those who take part, read, and closed for ever."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.messaging import commands
from services.messaging.commands import CloseThread
from services.messaging.decider import thread
from services.messaging.handlers.snapshots import ThreadSnapshots
from shared.contracts.messaging import (
    MessageAuthor,
    MessagePosted,
    Participant,
    ParticipantJoined,
    ThreadClosed,
    ThreadCloseReason,
    ThreadOpened,
    ThreadRead,
)
from shared.errors import Conflict, NotFound
from tests.unit.messaging.examples import (
    ANNA,
    CASE,
    CREDITOR,
    ENGAGEMENT,
    MARK_READ,
    OPEN_THREAD,
    PARTNER,
    PARTNERSHIP,
    PAUL,
    POST,
    STRANGER,
    THREAD,
    a_thread,
)

CLOSE = CloseThread(thread_id=THREAD, reason="reassigned")


def from_company(company_id: UUID) -> commands.PostMessage:
    return replace(POST, author=MessageAuthor(id=uuid4(), name="Somebody", company_id=company_id))


class TestOpening:
    def test_a_thread_is_opened_for_its_participants(self) -> None:
        assert thread.decide(OPEN_THREAD, thread.initial()) == (
            ThreadOpened(
                thread_id=THREAD,
                kind="invoice_chat",
                case_id=CASE,
                case_reference="NV-1001",
                engagement_id=ENGAGEMENT,
                partnership_id=None,
                participants=(
                    Participant(company_id=CREDITOR, role="creditor"),
                    Participant(company_id=PARTNER, role="partner"),
                ),
            ),
        )

    def test_an_open_or_closed_thread_is_not_opened_again(self) -> None:
        assert thread.decide(OPEN_THREAD, a_thread(OPEN_THREAD)) == ()
        assert thread.decide(OPEN_THREAD, a_thread(OPEN_THREAD, CLOSE)) == ()

    def test_its_participants_may_know_of_it_and_its_case_keeps_its_secrets(self) -> None:
        state = a_thread(OPEN_THREAD)

        assert thread.audience(state) == {CREDITOR, PARTNER}
        assert thread.subject(state) == f"case:{CASE}"

    def test_a_relationship_chat_is_the_partnerships(self) -> None:
        opening = commands.open_relationship_chat(
            partnership_id=PARTNERSHIP, creditor_id=CREDITOR, partner_id=PARTNER
        )

        assert thread.subject(a_thread(opening)) == f"partnership:{PARTNERSHIP}"


class TestPosting:
    def test_a_message_goes_to_the_other_side(self) -> None:
        assert thread.decide(POST, a_thread(OPEN_THREAD)) == (
            MessagePosted(
                message_id=POST.message_id,
                thread_id=THREAD,
                thread_kind="invoice_chat",
                case_id=CASE,
                case_reference="NV-1001",
                partnership_id=None,
                client_message_id="m-1",
                role="creditor",
                author_id=ANNA,
                author_name="Anna Holm",
                author_company_id=CREDITOR,
                recipient_ids=(PARTNER,),
                body="Could you send the invoice?",
            ),
        )

    def test_role_and_recipients_follow_from_the_participants(self) -> None:
        (posted,) = thread.decide(from_company(PARTNER), a_thread(OPEN_THREAD))

        assert isinstance(posted, MessagePosted)
        assert (posted.role, posted.recipient_ids) == ("partner", (CREDITOR,))

    def test_a_managing_partner_sits_on_the_creditors_side(self) -> None:
        manager = uuid4()
        opening = replace(
            OPEN_THREAD,
            participants=(
                *OPEN_THREAD.participants,
                Participant(company_id=manager, role="managing_partner"),
            ),
        )
        state = a_thread(opening)

        (by_partner,) = thread.decide(from_company(PARTNER), state)
        (by_manager,) = thread.decide(from_company(manager), state)

        assert isinstance(by_partner, MessagePosted)
        assert isinstance(by_manager, MessagePosted)
        assert by_partner.recipient_ids == (CREDITOR, manager)
        assert (by_manager.role, by_manager.recipient_ids) == ("managing_partner", (PARTNER,))

    def test_strangers_and_unknown_threads_are_not_found_alike(self) -> None:
        with pytest.raises(NotFound) as foreign:
            thread.decide(from_company(STRANGER), a_thread(OPEN_THREAD))
        with pytest.raises(NotFound) as unknown:
            thread.decide(POST, thread.initial())

        assert foreign.value.args == unknown.value.args

    @pytest.mark.parametrize("reason", ["reassigned", "merged"])
    def test_a_closed_thread_can_only_be_read(self, reason: ThreadCloseReason) -> None:
        with pytest.raises(Conflict, match=reason.removesuffix("reassigned") or "another partner") as refusal:
            thread.decide(POST, a_thread(OPEN_THREAD, replace(CLOSE, reason=reason)))

        assert refusal.value.code == "thread_read_only"

    def test_a_stranger_does_not_learn_that_a_thread_is_closed(self) -> None:
        with pytest.raises(NotFound):
            thread.decide(from_company(STRANGER), a_thread(OPEN_THREAD, CLOSE))

    def test_messages_leave_the_state_as_it_is(self) -> None:
        assert a_thread(OPEN_THREAD, POST) == a_thread(OPEN_THREAD)


class TestMarkingRead:
    def test_a_reader_gets_ahead(self) -> None:
        assert thread.decide(MARK_READ, a_thread(OPEN_THREAD, POST)) == (
            ThreadRead(
                thread_id=THREAD,
                case_id=CASE,
                user_id=PAUL,
                company_id=PARTNER,
                up_to_message_id=POST.message_id,
                up_to_version=2,
            ),
        )

    @pytest.mark.parametrize("version", [1, 2])
    def test_reading_what_was_read_changes_nothing(self, version: int) -> None:
        state = a_thread(OPEN_THREAD, POST, MARK_READ)

        assert thread.decide(replace(MARK_READ, up_to_version=version), state) == ()

    def test_everybody_reads_for_themselves(self) -> None:
        state = a_thread(OPEN_THREAD, POST, MARK_READ)

        assert len(thread.decide(replace(MARK_READ, user_id=uuid4()), state)) == 1

    def test_a_closed_thread_can_still_be_read(self) -> None:
        assert len(thread.decide(MARK_READ, a_thread(OPEN_THREAD, POST, CLOSE))) == 1

    def test_strangers_read_nothing(self) -> None:
        with pytest.raises(NotFound):
            thread.decide(replace(MARK_READ, company_id=STRANGER), a_thread(OPEN_THREAD, POST))
        with pytest.raises(NotFound):
            thread.decide(MARK_READ, thread.initial())


class TestClosing:
    def test_a_thread_is_closed(self) -> None:
        assert thread.decide(CLOSE, a_thread(OPEN_THREAD)) == (
            ThreadClosed(thread_id=THREAD, case_id=CASE, reason="reassigned"),
        )

    def test_a_closed_thread_is_left_alone(self) -> None:
        assert thread.decide(replace(CLOSE, reason="merged"), a_thread(OPEN_THREAD, CLOSE)) == ()
        assert thread.decide(CLOSE, a_thread(CLOSE)) == ()

    def test_a_thread_that_was_closed_before_anybody_opened_it_is_never_opened(self) -> None:
        closed = a_thread(replace(CLOSE, case_id=CASE))

        with pytest.raises(Conflict) as refusal:
            thread.decide(OPEN_THREAD, closed)
        with pytest.raises(NotFound):
            thread.decide(POST, closed)

        assert refusal.value.code == "thread_read_only"
        assert thread.audience(closed) == frozenset()
        assert thread.subject(closed) is None


MANAGER = Participant(company_id=uuid4(), role="managing_partner")
JOIN = commands.JoinThread(thread_id=THREAD, case_id=CASE, participant=MANAGER)
LEAVE = commands.LeaveThread(thread_id=THREAD, case_id=CASE, participant=MANAGER)


def joined() -> ParticipantJoined:
    return ParticipantJoined(thread_id=THREAD, case_id=CASE, participant=MANAGER)


class TestTheThirdVoice:
    def test_a_company_joins_and_may_speak(self) -> None:
        assert thread.decide(JOIN, a_thread(OPEN_THREAD)) == (
            ParticipantJoined(thread_id=THREAD, case_id=CASE, participant=MANAGER),
        )
        state = a_thread(OPEN_THREAD, JOIN)
        (posted,) = thread.decide(from_company(MANAGER.company_id), state)

        assert isinstance(posted, MessagePosted)
        assert (posted.role, posted.recipient_ids) == ("managing_partner", (PARTNER,))
        assert MANAGER.company_id in thread.audience(state)
        assert thread.decide(JOIN, state) == ()

    def test_a_company_that_left_neither_writes_nor_reads(self) -> None:
        state = a_thread(OPEN_THREAD, JOIN, LEAVE)

        with pytest.raises(NotFound):
            thread.decide(from_company(MANAGER.company_id), state)
        assert state == a_thread(OPEN_THREAD)
        assert thread.decide(LEAVE, state) == ()

    def test_a_thread_that_can_only_be_read_is_joined_to_read_it(self) -> None:
        state = a_thread(OPEN_THREAD, CLOSE, JOIN)

        assert thread.participation(state, MANAGER.company_id) == MANAGER
        with pytest.raises(Conflict):
            thread.decide(from_company(MANAGER.company_id), state)

    @pytest.mark.parametrize(
        "ended", ["reassigned", "declined", "won", "lost", "pulled_back", "expired", "no_quote"]
    )
    def test_a_partner_whose_time_is_over_is_not_told_who_comes_goes_and_reads(
        self, ended: ThreadCloseReason
    ) -> None:
        state = a_thread(OPEN_THREAD, POST, replace(CLOSE, reason=ended), JOIN)
        (left,) = thread.decide(LEAVE, state)
        (read,) = thread.decide(replace(MARK_READ, user_id=ANNA, company_id=CREDITOR), state)
        (read_by_partner,) = thread.decide(MARK_READ, state)

        assert thread.addressed(state, joined()) == {CREDITOR, MANAGER.company_id}
        assert thread.addressed(thread.evolve(state, left), left) == {CREDITOR}
        assert thread.addressed(state, read) == {CREDITOR, MANAGER.company_id}
        assert thread.addressed(state, read_by_partner) == {CREDITOR, PARTNER, MANAGER.company_id}

    def test_everybody_is_told_while_the_partner_is_there_and_that_its_time_is_over(self) -> None:
        state = a_thread(OPEN_THREAD, JOIN)
        (closed,) = thread.decide(CLOSE, state)
        merged = a_thread(OPEN_THREAD, POST, replace(CLOSE, reason="merged"))
        (read,) = thread.decide(replace(MARK_READ, user_id=ANNA, company_id=CREDITOR), merged)

        assert thread.addressed(state, joined()) == {CREDITOR, PARTNER, MANAGER.company_id}
        assert thread.addressed(thread.evolve(state, closed), closed) == {
            CREDITOR,
            PARTNER,
            MANAGER.company_id,
        }
        assert thread.addressed(merged, read) == {CREDITOR, PARTNER}

    def test_nobody_joins_or_leaves_what_nobody_has_opened(self) -> None:
        assert thread.decide(JOIN, thread.initial()) == ()
        assert thread.decide(LEAVE, thread.initial()) == ()

    def test_a_partner_is_not_shown_out_in_another_role(self) -> None:
        leave = replace(LEAVE, participant=Participant(company_id=PARTNER, role="managing_partner"))

        assert thread.decide(leave, a_thread(OPEN_THREAD)) == ()


@pytest.mark.parametrize(
    "state",
    [
        thread.initial(),
        a_thread(OPEN_THREAD),
        a_thread(OPEN_THREAD, POST, MARK_READ),
        a_thread(OPEN_THREAD, POST, MARK_READ, CLOSE),
        a_thread(OPEN_THREAD, JOIN),
        a_thread(CLOSE),
        a_thread(
            commands.open_relationship_chat(
                partnership_id=PARTNERSHIP, creditor_id=CREDITOR, partner_id=PARTNER
            )
        ),
    ],
)
def test_a_snapshot_gives_back_the_state_it_was_taken_of(state: thread.State) -> None:
    snapshots = ThreadSnapshots()

    assert snapshots.from_json(snapshots.to_json(state)) == state
