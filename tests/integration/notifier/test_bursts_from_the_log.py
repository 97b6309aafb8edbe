"""From messages in the log to e-mails in the outbox, whatever happens in between."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.notifier import decider, projections, queries
from services.notifier.handlers import bursts, scheduling
from services.notifier.handlers.bursts import Flusher
from services.notifier.service import NotifierResources
from shared.contracts.notifier import ChatMailDecided, MailScheduled
from shared.errors import NotFound
from shared.testing import SmtpServer
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import make_sender

LATER = FRIDAY + timedelta(minutes=30)


def outbox(resources: NotifierResources) -> list[queries.OutboxEntry]:
    with resources.pool.connection() as connection:
        return queries.outbox(connection, state=None, limit=100)


def scheduled(resources: NotifierResources) -> list[MailScheduled]:
    page = resources.log.read_all(after=0, categories={decider.MAIL_CATEGORY})
    return [event.data for event in page.events if isinstance(event.data, MailScheduled)]


def decisions(resources: NotifierResources) -> list[ChatMailDecided]:
    page = resources.log.read_all(after=0, categories={decider.BURST_CATEGORY})
    return [event.data for event in page.events if isinstance(event.data, ChatMailDecided)]


def explained(resources: NotifierResources, message: object) -> dict[str, str]:
    assert hasattr(message, "id")
    found = bursts.explain(
        message.id,
        log=resources.log,
        pool=resources.pool,
        patience=bursts.patience_of(resources.settings),
    )
    return {each.user.name: each.fate.outcome for each in found.recipients}


def test_a_burst_becomes_one_e_mail_per_active_user_of_the_creditor(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    carl = office.user(office.creditor, "creditor", "Carl Friis")
    gone = office.user(office.creditor, "creditor", "Gerda Olsen")
    office.deactivates(gone)
    first = office.partner_writes("The debtor called.")
    second = office.partner_writes("Do you accept?", at=FRIDAY + timedelta(minutes=1))
    catch_up()

    early = resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=2))
    resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=3))
    catch_up()

    assert early == []
    mails = {mail.user_id: mail for mail in scheduled(resources)}
    assert set(mails) == {office.anna.id, carl.id}
    anna = mails[office.anna.id]
    assert anna.message_ids == (first.id, second.id)
    assert (anna.address, anna.recipient_name) == (office.anna.email, "Anna Holm")
    assert anna.time_zone == "Europe/Copenhagen"
    assert [entry.state for entry in outbox(resources)] == ["queued", "queued"]


def test_nobody_is_mailed_for_what_the_creditor_or_the_platform_wrote(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.creditor_writes("Any news?")
    office.platform_writes("The case was paused.")
    catch_up()

    assert resources.new_flusher().flush(now=LATER) == []


def test_a_mark_that_the_tables_do_not_know_yet_still_suppresses_the_e_mail(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    message = office.partner_writes("Do you accept?")
    catch_up()
    office.reads(office.anna, message)

    [decision] = resources.new_flusher().flush(now=LATER)

    assert decision.recipients == {office.anna.id: "read"}


def test_a_burst_waits_until_the_tables_know_everybody_who_was_there_when_it_was_written(
    resources: NotifierResources, office: Office, catch_up: CatchUp, caplog: pytest.LogCaptureFixture
) -> None:
    office.partner_writes("Do you accept?")
    other = office.thread_id
    office.another_thread()
    office.partner_writes("The debtor called.")
    catch_up()
    carl = office.user(office.creditor, "creditor", "Carl Friis")
    office.partner_writes("Do you still accept?")

    [unaffected] = resources.new_flusher().flush(now=LATER)
    waiting = [line for line in caplog.records if line.__dict__.get("action") == "bursts_wait_for_tables"]
    catch_up()
    [decision] = resources.new_flusher().flush(now=LATER)

    assert unaffected.thread_id == other
    assert [line.__dict__["bursts"] for line in waiting] == [1]
    assert decision.recipients == {office.anna.id: "mailed", carl.id: "mailed"}


def test_who_left_or_was_erased_is_not_mailed_though_the_tables_do_not_know_yet(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    carl = office.user(office.creditor, "creditor", "Carl Friis")
    office.partner_writes("Do you accept?")
    catch_up()
    office.deactivates(carl)
    resources.log.erase_subject(f"user:{office.anna.id}")

    [decision] = resources.new_flusher().flush(now=LATER)

    assert decision.recipients == {carl.id: "inactive", office.anna.id: "inactive"}


def test_flushing_again_decides_nothing_again(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()

    first = resources.new_flusher().flush(now=LATER)
    again = resources.new_flusher().flush(now=LATER)
    catch_up()
    after_projection = resources.new_flusher().flush(now=LATER)

    assert len(first) == 1
    assert again == after_projection == []


def test_flushers_that_race_decide_each_burst_once(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    for _ in range(5):
        office.partner_writes("Do you accept?")
        office.another_thread()
    catch_up()
    flushers = [resources.new_flusher() for _ in range(4)]
    begin = threading.Barrier(len(flushers))

    def race(flusher: Flusher) -> None:
        begin.wait()
        flusher.flush(now=LATER)

    threads = [threading.Thread(target=race, args=(flusher,)) for flusher in flushers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    catch_up()

    assert len(decisions(resources)) == 5
    assert len(scheduled(resources)) == 5


def test_a_crash_between_decision_and_e_mails_loses_none(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.user(office.creditor, "creditor", "Carl Friis")
    office.partner_writes("Do you accept?")
    catch_up()
    resources.new_flusher().flush(now=LATER)
    [decision] = resources.log.read_all(after=0, categories={decider.BURST_CATEGORY}).events
    with resources.pool.connection() as connection, connection.transaction(force_rollback=True):
        appended = scheduling.schedule_mails(
            decision, connection, log=resources.log, domain=resources.settings.mail_domain
        )

    catch_up()

    assert len(appended) == 2
    assert len(scheduled(resources)) == 2
    assert len(outbox(resources)) == 2


def test_an_operator_is_told_the_fate_of_each_possible_e_mail(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.user(office.creditor, "creditor", "Carl Friis")
    office.deactivates(office.user(office.creditor, "creditor", "Gerda Olsen"))
    first = office.partner_writes("The debtor called.")
    office.reads(office.anna, first)
    second = office.partner_writes("Do you accept?")
    answer = office.creditor_writes("Yes.")
    catch_up()

    before = explained(resources, first)
    resources.new_flusher().flush(now=LATER)
    catch_up()
    late = office.user(office.creditor, "creditor", "Lars Late")
    catch_up()

    assert before == {"Anna Holm": "read", "Carl Friis": "waiting", "Gerda Olsen": "inactive"}
    assert late
    assert explained(resources, first) == {
        "Anna Holm": "read",
        "Carl Friis": "queued",
        "Gerda Olsen": "inactive",
        "Lars Late": "joined_later",
    }
    assert explained(resources, second)["Anna Holm"] == "queued"
    assert explained(resources, answer) == {"Bob Brandt": "partner_side"}


def test_an_unknown_message_cannot_be_explained(resources: NotifierResources, office: Office) -> None:
    with pytest.raises(NotFound):
        explained(resources, office.partner_writes("Not handled yet."))


def test_projecting_everything_twice_changes_nothing(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()
    resources.new_flusher().flush(now=LATER)
    catch_up()
    before = outbox(resources)

    with resources.pool.connection() as connection:
        for event in resources.log.read_all(after=0).events:
            projections.project(event, connection)

    assert outbox(resources) == before
    assert resources.new_flusher().flush(now=LATER) == []


def test_a_rebuild_gives_the_same_tables_and_sends_nothing(
    resources: NotifierResources, office: Office, catch_up: CatchUp, rebuild_tables: Callable[[], None]
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()
    resources.new_flusher().flush(now=LATER)
    catch_up()
    before, head = outbox(resources), resources.log.head()

    rebuild_tables()

    assert outbox(resources) == before
    assert resources.log.head() == head


def test_the_summary_of_a_submitted_update_stands_in_the_creditors_e_mail_once(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    office.partner_writes("We go on.")
    office.partner_writes("Monthly update: the debtor pays in instalments.", expects_reply=False)
    catch_up()
    resources.new_flusher().flush(now=LATER)
    catch_up()
    resources.new_flusher().flush(now=LATER + timedelta(days=1))
    catch_up()

    sender = make_sender(resources)
    while sender.send_due():
        pass

    [mail] = smtp_server.messages
    text = mail.message.get_body(("plain",))
    assert text is not None
    assert text.get_content().count("the debtor pays in instalments") == 1
    assert mail.recipients == (office.anna.email,)
