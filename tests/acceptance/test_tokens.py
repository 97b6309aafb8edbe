"""Who a caller is: only a good token of an active user opens anything."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from tests.acceptance.conftest import Stack
from tests.acceptance.portal import mint
from tests.acceptance.world import Conversation, World, conversation


@pytest.fixture(scope="module")
def talk(stack: Stack) -> Conversation:
    """Give one conversation for all tests here: none of them gets as far as to change it."""
    return conversation(World(api=stack.api, settings=stack.settings))


def status_with(stack: Stack, authorization: str | None) -> httpx.Response:
    headers = {"Authorization": authorization} if authorization is not None else {}
    return httpx.get(f"{stack.api}/api/v1/me", headers=headers)


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"iss": "somebody-else"},
        {"iss": None},
        {"aud": "another-api"},
        {"aud": None},
        {"sub": None},
        {"sub": "not a user"},
        {"company_id": None},
        {"company_id": "not a company"},
        {"role": None},
        {"role": "emperor"},
        pytest.param({"nbf": datetime.now(UTC) + timedelta(hours=1)}, id="nbf=in an hour"),
    ],
    ids=lambda changes: "-".join(f"{name}={value}" for name, value in changes.items())[:40],
)
def test_a_token_with_a_wrong_claim_opens_nothing(
    stack: Stack, talk: Conversation, changes: dict[str, Any]
) -> None:
    token = mint(stack.settings, subject=talk.bob.id, company=talk.bob.company_id, side="partner", **changes)

    refused(status_with(stack, f"Bearer {token}"))


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nonsense", "Basic Zm9vOmJhcg=="])
def test_without_a_token_nothing_opens(stack: Stack, authorization: str | None) -> None:
    refused(status_with(stack, authorization))


def test_a_token_signed_by_somebody_else_opens_nothing(stack: Stack, talk: Conversation) -> None:
    stranger = stack.settings.model_copy(update={"jwt_secret": "a secret of somebody else, 32 bytes long"})
    token = mint(stranger, subject=talk.bob.id, company=talk.bob.company_id, side="partner")

    refused(status_with(stack, f"Bearer {token}"))


def test_an_unsigned_token_opens_nothing(stack: Stack, talk: Conversation) -> None:
    claims = jwt.decode(talk.bob.token, options={"verify_signature": False})
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    ]

    refused(status_with(stack, f"Bearer {'.'.join(parts)}."))


def test_another_algorithm_with_the_same_secret_opens_nothing(stack: Stack, talk: Conversation) -> None:
    claims = jwt.decode(talk.bob.token, options={"verify_signature": False})
    token = jwt.encode(claims, stack.settings.jwt_secret.ljust(64, "."), algorithm="HS512")

    refused(status_with(stack, f"Bearer {token}"))


def test_a_token_for_another_company_than_the_users_own_opens_nothing(
    stack: Stack, talk: Conversation
) -> None:
    token = mint(stack.settings, subject=talk.bob.id, company=talk.creditor.id, side="creditor")

    answer = httpx.get(
        f"{stack.api}/api/v1/cases/{talk.case.id}", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code in (401, 403, 404)
    assert talk.case.reference not in answer.text


def test_a_token_of_nobody_opens_nothing(stack: Stack, talk: Conversation) -> None:
    token = mint(stack.settings, subject=uuid4(), company=talk.creditor.id, side="creditor")

    answer = httpx.get(
        f"{stack.api}/api/v1/cases/{talk.case.id}", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code in (401, 403, 404)
    assert talk.case.reference not in answer.text


def test_a_partners_role_does_not_make_a_partner_of_a_creditor(stack: Stack, talk: Conversation) -> None:
    token = mint(stack.settings, subject=talk.anna.id, company=talk.creditor.id, side="partner")

    refused(status_with(stack, f"Bearer {token}"))


def test_only_operators_meet_the_admin_calls(stack: Stack, talk: Conversation) -> None:
    answer = talk.anna.asks("POST", "/api/v1/admin/companies", body={})

    assert answer.status_code == 403
    assert answer.json()["code"]


def test_a_good_token_tells_who_one_is(talk: Conversation) -> None:
    me = talk.anna.gets("/api/v1/me")

    assert me["name"] == "Anna Holm"
    assert me["email"] == talk.anna.email
    assert talk.creditor.name in json.dumps(me)
