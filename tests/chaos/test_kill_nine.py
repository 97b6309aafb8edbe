"""
Every process is killed in mid-stream while people go on talking; afterwards nothing is missing or double.

People are simulated as honest clients: a request that got no answer, or a 5xx, is sent again with the same
`client_message_id` until it is accepted.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import cycle
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.messaging import MessagePosted
from shared.contracts.notifier import MailAttemptAmbiguous, MailScheduled
from shared.contracts.tasks import TaskOpened
from shared.eventlog.factory import open_log
from shared.settings import Settings, to_environment
from shared.testing import Broker, SmtpServer, eventually, running
from tests.acceptance.portal import Person
from tests.acceptance.world import Company, World

VICTIMS = ("relay", "messaging", "tasks", "notifier")
MESSAGES_BETWEEN_KILLS = 40
SENDERS = 6


@dataclass
class Talker(threading.Thread):
    """Writes to one thread from both sides in turn until told to stop, and notes what was accepted."""

    thread_id: str
    people: tuple[Person, Person]
    stop: threading.Event
    accepted: dict[str, tuple[Person, str]] = field(default_factory=dict)
    failure: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for person in cycle(self.people):
            if self.stop.is_set() or self.failure:
                return
            self._say(person, f"say-{uuid4().hex}")
            time.sleep(0.02)

    def _say(self, person: Person, text: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = person.posts(self.thread_id, text, client_message_id=text)
            except httpx.TransportError:
                continue
            if answer.is_success:
                self.accepted[answer.json()["id"]] = (person, text)
                return
            if answer.status_code < 500:
                break
            time.sleep(0.1)
        self.failure = f"{text} was never accepted, at last: {answer.status_code} {answer.text}"


@pytest.fixture
def impatient(settings: Settings, smtp_server: SmtpServer) -> Settings:
    """Give settings with e-mails soon after the last message, and requests that time out soon."""
    return settings.model_copy(
        update={
            "smtp_url": smtp_server.url,
            "mail_quiet_seconds": 1.0,
            "mail_max_wait_seconds": 4.0,
            "rpc_timeout_seconds": 3.0,
        }
    )


def delete_queues(broker: Broker, settings: Settings) -> int:
    """Delete every queue that no client owns exclusively, as an operator's mistake would; return how many."""
    vhost = urlsplit(settings.amqp_url).path.removeprefix("/")
    with httpx.Client(base_url=broker.management_url, timeout=30) as client:
        queues = client.get(f"/api/queues/{vhost}").raise_for_status().json()
        doomed = [
            queue["name"]
            for queue in queues
            if not queue["exclusive"] and not queue["name"].startswith("rpc")
        ]
        for name in doomed:
            client.delete(f"/api/queues/{vhost}/{name}")
    return len(doomed)


