"""What the read tables show, to whom: after reactions, reassignments, merges, and a rebuild."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from services.messaging import handlers, projections
from services.messaging.commands import (
    EstablishPartnership,
    case_thread_id,
    engagement_id,
    relationship_thread_id,
)
from services.messaging.decider.case import decide as decide_case
from services.messaging.queries import Reads
from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import (
    CaseView,
    MessagePosted,
    MessageView,
    ThreadClosed,
    ThreadOpened,
    ThreadView,
)
from shared.db import connect
from shared.errors import Conflict, Invalid, NotFound
from shared.eventlog.postgres import PostgresEventLog
from shared.rebuild import rebuild
from shared.settings import Settings
from tests.integration.messaging.elsewhere import send_email
from tests.integration.messaging.office import NOON, Conversation, Office, Person, origin

CatchUp = Callable[[], None]


def case_as(reads: Reads, person: Person, case_id: UUID) -> CaseView:
    return reads.get_case(case_id, viewer=person.company_id, reader=person.id)


def threads_as(reads: Reads, person: Person, case_id: UUID) -> tuple[ThreadView, ...]:
    return reads.list_threads(case_id, viewer=person.company_id, reader=person.id).items


def messages_as(
    reads: Reads, person: Person, thread_id: UUID, *, after: UUID | None = None, limit: int = 50
) -> tuple[MessageView, ...]:
    return reads.list_messages(
        thread_id, viewer=person.company_id, after=after, limit=limit, cursor=None
    ).items


def platform_writes(log: PostgresEventLog, talk: Conversation) -> UUID:
    """Append a message of the platform to the chat and return its id."""
    message_id = uuid4()
    posted = MessagePosted(
        message_id=message_id,
        thread_id=talk.thread_id,
        thread_kind="invoice_chat",
        case_id=talk.case.case_id,
        case_reference=talk.case.reference,
        partnership_id=None,
        client_message_id=str(message_id),
        role="platform",
        author_id=None,
        author_name=None,
        author_company_id=None,
        recipient_ids=(talk.creditor, talk.partner),
        body="The debtor has paid.",
    )
    event = NewEvent(
        id=message_id,
        data=posted,
        time=NOON,
        actor="platform",
        audience=frozenset({talk.creditor, talk.partner}),
        subject=f"case:{talk.case.case_id}",
        correlation_id=uuid4(),
    )
    log.append(Stream("thread", talk.thread_id), [event], expected="any")
    return message_id


class TestReactions:
    def test_an_assignment_opens_the_case_chat_once_whoever_was_first(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        """The fixture has ensured the thread before the subscription came to the assignment."""
        catch_up()

        events = log.read_stream(Stream("thread", talk.thread_id))
        assert [type(event.data) for event in events] == [ThreadOpened]
        (thread,) = threads_as(reads, talk.anna, talk.case.case_id)
        assert (thread.id, thread.kind, thread.writable) == (talk.thread_id, "invoice_chat", True)
        assert [(p.name, p.role) for p in thread.participants] == [
            ("Nordvik Steel A/S", "creditor"),
            ("Inkasso Nord GmbH", "partner"),
        ]

    def test_a_partnership_opens_its_chat(self, talk: Conversation, reads: Reads, catch_up: CatchUp) -> None:
        partnership_id = talk.office.partnership(talk.creditor, talk.partner)

        catch_up()

        found = reads.get_partnership(partnership_id, viewer=talk.partner, reader=talk.paul.id)
        assert found.thread is not None
        assert found.thread.id == relationship_thread_id(partnership_id)
        assert (found.total_cases, found.active_cases) == (1, 1)
        talk.office.posts(talk.paul, found.thread.id)

    def test_what_was_appended_for_an_event_is_reported_again_when_it_is_handled_again(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        talk.office.change(talk.case, partner_id=talk.office.company("partner", "Inkasso Süd GmbH"))
        assigned = log.read_stream(Stream("case", talk.case.case_id))[-1]

        first = handlers.react(handlers.open_archive(log), assigned)
        again = handlers.react(handlers.open_archive(log), assigned)

        assert [type(outcome.events[0].data) for outcome in first] == [ThreadClosed, ThreadOpened]
        assert [outcome.events for outcome in again] == [outcome.events for outcome in first]

    def test_a_partnership_id_serves_one_pair(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        """Also where the pair came with the line before, of which no table knows yet."""
        taken = talk.office.partnership(talk.creditor, talk.partner)
        command = EstablishPartnership(
            partnership_id=taken,
            creditor_id=talk.creditor,
            partner_id=talk.office.company("partner", "Inkasso Süd GmbH"),
        )

        with pytest.raises(Conflict) as refusal:
            handlers.establish_partnership(talk.office.archive, command=command, origin=origin())

        assert refusal.value.code == "partnership_id_taken"
        catch_up()
        (known,) = reads.list_partnerships(viewer=None, reader=None, limit=9, cursor=None).items
        assert (known.id, known.partner.id) == (taken, talk.partner)


class TestWithoutTheSubscription:
    """The chats of a case follow it within the command itself, though no subscription runs."""

    def test_the_chat_of_a_new_case_is_written_to_at_once(self, talk: Conversation) -> None:
        case = talk.office.case(talk.creditor, talk.partner)
        thread_id = case_thread_id(engagement_id(case.case_id, talk.partner, 1), "invoice_chat")

        assert talk.office.posts(talk.paul, thread_id).created

    def test_a_reassignment_closes_the_old_chat_and_opens_the_new_one(
        self, talk: Conversation, log: PostgresEventLog
    ) -> None:
        petra = talk.office.person(talk.office.company("partner", "Inkasso Süd GmbH"), "Petra")
        new_thread = case_thread_id(engagement_id(talk.case.case_id, petra.company_id, 2), "invoice_chat")

        appended = talk.office.change(talk.case, partner_id=petra.company_id)

        with pytest.raises(Conflict) as refusal:
            talk.office.posts(talk.paul, talk.thread_id)
        assert refusal.value.code == "thread_read_only"
        assert appended is not None
        assert appended.position == log.head()
        assert talk.office.posts(petra, new_thread).created

    def test_a_merge_closes_the_chat(self, talk: Conversation) -> None:
        talk.office.change(talk.case, status="Merged")

        with pytest.raises(Conflict) as refusal:
            talk.office.posts(talk.anna, talk.thread_id)
        assert refusal.value.code == "thread_read_only"

    def test_a_retry_makes_up_for_a_crash_in_between_and_then_changes_nothing(
        self, talk: Conversation, log: PostgresEventLog, catch_up: CatchUp
    ) -> None:
        merge = replace(talk.case, status="Merged")
        talk.office.archive.cases.carry_out(merge.case_id, origin(), lambda state: decide_case(merge, state))

        made_up = talk.office.change(merge)
        again = talk.office.change(merge)
        catch_up()

        assert made_up is not None
        assert again is None
        thread = log.read_stream(Stream("thread", talk.thread_id))
        assert [type(event.data) for event in thread] == [ThreadOpened, ThreadClosed]


class TestReassignment:
    @pytest.fixture
    def petra(self, talk: Conversation, catch_up: CatchUp) -> Person:
        """Give somebody of the partner whom the case was given to, after some talk with the first one."""
        talk.office.posts(talk.anna, talk.thread_id, "Before")
        newcomer = talk.office.company("partner", "Inkasso Süd GmbH")
        talk.office.change(talk.case, partner_id=newcomer)
        talk.office.change(talk.case, partner_id=newcomer, status="Paused", reference="NV-1001-B")
        catch_up()
        return talk.office.person(newcomer, "Petra")

    def test_the_new_partner_gets_a_thread_of_its_own_and_never_sees_the_old_one(
        self, talk: Conversation, petra: Person, reads: Reads
    ) -> None:
        case_id = talk.case.case_id
        (thread,) = threads_as(reads, petra, case_id)

        assert thread.id == case_thread_id(engagement_id(case_id, petra.company_id, 2), "invoice_chat")
        assert thread.writable
        assert thread.last_message_at is None
        with pytest.raises(NotFound):
            messages_as(reads, petra, talk.thread_id)
        with pytest.raises(NotFound):
            talk.office.posts(petra, talk.thread_id)

    def test_the_former_partner_reads_its_own_time_and_nothing_later(
        self, talk: Conversation, petra: Person, reads: Reads
    ) -> None:
        case_id = talk.case.case_id
        case = case_as(reads, talk.paul, case_id)

        assert case.partner is not None
        assert case.partner.id == talk.partner
        assert (case.status, case.reference) == ("Active", "NV-1001")
        (thread,) = threads_as(reads, talk.paul, case_id)
        assert (thread.id, thread.writable) == (talk.thread_id, False)
        assert [message.body for message in messages_as(reads, talk.paul, talk.thread_id)] == ["Before"]
        listed = reads.list_cases(
            viewer=talk.partner, reader=talk.paul.id, status="Active", limit=10, cursor=None
        )
        assert [item.id for item in listed.items] == [case_id]
        assert talk.office.chat(case_id, company_id=talk.partner) == talk.thread_id

    def test_nobody_writes_in_the_old_thread(self, talk: Conversation, petra: Person) -> None:
        for person in (talk.anna, talk.paul):
            with pytest.raises(Conflict) as refusal:
                talk.office.posts(person, talk.thread_id)
            assert refusal.value.code == "thread_read_only"

    def test_the_creditor_sees_both_threads_and_the_case_as_it_is(
        self, talk: Conversation, petra: Person, reads: Reads
    ) -> None:
        case = case_as(reads, talk.anna, talk.case.case_id)

        assert case.partner is not None
        assert (case.partner.id, case.status, case.reference) == (petra.company_id, "Paused", "NV-1001-B")
        assert [t.writable for t in threads_as(reads, talk.anna, talk.case.case_id)] == [False, True]

    def test_a_partner_that_comes_back_sees_the_case_as_it_is_and_both_its_threads(
        self, talk: Conversation, petra: Person, reads: Reads, catch_up: CatchUp
    ) -> None:
        talk.office.change(talk.case, status="Paused", reference="NV-1001-C")
        catch_up()

        case = case_as(reads, talk.paul, talk.case.case_id)

        assert (case.status, case.reference) == ("Paused", "NV-1001-C")
        assert [t.writable for t in threads_as(reads, talk.paul, talk.case.case_id)] == [False, True]
        former = case_as(reads, petra, talk.case.case_id)
        assert former.partner is not None
        assert (former.partner.id, former.reference) == (petra.company_id, "NV-1001-B")


class TestMerging:
    def test_a_merged_case_can_only_be_read(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        talk.office.posts(talk.anna, talk.thread_id, "Before")
        talk.office.change(talk.case, status="Merged")
        catch_up()

        with pytest.raises(Conflict) as refusal:
            talk.office.posts(talk.paul, talk.thread_id)

        assert refusal.value.code == "thread_read_only"
        assert case_as(reads, talk.paul, talk.case.case_id).status == "Merged"
        assert len(messages_as(reads, talk.paul, talk.thread_id)) == 1

    def test_a_closed_case_is_still_talked_about(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        talk.office.change(talk.case, status="Closed", close_code="Paid")
        catch_up()

        assert talk.office.posts(talk.paul, talk.thread_id).created
        assert case_as(reads, talk.anna, talk.case.case_id).status == "Closed"


class TestUnreadAndSeen:
    def test_unread_are_the_messages_of_the_other_side_after_ones_own_marker(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        colleague = talk.office.person(talk.partner, "Pia")
        posted = [talk.office.posts(talk.anna, talk.thread_id) for _ in range(3)]
        talk.office.posts(talk.paul, talk.thread_id)
        talk.office.reads(talk.paul, talk.thread_id, posted[1].message.id)
        catch_up()

        assert case_as(reads, talk.paul, talk.case.case_id).unread_count == 1
        assert case_as(reads, colleague, talk.case.case_id).unread_count == 3
        assert case_as(reads, talk.anna, talk.case.case_id).unread_count == 1
        assert threads_as(reads, talk.paul, talk.case.case_id)[0].unread_count == 1
        assert reads.get_case(talk.case.case_id, viewer=None, reader=None).unread_count == 0

    def test_what_the_platform_writes_is_unread_on_both_sides(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp, log: PostgresEventLog
    ) -> None:
        note = platform_writes(log, talk)
        talk.office.posts(talk.paul, talk.thread_id)
        talk.office.reads(talk.anna, talk.thread_id, note)
        catch_up()

        assert case_as(reads, talk.paul, talk.case.case_id).unread_count == 1
        assert threads_as(reads, talk.paul, talk.case.case_id)[0].unread_count == 1
        (listed,) = reads.list_cases(
            viewer=talk.partner, reader=talk.paul.id, status=None, limit=10, cursor=None
        ).items
        assert listed.unread_count == 1
        assert case_as(reads, talk.anna, talk.case.case_id).unread_count == 1
        assert reads.get_thread(talk.thread_id, viewer=None, reader=None).unread_count == 0

    def test_a_message_is_seen_when_somebody_of_the_other_company_has_read_it(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        first = talk.office.posts(talk.anna, talk.thread_id).message.id
        second = talk.office.posts(talk.anna, talk.thread_id).message.id
        third = talk.office.posts(talk.anna, talk.thread_id).message.id
        talk.office.reads(talk.anna, talk.thread_id, third)
        talk.office.reads(talk.paul, talk.thread_id, second)
        catch_up()

        seen = {message.id: message.seen for message in messages_as(reads, talk.anna, talk.thread_id)}

        assert seen == {first: True, second: True, third: False}

    def test_who_speaks_for_the_client_sees_nothing_in_the_partners_place(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        firm = talk.office.company("partner", "Inkasso Haupt")
        mia = talk.office.person(firm, "Mia")
        handlers.name_managing_partner(
            talk.office.archive, case_id=talk.case.case_id, partner_id=firm, origin=origin()
        )
        asked = talk.office.posts(talk.anna, talk.thread_id).message.id
        added = talk.office.posts(mia, talk.thread_id).message.id
        answered = talk.office.posts(talk.paul, talk.thread_id).message.id
        talk.office.reads(talk.anna, talk.thread_id, answered)
        talk.office.reads(mia, talk.thread_id, added)
        catch_up()

        def seen() -> dict[UUID, bool]:
            newest_first = messages_as(reads, talk.anna, talk.thread_id)
            later = messages_as(reads, talk.anna, talk.thread_id, after=asked)
            assert later == newest_first[-2::-1]
            return {message.id: message.seen for message in newest_first}

        assert seen() == {asked: False, added: False, answered: True}

        talk.office.reads(talk.paul, talk.thread_id, asked)
        catch_up()

        assert seen() == {asked: True, added: False, answered: True}


class TestPages:
    def test_messages_come_newest_first_in_pages_or_oldest_first_after_one(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        ids = [talk.office.posts(talk.anna, talk.thread_id).message.id for _ in range(5)]
        catch_up()

        def walk(after: UUID | None) -> list[UUID]:
            walked: list[UUID] = []
            cursor: str | None = None
            while True:
                page = reads.list_messages(
                    talk.thread_id, viewer=talk.partner, after=after, limit=2, cursor=cursor
                )
                walked += [message.id for message in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    return walked

        assert walk(None) == ids[::-1]
        assert walk(ids[1]) == ids[2:]
        assert walk(ids[-1]) == []

    def test_a_message_looks_the_same_to_its_author_at_once_and_to_everybody_later(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        posted = talk.office.posts(talk.anna, talk.thread_id, "Ærø 🏗\r\n")
        catch_up()

        assert messages_as(reads, talk.paul, talk.thread_id) == (posted.message,)

    def test_cases_come_newest_first_and_by_status(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        cases = [talk.case] + [
            talk.office.case(talk.creditor, talk.partner, status=status)
            for status in ("Paused", "Active", "Paused")
        ]
        catch_up()

        for viewer in (talk.creditor, talk.partner, None):
            first = reads.list_cases(viewer=viewer, reader=None, status=None, limit=3, cursor=None)
            rest = reads.list_cases(
                viewer=viewer, reader=None, status=None, limit=3, cursor=first.next_cursor
            )
            paused = reads.list_cases(viewer=viewer, reader=None, status="Paused", limit=3, cursor=None)

            assert [c.id for c in (*first.items, *rest.items)] == [c.case_id for c in cases[::-1]]
            assert rest.next_cursor is None
            assert [c.id for c in paused.items] == [cases[3].case_id, cases[1].case_id]

    def test_cursors_of_other_lists_limits_and_unknown_messages_are_refused(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        talk.office.case(talk.creditor, talk.partner)
        catch_up()
        cursor = reads.list_cases(
            viewer=talk.creditor, reader=None, status=None, limit=1, cursor=None
        ).next_cursor

        with pytest.raises(Invalid) as foreign:
            reads.list_cases(viewer=talk.creditor, reader=None, status="Active", limit=1, cursor=cursor)
        with pytest.raises(NotFound) as unknown:
            messages_as(reads, talk.anna, talk.thread_id, after=uuid4())
        for limit in (0, -1, 201):
            with pytest.raises(Invalid) as beyond:
                messages_as(reads, talk.anna, talk.thread_id, limit=limit)
            assert beyond.value.code == "bad_limit"

        assert foreign.value.code == "bad_cursor"
        assert unknown.value.code == "message_not_found"

    def test_partnerships_come_newest_first(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        ids = [
            talk.office.partnership(talk.creditor, talk.office.company("partner", f"Partner {n}"))
            for n in range(3)
        ]
        catch_up()

        first = reads.list_partnerships(viewer=talk.creditor, reader=talk.anna.id, limit=2, cursor=None)
        rest = reads.list_partnerships(
            viewer=talk.creditor, reader=talk.anna.id, limit=2, cursor=first.next_cursor
        )

        assert [p.id for p in (*first.items, *rest.items)] == ids[::-1]
        assert all(p.thread is not None and p.thread.partnership_id == p.id for p in first.items)
        assert reads.list_partnerships(viewer=talk.partner, reader=None, limit=9, cursor=None).items == ()


class TestTenants:
    def test_a_stranger_learns_of_nothing(self, talk: Conversation, reads: Reads, catch_up: CatchUp) -> None:
        stranger = talk.office.company("creditor", "Strangers A/S")
        partnership_id = talk.office.partnership(talk.creditor, talk.partner)
        message_id = talk.office.posts(talk.anna, talk.thread_id).message.id
        catch_up()

        foreign: list[Callable[[UUID, UUID, UUID], object]] = [
            lambda case_id, _t, _p: reads.get_case(case_id, viewer=stranger, reader=None),
            lambda case_id, _t, _p: reads.list_threads(case_id, viewer=stranger, reader=None),
            lambda _c, thread_id, _p: reads.get_thread(thread_id, viewer=stranger, reader=None),
            lambda _c, thread_id, _p: reads.list_messages(
                thread_id, viewer=stranger, after=None, limit=9, cursor=None
            ),
            lambda _c, thread_id, _p: reads.list_messages(
                thread_id, viewer=stranger, after=message_id, limit=9, cursor=None
            ),
            lambda _c, _t, pair: reads.get_partnership(pair, viewer=stranger, reader=None),
        ]
        for look in foreign:
            with pytest.raises(NotFound) as of_others:
                look(talk.case.case_id, talk.thread_id, partnership_id)
            with pytest.raises(NotFound) as of_nobody:
                look(uuid4(), uuid4(), uuid4())
            assert of_others.value.args == of_nobody.value.args
        assert reads.list_cases(viewer=stranger, reader=None, status=None, limit=9, cursor=None).items == ()
        with pytest.raises(NotFound):
            reads.identify(user_id=talk.anna.id, email=None, viewer=stranger)

    def test_the_platform_sees_everything(self, talk: Conversation, reads: Reads, catch_up: CatchUp) -> None:
        talk.office.posts(talk.anna, talk.thread_id)
        catch_up()

        assert reads.get_case(talk.case.case_id, viewer=None, reader=None).id == talk.case.case_id
        assert len(reads.list_threads(talk.case.case_id, viewer=None, reader=None).items) == 1
        page = reads.list_messages(talk.thread_id, viewer=None, after=None, limit=9, cursor=None)
        assert len(page.items) == 1

    def test_people_are_identified_within_their_company(
        self, talk: Conversation, reads: Reads, catch_up: CatchUp
    ) -> None:
        talk.office.put(talk.paul, active=False)
        catch_up()

        by_id = reads.identify(user_id=talk.anna.id, email=None, viewer=talk.creditor)
        by_email = reads.identify(user_id=None, email=talk.anna.email.upper(), viewer=talk.creditor)
        paul = reads.identify(user_id=talk.paul.id, email=None, viewer=talk.partner)

        assert by_id == by_email
        assert (by_id.name, by_id.company_name, by_id.side) == ("Anna", "Nordvik Steel A/S", "creditor")
        assert (by_id.active, paul.active) == (True, False)
        with pytest.raises(Invalid):
            reads.identify(user_id=None, email=None, viewer=talk.creditor)


class TestRebuilding:
    def test_a_rebuild_gives_the_same_tables(
        self, talk: Conversation, catch_up: CatchUp, log: PostgresEventLog, database_settings: Settings
    ) -> None:
        _live_a_little(talk)
        catch_up()
        before = _tables(database_settings)

        definition = handlers.subscription(handlers.open_archive(log))
        position = rebuild(definition, log, database_settings, lambda _done, _total: None)

        assert position == log.head()
        assert _tables(database_settings) == before
        assert all(before.values())

    def test_projecting_everything_twice_changes_nothing(
        self, talk: Conversation, catch_up: CatchUp, log: PostgresEventLog, database_settings: Settings
    ) -> None:
        """Each event is repeated at once, as a transaction that is done again would."""
        _live_a_little(talk)
        catch_up()
        before = _tables(database_settings)

        with connect(database_settings, schema=handlers.NAME) as connection:
            connection.execute(
                "truncate companies, users, partnerships, cases, engagements, case_access, threads,"
                " thread_participants, messages, read_markers, timeline_items, timeline_emails, notes,"
                " note_versions"
            )
            for event in log.read_all(after=0).events:
                projections.project(event, connection)
                projections.project(event, connection)

        assert _tables(database_settings) == before


def _live_a_little(talk: Conversation) -> None:
    """Let everything happen that leaves rows."""
    office: Office = talk.office
    office.put(replace(talk.anna, name="Annika"))
    office.put(talk.paul, active=False)
    office.put(talk.paul, active=True)
    office.partnership(talk.creditor, talk.partner)
    posted = office.posts(talk.anna, talk.thread_id)
    office.reads(talk.paul, talk.thread_id, posted.message.id)
    note = office.notes(talk.paul, talk.case.case_id, event_date=NOON - timedelta(days=1)).note
    office.edits(talk.paul, note, ("title", "event_date"), title="Called on the debtor")
    office.deletes(talk.paul, office.notes(talk.paul, talk.case.case_id).note)
    office.calls(talk.paul, talk.case.case_id)
    complaint = office.complains(talk.anna, talk.case.case_id).complaint
    office.accepts(complaint.id)
    office.responds(talk.paul, talk.case.case_id, complaint.id)
    send_email(office.archive.log, talk)
    second = office.company("partner", "Inkasso Süd GmbH")
    office.change(talk.case, partner_id=second)
    office.change(talk.case, partner_id=talk.partner, reference="NV-1001-B")
    office.change(
        talk.case, partner_id=talk.partner, reference="NV-1001-B", status="Closed", close_code="Paid"
    )
    office.change(office.case(talk.creditor, second), status="Merged", partner_id=second)


def _tables(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables of ours."""
    names = (
        "companies",
        "users",
        "partnerships",
        "cases",
        "engagements",
        "case_access",
        "threads",
        "thread_participants",
        "messages",
        "read_markers",
        "timeline_items",
        "timeline_emails",
        "notes",
        "note_versions",
    )
    with psycopg.connect(settings.database_url) as connection:
        return {
            name: connection.execute(
                sql.SQL("select t::text from {} as t order by 1").format(sql.Identifier("messaging", name))
            ).fetchall()
            for name in names
        }
