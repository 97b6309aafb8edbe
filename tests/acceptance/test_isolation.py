"""
Whoever asks for what is not theirs, by whichever call of the API, learns nothing and changes nothing.

The calls come from the OpenAPI document, so that one that is added is asked here too. The others' ids are
known to whoever asks: secret they are not.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from shared.testing import eventually
from tests.acceptance.calls import Call, as_one, every_call
from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Person
from tests.acceptance.verdicts import judges
from tests.acceptance.world import Case, Company, Conversation, World, conversation

# Things that services add by themselves a moment later; everything else stands still while others ask.
BY_THEMSELVES = {"task_opened", "task_solved", "email_sent"}

# What an id is for that somebody has nothing of, and what a query must say that is nobody's.
NOTHING = {
    "month": "2026-11",
    **{
        name: str(uuid4())
        for name in (
            "complaint_id",
            "creditor_id",
            "file_id",
            "lead_id",
            "note_id",
            "partnership_id",
            "quote_id",
            "survey_id",
        )
    },
}


@dataclass(frozen=True)
class Possession:
    """
    What somebody has: an id for each kind of parameter of the API, and every text that gives it away.

    `verdict` is what the nightly clean-up said of the client's task.
    """

    ids: Mapping[str, str]
    secrets: tuple[str, ...]
    verdict: str = ""


def secret() -> str:
    return f"between us {uuid4().hex}"


def possession(
    case: Case, client: Person, partner: Person, company: Company, thread_id: str, **others: str
) -> Possession:
    """Let everything there is be on the case, in the time of this partner, and return it."""
    text = secret()
    message = partner.writes(thread_id, text)
    api = f"/api/v1/cases/{case.id}"

    def made(person: Person, path: str, **body: str) -> str:
        answer = person.asks("POST", path, body=body)
        assert answer.status_code == 201, answer.text
        identifier: str = answer.json()["id"]
        return identifier

    note_id = made(partner, f"{api}/notes", client_note_id="n", title=text, description=text)
    call_id = made(
        partner, f"{api}/calls", client_call_id="c", number="+45 70 10 20 30", outcome="dispute", notes=text
    )
    complaint_id = made(client, f"{api}/complaints", client_complaint_id=text, text=text)
    made(partner, f"{api}/complaints/{complaint_id}/response", text=text)
    [task] = client.owes(thread_id, 1)
    verdict = secret()
    judges(case, task, client, verdict)
    file = partner.adds(f"{api}/files", text.encode(), name="letter.txt", description=text)
    ids = {
        **NOTHING,
        "q": text.rsplit(maxsplit=1)[1],
        "file_id": file["id"],
        "case_id": str(case.id),
        "thread_id": thread_id,
        "message_id": message["id"],
        "note_id": note_id,
        "complaint_id": complaint_id,
        "task_id": task["id"],
        "company_id": str(company.id),
        "partner_id": str(company.id),
        "user_id": str(partner.id),
        **others,
    }
    about_people = (company.name, str(company.id), partner.email, str(partner.id))
    of_the_case = (thread_id, message["id"], note_id, call_id, complaint_id, task["id"], file["id"])
    return Possession(ids, (text, verdict, *about_people, *of_the_case), verdict)


def normal(answer: httpx.Response, ids: Mapping[str, str]) -> tuple[int, str]:
    """Return status and body without what differs from request to request."""
    text = re.sub(r'"correlation_id":"[^"]*"|se=[^"]*|"url_expires_at":"[^"]*"', "", answer.text)
    for identifier in ids.values():
        text = text.replace(identifier, "<id>")
    return answer.status_code, text


@dataclass(frozen=True)
class Walk:
    """
    Makes every call with the others' ids where they are none of the asker's own, and says what is wrong.

    `mine` are the ids that the asker may know of. Each call is made with every mixture that its path allows:
    the others' ids alone, and theirs inside a thing of one's own. Whatever is answered must be what an id
    that nobody has is answered with.
    """

    asker: Person
    calls: list[Call]
    mine: Mapping[str, str]
    theirs: Possession

    def faults(self) -> Iterator[str]:
        for call in self.calls:
            for named in self._mixtures(call):
                yield from self._by_path(call, named)
            if set(call.ids) <= set(self.mine):
                for name in call.query_ids:
                    theirs = self.theirs.ids[as_one(name)]
                    if theirs not in self.mine.values():
                        yield from self._by_query(call, {name: theirs}, {name: str(uuid4())})

    def _mixtures(self, call: Call) -> list[tuple[str, ...]]:
        """Return for which ids of the path the others' are put in: all that are not mine, the inner ones."""
        outside = tuple(name for name in call.ids if name not in self.mine)
        if len(call.ids) < 2 or call.ids[-1] in self.mine:
            return [outside]
        return sorted({outside, tuple(call.ids[1:])})

    def _by_path(self, call: Call, named: tuple[str, ...]) -> Iterator[str]:
        in_body = [name for name in call.body_ids if as_one(name) not in self.mine]
        if not (named or call.method == "get" or call.for_operators or in_body):
            return  # what one does with one's own is no business of this test
        absent = {
            name: str(uuid4()) if name.endswith("_id") else said for name, said in self.theirs.ids.items()
        }
        with_theirs = {**self.theirs.ids, **self.mine, **{name: self.theirs.ids[name] for name in named}}
        answer = call.made_by(self.asker, with_theirs)
        where = f"{call} by {self.asker.name}, {named} of the others: {answer.status_code} {answer.text}"
        sent = {with_theirs[as_one(name)] for name in in_body}
        yield from self._told(answer, where, but=sent)
        if call.for_operators:
            if answer.status_code != 403:
                yield f"not 403: {where}"
            return
        # It may be refused for one's role, an unsigned link or what the body names, before it is looked for.
        if named and set(named) == set(call.ids) and answer.status_code not in (403, 404, 422):
            yield f"not 404: {where}"
        if named or in_body:
            with_absent = {**absent, **self.mine, **{name: absent[name] for name in named}}
            nowhere = call.made_by(self.asker, with_absent)
            if normal(answer, with_theirs) != normal(nowhere, with_absent):
                yield f"differs from what is not there, {nowhere.text}: {where}"

    def _by_query(self, call: Call, theirs: dict[str, str], absent: dict[str, str]) -> Iterator[str]:
        ids = {**self.theirs.ids, **self.mine}
        answer = call.made_by(self.asker, ids, query=theirs)
        where = f"{call} by {self.asker.name}, with the others' {theirs}: {answer.status_code} {answer.text}"
        yield from self._told(answer, where)
        if normal(answer, theirs) != normal(call.made_by(self.asker, ids, query=absent), absent):
            yield f"differs from what is not there: {where}"

    def _told(self, answer: httpx.Response, where: str, but: Collection[str] = ()) -> Iterator[str]:
        if answer.status_code >= 500:
            yield f"an accident: {where}"
        for text in set(self.theirs.secrets).difference(but):
            if text in answer.text or text in str(answer.headers):
                yield f"tells {text!r}: {where}"


