"""What other services append about a case: messaging only tells of it."""

from datetime import timedelta
from uuid import UUID, uuid4

from shared.contracts.ai_resolver import GateResult, Mode, VerdictGiven
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.notifier import MailScheduled, MailSent
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened, TaskSolved
from shared.eventlog.protocol import EventLog
from tests.integration.messaging.office import NOON, Conversation


def open_and_solve_task(log: EventLog, talk: Conversation) -> UUID:
    """Let the partner's company have had a reply task in the chat, and return its id."""
    task = TaskFacts(
        id=uuid4(),
        type="ReplyToChat",
        title="New message on case NV-1001",
        company_id=talk.partner,
        side="partner",
        case_id=talk.case.case_id,
        case_reference=talk.case.reference,
        thread_id=talk.thread_id,
        message_id=uuid4(),
        created_at=NOON,
        deadline=Deadline(
            due_at=NOON + timedelta(days=4), calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()
        ),
    )
    _append(
        log,
        Stream("reply-tasks", talk.thread_id),
        talk.partner,
        f"case:{talk.case.case_id}",
        TaskOpened(task=task),
        TaskSolved(task=task, solved_at=NOON, solved_by="reply"),
    )
    return task.id


def judge(log: EventLog, talk: Conversation, *, mode: Mode) -> None:
    """Let the nightly clean-up have found that the partner owes no reply in the chat."""
    verdict = VerdictGiven(
        thread_id=talk.thread_id,
        case_id=talk.case.case_id,
        thread_version=3,
        side="partner",
        task_ids=(uuid4(),),
        company_ids=(talk.partner,),
        message_ids=(uuid4(),),
        outcome="concluded",
        mode=mode,
        reason="all_gates_passed",
        gates=(GateResult(gate="model", passed=True, reason="thanks"),),
        label="thanks",
        language="en",
        model="ollama/llama3.1",
        prompt_version="1",
        classifier="1/2",
        threshold=0.6,
        sentence="Thanks a lot!",
        judged_at=NOON,
    )
    stream, subject = Stream("ai-verdict", talk.thread_id), f"case:{talk.case.case_id}"
    _append(log, stream, talk.partner, subject, verdict)


def send_email(log: EventLog, talk: Conversation) -> UUID:
    """Let Anna of the creditor have been sent an e-mail about the case, and return its id."""
    mail_id = uuid4()
    scheduled = MailScheduled(
        mail_id=mail_id,
        kind="chat",
        company_id=talk.creditor,
        user_id=talk.anna.id,
        address=talk.anna.email,
        recipient_name=talk.anna.name,
        locale="en",
        time_zone="Europe/Copenhagen",
        thread_id=talk.thread_id,
        case_id=talk.case.case_id,
        case_reference=talk.case.reference,
        message_id_header=f"<{mail_id}@parley.example>",
        references=(),
        message_ids=(),
    )
    sent = MailSent(mail_id=mail_id, attempt=1)
    _append(log, Stream("mail", mail_id), talk.creditor, f"user:{talk.anna.id}", scheduled, sent)
    return mail_id


def _append(log: EventLog, stream: Stream, company_id: UUID, subject: str, *decided: EventData) -> None:
    events = [
        NewEvent(
            id=uuid4(),
            data=data,
            time=NOON,
            actor="platform",
            audience=frozenset({company_id}),
            subject=subject,
            correlation_id=uuid4(),
        )
        for data in decided
    ]
    log.append(stream, events, expected="any")