@pytest.mark.timeout(300)
def test_no_message_task_or_email_is_lost_or_doubled_by_kills(
    impatient: Settings, broker: Broker, smtp_server: SmtpServer
) -> None:
    settings = impatient
    names = (*VICTIMS, "gateway")
    with running(settings, *names) as processes:
        world = World(api=f"http://{settings.api_host}:{settings.api_port}", settings=settings)
        creditor: Company = world.company("creditor", "Nordvik Steel")
        partner: Company = world.company("partner", "Inkasso Hafen")
        anna = world.person(creditor, "Anna Holm")
        silent_eva = world.person(creditor, "Eva Lund")
        bob = world.person(partner, "Bob Brandt")
        threads = [world.case(creditor, partner).chat(bob)["id"] for _ in range(SENDERS)]
        stop = threading.Event()
        talkers = [
            Talker(
                thread_id,
                # Clients of their own: one that waits for an answer must not hold up another.
                (replace(bob, http=httpx.Client(timeout=30)), replace(anna, http=httpx.Client(timeout=30))),
                stop,
            )
            for thread_id in threads
        ]

        def accepted() -> dict[str, tuple[Person, str]]:
            return {
                message_id: told for talker in talkers for message_id, told in list(talker.accepted.items())
            }

        def talk_on(count: int) -> None:
            goal = len(accepted()) + count
            eventually(lambda: len(accepted()) >= goal or any(talker.failure for talker in talkers))
            assert [talker.failure for talker in talkers if talker.failure] == []

        with anna.listens() as ear:
            for talker in talkers:
                talker.start()
            for victim in VICTIMS:
                talk_on(MESSAGES_BETWEEN_KILLS)
                processes.kill9(victim)
                processes.restart(victim)
            talk_on(MESSAGES_BETWEEN_KILLS)
            assert delete_queues(broker, settings) > 0
            talk_on(MESSAGES_BETWEEN_KILLS)
            stop.set()
            for talker in talkers:
                talker.join()
            told = accepted()
            by_bob = {text for person, text in told.values() if person.id == bob.id}

            mailed = len(smtp_server.messages)
            eventually(lambda: len(smtp_server.messages) > mailed)
            processes.kill9("notifier")
            processes.restart("notifier")

            eventually(
                lambda: all(shown(bob, talker.thread_id) == list(talker.accepted) for talker in talkers)
            )
            assert_one_task_each(settings, told)
            eventually(lambda: by_bob <= set(texts_mailed(smtp_server, silent_eva)), within=60)
            assert_one_mail_each(settings, smtp_server, silent_eva, by_bob)
            heard: list[str] = []
            while set(heard) < set(told):
                heard.append(ear.until(lambda event: event.type == "message.posted").data["id"])
            assert Counter(heard) == Counter(told.keys())
        verified = subprocess.run(
            [sys.executable, "-c", "from shared.cli import main; main()", "events", "verify"],
            env={**os.environ, **to_environment(settings)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0, verified.stdout + verified.stderr
        owed = {task["id"] for thread_id in threads for task in anna.open_tasks(thread_id)}
        last_words = [bob.messages(thread_id)[-1] for thread_id in threads]
        assert len(owed) == sum(message["author"]["id"] == str(bob.id) for message in last_words)


def shown(person: Person, thread_id: str) -> list[str]:
    """Return the ids of the thread's messages as the person sees them."""
    return [message["id"] for message in person.messages(thread_id)]


def assert_one_task_each(settings: Settings, told: dict[str, tuple[Person, str]]) -> None:
    """Every accepted message stands in the log once and opened one task, once."""

    def opened() -> Counter[UUID]:
        log = open_log(settings)
        try:
            events = log.read_all(after=0, limit=100_000).events
        finally:
            log.close()
        posted = [event.data.message_id for event in events if isinstance(event.data, MessagePosted)]
        assert Counter(posted) == Counter(UUID(message_id) for message_id in told)
        return Counter(
            event.data.task.message_id
            for event in events
            if isinstance(event.data, TaskOpened) and event.data.task.message_id is not None
        )

    counts = eventually(lambda: len(found := opened()) >= len(told) and found, within=60)
    assert counts == Counter(UUID(message_id) for message_id in told)


def texts_mailed(smtp: SmtpServer, person: Person) -> list[str]:
    """Return every text that the person was mailed, counting each e-mail (Message-ID) once."""
    by_id = {
        mail.message["Message-ID"]: mail for mail in list(smtp.messages) if person.email in mail.recipients
    }
    texts: list[str] = []
    for mail in by_id.values():
        part = mail.message.get_body(("plain",))
        assert part is not None
        texts += [word for word in part.get_content().split() if word.startswith("say-")]
    return texts


def assert_one_mail_each(settings: Settings, smtp: SmtpServer, person: Person, texts: set[str]) -> None:
    """Each text is in one e-mail; a second copy is byte-identical and was recorded as ambiguous."""
    assert Counter(texts_mailed(smtp, person)) == Counter(texts)
    log = open_log(settings)
    try:
        events = log.read_all(after=0, limit=100_000).events
    finally:
        log.close()
    headers = {
        event.data.mail_id: event.data.message_id_header
        for event in events
        if isinstance(event.data, MailScheduled)
    }
    ambiguous = {
        headers[event.data.mail_id] for event in events if isinstance(event.data, MailAttemptAmbiguous)
    }
    copies: dict[str, list[bytes]] = {}
    for mail in list(smtp.messages):
        copies.setdefault(mail.message["Message-ID"], []).append(mail.content)
    doubled = {message_id for message_id, contents in copies.items() if len(contents) > 1}
    assert doubled <= ambiguous, json.dumps(sorted(doubled - ambiguous))
    assert all(len(set(contents)) == 1 for contents in copies.values())
