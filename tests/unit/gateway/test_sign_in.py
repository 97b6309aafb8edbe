"""Signing in: only active members of the company, on the side, that their token names."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.gateway.errors import ServiceUnavailable, Unauthenticated
from services.gateway.ports import Claims
from services.gateway.sign_in import Directory, Session, SignIn
from shared.contracts.messaging import Identify
from shared.contracts.rpc import Request
from shared.errors import Forbidden, NotFound

USER, COMPANY = uuid4(), uuid4()


class AnyToken:
    """Trusts every token and reads the same claims in it."""

    def __init__(self, role: Any = "creditor", *, company_id: UUID | None = COMPANY) -> None:
        self._claims = Claims(str(USER), USER, company_id, role, time.time() + 60)

    async def verify(self, token: str) -> Claims:
        return self._claims


class OneUser:
    """A directory service that knows one user and keeps what it was asked."""

    connected = True

    def __init__(self, **changes: Any) -> None:
        self.changes = changes
        self.asked: list[Identify] = []
        self.failure: Exception | None = None
        self.was_asked = asyncio.Event()
        self.answer = asyncio.Event()
        self.answer.set()

    async def call(
        self, service: str, method: str, request: Request, *, within: float | None = None
    ) -> Mapping[str, Any]:
        assert (service, method) == ("messaging", "identify")
        assert isinstance(request, Identify)
        self.asked.append(request)
        self.was_asked.set()
        await self.answer.wait()
        if self.failure is not None:
            raise self.failure
        usual: dict[str, Any] = {
            "user_id": str(USER),
            "email": "anna@nordvik.example",
            "name": "Anna Holm",
            "role": "admin",
            "active": True,
            "company_id": str(COMPANY),
            "company_name": "Nordvik Steel A/S",
            "side": "creditor",
            "country": "DK",
            "time_zone": "Europe/Copenhagen",
            "locale": "da",
        }
        return {**usual, **self.changes}


def session(sign_in: SignIn, authorization: str | None = "Bearer x") -> Session:
    return asyncio.run(sign_in.session(authorization, uuid4()))


def test_a_member_is_known_by_name_and_company() -> None:
    found = session(SignIn(AnyToken(), Directory(OneUser())))

    assert (found.caller.user_id, found.caller.company_id) == (USER, COMPANY)
    assert (found.caller.role, found.caller.name) == ("creditor", "Anna Holm")


def test_an_operator_is_not_looked_up() -> None:
    service = OneUser()

    found = session(SignIn(AnyToken("ops", company_id=None), Directory(service)))

    assert (found.caller.role, found.caller.company_id, found.identity) == ("ops", None, None)
    assert service.asked == []


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer  ", "Basic abc", "abc"])
def test_without_a_bearer_token_nobody_is_let_in(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated):
        session(SignIn(AnyToken(), Directory(OneUser())), authorization)


@pytest.mark.parametrize(
    "changes",
    [{"side": "partner"}, {"company_id": str(uuid4())}, {"user_id": str(uuid4())}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_token_that_names_another_side_company_or_user_is_not_trusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        session(SignIn(AnyToken(), Directory(OneUser(**changes))))


def test_a_user_that_nobody_knows_is_not_let_in() -> None:
    service = OneUser()
    service.failure = NotFound("user_not_found", "There is no such user.")

    with pytest.raises(Unauthenticated):
        session(SignIn(AnyToken(), Directory(service)))


def test_a_deactivated_user_is_told_so() -> None:
    with pytest.raises(Forbidden) as refusal:
        session(SignIn(AnyToken(), Directory(OneUser(active=False))))

    assert refusal.value.code == "user_deactivated"


def test_a_user_is_asked_for_once_in_a_while_and_anew_after_a_change() -> None:
    service = OneUser()
    directory = Directory(service)
    sign_in = SignIn(AnyToken(), directory)

    session(sign_in)
    session(sign_in)
    directory.learn(USER, 41)
    session(sign_in)

    assert [request.min_position for request in service.asked] == [None, 41]


def test_an_older_change_that_is_told_later_does_not_hide_a_newer_one() -> None:
    service = OneUser()
    directory = Directory(service)

    directory.learn(USER, 41)
    directory.learn(USER, 40)
    session(SignIn(AnyToken(), directory))

    assert [request.min_position for request in service.asked] == [41]


def test_a_change_during_the_question_is_not_lost() -> None:
    async def story() -> None:
        service = OneUser()
        service.answer.clear()
        directory = Directory(service)
        sign_in = SignIn(AnyToken(), directory)
        asking = asyncio.ensure_future(sign_in.session("Bearer x", uuid4()))
        async with asyncio.timeout(10):
            await service.was_asked.wait()

        directory.learn(USER, 41)
        service.changes = {"active": False}
        service.answer.set()

        with pytest.raises(Forbidden):
            await asking
        assert [request.min_position for request in service.asked] == [None, 41]

    asyncio.run(story())


def test_many_requests_at_once_ask_once() -> None:
    async def story() -> None:
        service = OneUser()
        sign_in = SignIn(AnyToken(), Directory(service))

        await asyncio.gather(*(sign_in.session("Bearer x", uuid4()) for _ in range(20)))

        assert len(service.asked) == 1

    asyncio.run(story())


def test_a_directory_that_is_away_is_not_remembered() -> None:
    service = OneUser()
    service.failure = ServiceUnavailable("away")
    sign_in = SignIn(AnyToken(), Directory(service))
    with pytest.raises(ServiceUnavailable):
        session(sign_in)

    service.failure = None

    assert session(sign_in).caller.name == "Anna Holm"