def everything_of(owners: Iterable[tuple[Person, Possession]], calls: list[Call]) -> dict[str, str]:
    """Return what these people can read of their own by any call, without what services add by themselves."""
    read = {}
    for person, own in owners:
        person.gets("/api/v1/cases")  # from here on everything that was done is to be seen
        for call in calls:
            if call.method != "get" or call.for_operators:
                continue
            answer = call.made_by(person, own.ids)
            if call.path.endswith("/timeline") and answer.is_success:
                items = [item for item in answer.json()["items"] if item["type"] not in BY_THEMSELVES]
                read[f"{call} by {person.name}"] = json.dumps(items)
            else:
                read[f"{call} by {person.name}"] = str(normal(answer, {}))
    return read


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(what, seen, after[what]) for what, seen in before.items() if after[what] != seen]


@pytest.fixture(scope="session")
def calls(stack: Stack) -> list[Call]:
    return every_call(stack.api)


def partnership_of(person: Person) -> str:
    [partnership] = person.gets("/api/v1/partnerships")["items"]
    found: str = partnership["id"]
    return found


def lead_of(world: World, talk: Conversation) -> tuple[str, str, str]:
    """Let the creditor ask the partner for a quote; return lead, quote and the case that it is for."""
    case = world.case(talk.creditor, status="Leads")
    world.tells("invitations", {"case_id": str(case.id), "partner_id": str(talk.partner.id)})
    [lead] = talk.bob.gets("/api/v1/leads", case_id=str(case.id))["items"]
    quoted = talk.bob.asks("POST", f"/api/v1/leads/{lead['id']}/quotes", body={"success_fee_percent": "12"})
    assert quoted.status_code == 201, quoted.text
    return lead["id"], quoted.json()["id"], case.reference


