"""The companies, people and cases between which the bench's messages travel, made by the operators' calls."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt

from shared.settings import Settings
from shared.testing import eventually
from tests.bench import lean_http
from tests.bench.appending import BODY

CREDITORS = 8
PARTNERS = 4
USERS_PER_COMPANY = 2
CASES = 64


@dataclass(frozen=True, slots=True)
class Resident:
    """A user and the token that opens the API to it."""

    user_id: UUID
    company_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Chat:
    """One case's chat and somebody from each side who writes there."""

    thread_id: UUID
    case_id: UUID
    reference: str
    creditor: Resident
    partner: Resident


class Conversation:
    """
    What is said where, by number: round after round through all chats, question and answer in turn.

    So every message but a chat's first solves one task and opens one, as in life, and neighbours in the
    sequence never write to the same thread.
    """

    def __init__(self, host: str, chats: Sequence[Chat]) -> None:
        self._host = host
        self._chats = chats
        self._run = uuid4().hex[:8]

    def request(self, number: int) -> bytes:
        """Return the request that posts the message of that number."""
        chat, author, _ = self._turn(number)
        body = json.dumps(
            {
                "client_message_id": f"bench-{self._run}-{number}",
                "body": f"Message {number}: {BODY}",
                "attachment_ids": [],
            }
        ).encode()
        path = f"/api/v1/threads/{chat.thread_id}/messages"
        return lean_http.request("POST", path, host=self._host, token=author.token, body=body)

    def reader(self, number: int) -> Resident:
        """Return who is to see that message and owes the answer."""
        return self._turn(number)[2]

    def _turn(self, number: int) -> tuple[Chat, Resident, Resident]:
        round_number, place = divmod(number, len(self._chats))
        chat = self._chats[place]
        partner_asks = round_number % 2 == 0
        return (chat, chat.partner, chat.creditor) if partner_asks else (chat, chat.creditor, chat.partner)


@dataclass(frozen=True, slots=True)
class Town:
    """Everything the load needs to know, and the API it is spoken to."""

    api: str
    host: str
    chats: Sequence[Chat]
    residents: Sequence[Resident]

    def conversation(self) -> Conversation:
        """Begin a conversation that was not held before."""
        return Conversation(self.host, self.chats)

    @property
    def listeners(self) -> Sequence[Resident]:
        """Return one resident of each company."""
        return list({resident.company_id: resident for resident in self.residents}.values())


def token(settings: Settings, *, user_id: UUID, company_id: UUID | None, role: str) -> str:
    """Return a token that lasts as long as any bench."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "sub": str(user_id),
        "role": role,
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "iat": now,
        "exp": now + timedelta(hours=12),
    }
    if company_id is not None:
        claims["company_id"] = str(company_id)
    return jwt.encode(claims, settings.jwt_secret, algorithm="HS256")


def build(settings: Settings) -> Town:
    """Make the town in the running stack; every chat stands when it returns."""
    api = f"http://{settings.api_host}:{settings.api_port}"
    operator = token(settings, user_id=uuid4(), company_id=None, role="ops")
    with httpx.Client(base_url=api, headers={"Authorization": f"Bearer {operator}"}, timeout=30) as client:

        def put(kind: str, body: dict[str, Any]) -> None:
            answer = client.post(f"/api/v1/admin/{kind}", json=body)
            if not answer.is_success:
                raise RuntimeError(f"{kind} were refused: {answer.text}")

        def company(side: str, number: int) -> UUID:
            company_id = uuid4()
            name = f"{side.title()} {number}"
            put(
                "companies",
                {
                    "id": str(company_id),
                    "side": side,
                    "name": name,
                    "country": "DK",
                    "time_zone": "Europe/Copenhagen",
                    "locale": "en",
                },
            )
            return company_id

        def resident(side: str, company_id: UUID) -> Resident:
            user_id = uuid4()
            put(
                "users",
                {
                    "id": str(user_id),
                    "company_id": str(company_id),
                    "email": f"{user_id.hex}@{side}.example",
                    "name": f"User {user_id.hex[:6]}",
                    "role": "user",
                    "active": True,
                },
            )
            return Resident(
                user_id, company_id, token(settings, user_id=user_id, company_id=company_id, role=side)
            )

        def chat(number: int, creditor: Resident, partner: Resident) -> Chat:
            case_id, reference = uuid4(), f"B-{number:04}"
            put(
                "cases",
                {
                    "id": str(case_id),
                    "reference": reference,
                    "creditor_id": str(creditor.company_id),
                    "partner_id": str(partner.company_id),
                    "status": "Active",
                    "debtor": {"type": "Company", "name": f"Debtor {number}"},
                    "amount": "8400.00",
                    "currency": "EUR",
                },
            )
            thread_id = UUID(eventually(lambda: thread_of(case_id, partner)))
            return Chat(thread_id, case_id, reference, creditor, partner)

        def thread_of(case_id: UUID, reader: Resident) -> str:
            headers = {"Authorization": f"Bearer {reader.token}"}
            answer = client.get(f"/api/v1/cases/{case_id}/threads", headers=headers)
            items = answer.json()["items"] if answer.is_success else []
            return str(items[0]["id"]) if items else ""

        creditors = [company("creditor", number) for number in range(CREDITORS)]
        partners = [company("partner", number) for number in range(PARTNERS)]
        of_creditors = [[resident("creditor", c) for _ in range(USERS_PER_COMPANY)] for c in creditors]
        of_partners = [[resident("partner", p) for _ in range(USERS_PER_COMPANY)] for p in partners]
        chats = []
        for number in range(CASES):
            creditor = of_creditors[number % CREDITORS][0]
            partner = of_partners[number % PARTNERS][0]
            chats.append(chat(number, creditor, partner))
    everyone = [one for company_users in (*of_creditors, *of_partners) for one in company_users]
    return Town(api, api.removeprefix("http://"), chats, everyone)
