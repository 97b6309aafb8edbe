"""Posting and reading on the real log: retries, races, and what is refused."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID, uuid4

import pytest

from services.messaging import commands, handlers
from services.messaging.commands import CloseThread
from services.messaging.decider import thread
from shared.contracts.envelope import ERASED, Stream
from shared.contracts.messaging import MessagePosted, PostedMessage, ThreadClosed, ThreadRead
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from shared.eventlog.postgres import PostgresEventLog
from tests.integration.messaging.office import Conversation, Office, Person, begin_conversation, origin


def messages_in(log: PostgresEventLog, talk: Conversation) -> list[MessagePosted]:
    stream = Stream("thread", talk.thread_id)
    return [event.data for event in log.read_stream(stream) if isinstance(event.data, MessagePosted)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment and return what came of each."""
    barrier = threading.Barrier(len(acts))

    def act(do: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return do()
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


class TestPosting:
    def test_a_message_stands_in_the_log_under_its_own_id_and_only_for_its_participants(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        posted = talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")

        event = log.find(Stream("thread", talk.thread_id), posted.message.id)
        assert event is not None
        assert posted.created
        assert posted.message.id == commands.message_id(talk.thread_id, talk.anna.id, "m-1")
        assert event.position == posted.position
        assert event.audience == {talk.creditor, talk.partner}
        assert event.subject == f"case:{talk.case.case_id}"
        assert isinstance(event.data, MessagePosted)
        assert (event.data.role, event.data.recipient_ids) == ("creditor", (talk.partner,))

    def test_text_and_author_go_with_the_key_of_the_case_and_not_with_the_author_s(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        talk.office.posts(talk.anna, talk.thread_id, "Hello")

        log.erase_subject(f"user:{talk.anna.id}")
        (kept,) = messages_in(log, talk)
        log.erase_subject(f"case:{talk.case.case_id}")
        (erased,) = messages_in(log, talk)

        assert (kept.body, kept.author_name) == ("Hello", "Anna")
        assert (erased.body, erased.author_name) == (ERASED, ERASED)
        assert (erased.author_id, erased.author_company_id) == (talk.anna.id, talk.creditor)

    @pytest.mark.parametrize(
        ("body", "client_message_id", "field"),
        [
            ("", "m", "body"),
            (" \n\t", "m", "body"),
            ("x" * 10_001, "m", "body"),
            ("a\x00b", "m", "body"),
            ("a\ud800b", "m", "body"),
            ("hello", "", "client_message_id"),
            ("hello", "x" * 201, "client_message_id"),
            ("hello", "a\nb", "client_message_id"),
            ("hello", "a\x00b", "client_message_id"),
        ],
    )
    def test_what_is_malformed_is_refused_by_field(
        self, talk: Conversation, log: PostgresEventLog, body: str, client_message_id: str, field: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            talk.office.posts(talk.anna, talk.thread_id, body, client_message_id=client_message_id)

        assert refusal.value.field == field
        assert messages_in(log, talk) == []

    @pytest.mark.parametrize(
        "body", ["x" * 10_000, "🏗" * 10_000, "línea\r\n\tdos \N{RIGHT-TO-LEFT OVERRIDE}", "<script>'--"]
    )
    def test_what_is_well_formed_is_kept_to_the_letter(
        self, talk: Conversation, log: PostgresEventLog, body: str
    ) -> None:
        talk.office.posts(talk.anna, talk.thread_id, body)

        assert [message.body for message in messages_in(log, talk)] == [body]

    def test_attachments_that_do_not_exist_are_refused(self, talk: Conversation) -> None:
        with pytest.raises(Invalid) as refusal:
            talk.office.posts(talk.anna, talk.thread_id, attachment_ids=(uuid4(),))

        assert refusal.value.field == "attachment_ids"

    def test_foreign_and_unknown_threads_are_not_found_alike(self, talk: Conversation) -> None:
        stranger = talk.office.person(talk.office.company("partner", "Strangers Inc."), "Sven")

        with pytest.raises(NotFound) as foreign:
            talk.office.posts(stranger, talk.thread_id)
        with pytest.raises(NotFound) as unknown:
            talk.office.posts(stranger, uuid4())

        assert foreign.value.args == unknown.value.args

    def test_nobody_writes_in_the_name_of_another_company(self, talk: Conversation) -> None:
        with pytest.raises(NotFound):
            talk.office.posts(talk.anna, talk.thread_id, company_id=talk.partner)

    def test_who_was_deactivated_may_not_write_and_who_came_back_may(self, talk: Conversation) -> None:
        talk.office.put(talk.anna, active=False)
        with pytest.raises(Forbidden) as refusal:
            talk.office.posts(talk.anna, talk.thread_id)
        talk.office.put(talk.anna, active=True)

        assert refusal.value.code == "author_deactivated"
        assert talk.office.posts(talk.anna, talk.thread_id).created

    def test_another_process_sees_at_once_what_this_one_decided(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        elsewhere = Office(handlers.open_archive(log))
        elsewhere.posts(talk.anna, talk.thread_id)
        talk.office.put(talk.anna, active=False)

        with pytest.raises(Forbidden):
            elsewhere.posts(talk.anna, talk.thread_id)


class TestRetrying:
    def test_the_same_again_has_the_first_outcome(self, talk: Conversation, log: PostgresEventLog) -> None:
        first = talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")
        talk.office.posts(talk.paul, talk.thread_id)

        again = talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")

        assert not again.created
        assert (again.message, again.position) == (first.message, first.position)
        assert len(messages_in(log, talk)) == 2

    def test_other_content_under_the_same_id_is_refused(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        talk.office.posts(talk.anna, talk.thread_id, "one", client_message_id="m-1")

        with pytest.raises(Conflict) as refusal:
            talk.office.posts(talk.anna, talk.thread_id, "two", client_message_id="m-1")

        assert refusal.value.code == "client_message_id_reused"
        assert [message.body for message in messages_in(log, talk)] == ["one"]

    def test_two_people_may_choose_the_same_id(self, talk: Conversation, log: PostgresEventLog) -> None:
        talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")
        talk.office.posts(talk.paul, talk.thread_id, client_message_id="m-1")

        assert len(messages_in(log, talk)) == 2

    def test_a_retry_has_the_first_outcome_though_the_thread_was_closed_and_its_author_deactivated(
        self, talk: Conversation
    ) -> None:
        first = talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")
        _close(talk)
        talk.office.put(talk.anna, active=False)

        again = talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-1")
        with pytest.raises(Conflict) as reused:
            talk.office.posts(talk.anna, talk.thread_id, "other", client_message_id="m-1")
        with pytest.raises(Forbidden):
            talk.office.posts(talk.anna, talk.thread_id, client_message_id="m-2")

        assert not again.created
        assert again.message == first.message
        assert reused.value.code == "client_message_id_reused"

    def test_retries_at_the_same_moment_post_once(self, talk: Conversation, log: PostgresEventLog) -> None:
        offices = [Office(handlers.open_archive(log)) for _ in range(4)]

        outcomes = at_once(
            *(partial(office.posts, talk.anna, talk.thread_id, client_message_id="m-1") for office in offices)
        )

        assert sorted(o.created for o in outcomes if isinstance(o, PostedMessage)) == [False] * 3 + [True]
        assert len(messages_in(log, talk)) == 1


class TestRacing:
    def test_writers_in_two_processes_lose_nothing(self, talk: Conversation, log: PostgresEventLog) -> None:
        def write(person: Person) -> None:
            office = Office(handlers.open_archive(log))
            for n in range(20):
                office.posts(person, talk.thread_id, f"{person.name} {n}")

        outcomes = at_once(partial(write, talk.anna), partial(write, talk.paul))

        assert outcomes == [None, None]
        bodies = [message.body for message in messages_in(log, talk)]
        assert sorted(bodies) == sorted(f"{name} {n}" for name in ("Anna", "Paul") for n in range(20))

    def test_a_message_and_the_end_of_its_thread_happen_one_after_the_other(
        self, office: Office, log: PostgresEventLog
    ) -> None:
        """Whoever comes first: an accepted message stands before the closing, or it is refused."""
        for _ in range(10):
            talk = begin_conversation(office)
            elsewhere = Office(handlers.open_archive(log))

            outcome, _ = at_once(
                partial(talk.office.posts, talk.anna, talk.thread_id), partial(_close, talk, elsewhere)
            )

            kinds = [type(event.data) for event in log.read_stream(Stream("thread", talk.thread_id))]
            assert kinds[-1] is ThreadClosed
            if isinstance(outcome, PostedMessage):
                assert kinds[-2] is MessagePosted
            else:
                assert isinstance(outcome, Conflict)
                assert outcome.code == "thread_read_only"
                assert MessagePosted not in kinds


class TestMarkingRead:
    def test_a_reader_is_noted_once_and_never_goes_back(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        first = talk.office.posts(talk.anna, talk.thread_id).message.id
        second = talk.office.posts(talk.anna, talk.thread_id).message.id

        assert talk.office.reads(talk.paul, talk.thread_id, second) is not None
        assert talk.office.reads(talk.paul, talk.thread_id, second) is None
        assert talk.office.reads(talk.paul, talk.thread_id, first) is None

        events = log.read_stream(Stream("thread", talk.thread_id))
        (read,) = (event.data for event in events if isinstance(event.data, ThreadRead))
        assert (read.user_id, read.up_to_message_id, read.up_to_version) == (talk.paul.id, second, 3)

    def test_unknown_messages_and_foreign_threads_are_not_found(self, talk: Conversation) -> None:
        message_id = talk.office.posts(talk.anna, talk.thread_id).message.id
        stranger = talk.office.person(talk.office.company("partner", "Strangers Inc."), "Sven")

        with pytest.raises(NotFound) as unknown:
            talk.office.reads(talk.paul, talk.thread_id, uuid4())
        with pytest.raises(NotFound) as foreign:
            talk.office.reads(stranger, talk.thread_id, message_id)

        assert unknown.value.code == "message_not_found"
        assert foreign.value.code == "thread_not_found"


def test_a_long_thread_is_opened_from_its_snapshot(talk: Conversation, log: PostgresEventLog) -> None:
    posted = [talk.office.posts(talk.anna, talk.thread_id) for _ in range(205)]
    talk.office.reads(talk.paul, talk.thread_id, posted[-1].message.id)

    snapshot = log.load_snapshot(Stream("thread", talk.thread_id))
    fresh = handlers.open_archive(log).threads.load(talk.thread_id)

    assert snapshot is not None
    assert snapshot.version == 200
    assert fresh == talk.office.archive.threads.load(talk.thread_id)
    assert isinstance(fresh, thread.WritableThread)
    assert fresh.read_up_to == {talk.paul.id: 206}


def _close(talk: Conversation, office: Office | None = None) -> None:
    command = CloseThread(thread_id=talk.thread_id, reason="merged")
    (office or talk.office).archive.threads.carry_out(
        talk.thread_id, origin(), lambda state: thread.decide(command, state)
    )


def test_the_platform_says_a_thing_once_and_nobody_owes_it_an_answer(talk: Conversation) -> None:
    def says(body: str, *, thread_id: UUID = talk.thread_id) -> PostedMessage:
        return handlers.post_platform_message(
            talk.office.archive,
            thread_id=thread_id,
            client_message_id="notice-1",
            body=body,
            origin=origin(),
        )

    first = says("The debtor's bank has answered.")
    again = says("The debtor's bank has answered.")

    assert (first.created, again.created) == (True, False)
    assert (again.message, again.position) == (first.message, first.position)
    assert (first.message.role, first.message.author) == ("platform", None)
    stored = talk.office.archive.log.find(Stream("thread", talk.thread_id), first.message.id)
    assert stored is not None
    assert isinstance(stored.data, MessagePosted)
    assert (stored.data.recipient_ids, stored.data.expects_reply) == ((), False)
    assert stored.audience == {talk.creditor, talk.partner}
    with pytest.raises(Conflict) as reused:
        says("Something else.")
    assert reused.value.code == "client_message_id_reused"
    with pytest.raises(NotFound):
        says("To nobody.", thread_id=uuid4())