def survey_of(stack: Stack, talk: Conversation) -> str | None:
    """Ask for the update that is due a month after the case became active, once surveys knows the case."""
    stack.parley("surveys", "request", "--now", "2026-12-21T12:00:00Z")
    items = talk.bob.gets("/api/v1/surveys", case_id=str(talk.case.id))["items"]
    return items[0]["id"] if items else None


def test_strangers_learn_nothing_and_change_nothing(
    stack: Stack, world: World, talk: Conversation, calls: list[Call]
) -> None:
    lead_id, quote_id, reference = lead_of(world, talk)
    survey_id = eventually(lambda: survey_of(stack, talk))
    assert survey_id is not None
    theirs = possession(
        talk.case,
        talk.anna,
        talk.bob,
        talk.partner,
        talk.thread_id,
        partnership_id=partnership_of(talk.anna),
        lead_id=lead_id,
        quote_id=quote_id,
        survey_id=survey_id,
        creditor_id=str(talk.creditor.id),
    )
    about_the_creditor = (talk.creditor.name, talk.anna.email, talk.case.reference, talk.case.debtor_name)
    more = (*about_the_creditor, lead_id, quote_id, reference, survey_id)
    theirs = Possession(theirs.ids, (*theirs.secrets, *more))
    owners = ((talk.anna, theirs), (talk.bob, theirs))
    before = everything_of(owners, calls)

    other = conversation(world)
    own = possession(
        other.case,
        other.anna,
        other.bob,
        other.partner,
        other.thread_id,
        partnership_id=partnership_of(other.anna),
    )
    known = {name: own.ids[name] for name in ("case_id", "thread_id")}
    wrong = [
        fault
        for stranger in (other.anna, other.bob)
        for mine in ({}, known)
        for fault in Walk(stranger, calls, mine, theirs).faults()
    ]
    # The walk searches for what was said; what a case is called by is looked for in another table.
    for word in (theirs.ids["q"], talk.case.reference, reference, talk.case.debtor_name):
        assert talk.anna.gets("/api/v1/search", q=word)["items"], f"{word} is not to be found at all"
        for stranger in (other.anna, other.bob):
            wrong += [f"finds {word}: {hit}" for hit in stranger.gets("/api/v1/search", q=word)["items"]]

    assert not wrong, "\n".join(wrong)
    assert changes(before, everything_of(owners, calls)) == []


def test_partners_of_different_engagements_learn_nothing_of_each_other(
    world: World, talk: Conversation, calls: list[Call]
) -> None:
    """Both know the case, and of it each its own time."""
    old = possession(talk.case, talk.anna, talk.bob, talk.partner, talk.thread_id)
    successor = world.company("partner", "Neue Inkasso")
    clara = world.person(successor, "Clara Neu")
    talk.case.becomes(partner=successor)
    new = possession(talk.case, talk.anna, clara, successor, talk.case.chat(clara)["id"])
    case = {"case_id": str(talk.case.id)}
    owners = ((talk.bob, old), (clara, new), (talk.anna, new))
    before = everything_of(owners, calls)

    wrong = [
        *Walk(clara, calls, case, old).faults(),
        *Walk(talk.bob, calls, case, new).faults(),
    ]

    assert not wrong, "\n".join(wrong)
    assert changes(before, everything_of(owners, calls)) == []


def test_a_verdict_is_told_to_whose_task_it_closed_and_to_nobody_else(
    world: World, talk: Conversation, calls: list[Call]
) -> None:
    """Not even to the other side of the case, whose messages it judged: not by a call, and not live."""
    with talk.bob.listens() as partners, talk.anna.listens() as clients:
        own = possession(talk.case, talk.anna, talk.bob, talk.partner, talk.thread_id)
        for ear, listener in ((partners, talk.bob), (clients, talk.anna)):
            ear.until_message(listener.writes(talk.thread_id, "The end."))
    firm = world.company("partner", "Sprecher")
    mia = world.person(firm, "Mia")

    def names(partner_id: str | None) -> None:
        answer = world.ops.asks(
            "PUT", f"/api/v1/admin/cases/{talk.case.id}/managing-partner", body={"partner_id": partner_id}
        )
        assert answer.status_code == 200, answer.text

    names(str(firm.id))
    timeline = f"/api/v1/cases/{talk.case.id}/timeline"
    as_client = [own.verdict in str(person.gets(timeline)) for person in (talk.anna, mia)]
    names(None)
    talk.case.becomes(partner=firm)

    shown = everything_of([(talk.anna, own), (talk.bob, own), (mia, own)], calls)
    tellers = {what for what, seen in shown.items() if own.verdict in seen}
    assert {what.rsplit(" by ", 1)[1] for what in tellers} == {talk.anna.name}
    assert any("/timeline" in what for what in tellers)
    assert any("/tasks/" in what for what in tellers)
    assert as_client == [True, True]
    assert own.verdict in str([event.data for event in clients.events])
    assert own.verdict not in str([event.data for event in partners.events])
    for person in (talk.bob, mia):
        assert person.gets("/api/v1/search", q=own.verdict.rsplit(maxsplit=1)[1])["items"] == []


def test_rival_bidders_learn_nothing_of_each_other(
    world: World, talk: Conversation, calls: list[Call]
) -> None:
    """Both know the lead and what its case is called by, and of bids and chats each its own."""
    rival = world.company("partner", "Rivalen Inkasso")
    rita = world.person(rival, "Rita Rival")
    case = world.case(talk.creditor, status="Leads")
    bids: dict[str, Possession] = {}
    for bidder in (talk.bob, rita):
        world.tells("invitations", {"case_id": str(case.id), "partner_id": str(bidder.company_id)})
        bids[bidder.name] = bid_of(talk, case, bidder)
    known = {name: bids[rita.name].ids[name] for name in ("case_id", "lead_id")}
    owners = ((talk.bob, bids[talk.bob.name]), (rita, bids[rita.name]), (talk.anna, bids[rita.name]))
    before = everything_of(owners, calls)

    wrong = [
        *Walk(rita, calls, known, bids[talk.bob.name]).faults(),
        *Walk(talk.bob, calls, known, bids[rita.name]).faults(),
    ]

    assert not wrong, "\n".join(wrong)
    assert changes(before, everything_of(owners, calls)) == []


def bid_of(talk: Conversation, case: Case, bidder: Person) -> Possession:
    """Let the bidder ask, be answered and quote; return what that left."""
    text = secret()
    [lead] = bidder.gets("/api/v1/leads", case_id=str(case.id))["items"]
    opened = bidder.asks("PUT", f"/api/v1/cases/{case.id}/threads/invoice_questions_chat")
    assert opened.status_code == 200, opened.text
    questions = opened.json()["id"]
    asked = bidder.writes(questions, text)
    [task] = talk.anna.owes(questions, 1)
    verdict = secret()
    judges(case, task, talk.anna, verdict)
    quoted = bidder.asks(
        "POST", f"/api/v1/leads/{lead['id']}/quotes", body={"fixed_fee": "77", "comment": text}
    )
    assert quoted.status_code == 201, quoted.text
    chat = bidder.asks("PUT", f"/api/v1/cases/{case.id}/threads/lead_chat").json()["id"]
    offered = bidder.writes(chat, text)
    ids = {
        **NOTHING,
        "q": text.rsplit(maxsplit=1)[1],
        "case_id": str(case.id),
        "lead_id": lead["id"],
        "quote_id": quoted.json()["id"],
        "thread_id": chat,
        "message_id": offered["id"],
        "task_id": task["id"],
        "company_id": str(bidder.company_id),
        "partner_id": str(bidder.company_id),
        "user_id": str(bidder.id),
    }
    told = (questions, chat, asked["id"], offered["id"], quoted.json()["id"], task["id"])
    return Possession(ids, (text, verdict, bidder.email, str(bidder.id), str(bidder.company_id), *told))


def test_a_partner_hears_nothing_live_of_the_time_before_or_after_its_own(
    world: World, talk: Conversation
) -> None:
    old = possession(talk.case, talk.anna, talk.bob, talk.partner, talk.thread_id)
    successor = world.company("partner", "Neue Inkasso")
    clara = world.person(successor, "Clara Neu")
    talk.case.becomes(partner=successor)
    chat = talk.case.chat(clara)["id"]
    new = possession(talk.case, talk.anna, clara, successor, chat)
    elsewhere = world.case(talk.creditor, talk.partner)
    last = {clara.name: chat, talk.bob.name: elsewhere.chat(talk.bob)["id"]}

    for listener, others in ((clara, old), (talk.bob, new)):
        with listener.listens(last_event_id=0) as ear:
            ear.until_message(listener.writes(last[listener.name], "The end."))

        heard = json.dumps([event.data for event in ear.events])
        for text in others.secrets:
            assert text not in heard
