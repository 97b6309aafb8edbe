"""Bearer tokens: what is trusted and what is not."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.gateway.adapters import tokens
from services.gateway.adapters.tokens import JwtTokens
from services.gateway.errors import ServiceUnavailable, Unauthenticated
from services.gateway.ports import Claims
from shared.settings import Settings, SettingsError

SECRET = "a secret of the unit tests, 32 bytes or more"
USER, COMPANY = uuid4(), uuid4()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "sub": str(USER),
        "company_id": str(COMPANY),
        "role": "creditor",
        "iss": "parley",
        "aud": "parley-api",
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def by_secret() -> JwtTokens:
    return JwtTokens(Settings(jwt_secret=SECRET))


def verify(known: JwtTokens, token: str) -> Claims:
    return asyncio.run(known.verify(token))


def signed(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SECRET, algorithm="HS256")


def test_a_good_token_says_who_asks() -> None:
    found = verify(by_secret(), signed())

    assert (found.user_id, found.company_id, found.role) == (USER, COMPANY, "creditor")


def test_an_operator_needs_neither_company_nor_uuid() -> None:
    found = verify(by_secret(), signed(sub="night-shift", role="ops", company_id=None))

    assert (found.subject, found.user_id, found.company_id) == ("night-shift", None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": int(time.time()) - 60},
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "elsewhere"},
        {"aud": None},
        {"sub": None},
        {"sub": "anna"},
        {"company_id": None},
        {"company_id": 7},
        {"role": None},
        {"role": "emperor"},
        {"role": "ops"},
        {"nbf": int(time.time()) + 600},
        {"iat": int(time.time()) + 600},
    ],
    ids=", ".join,
)
def test_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify(by_secret(), signed(**changes))


@pytest.mark.parametrize(
    "token", ["", "nonsense", "a.b.c", "..", "\udcff.\udcff.\udcff", "x" * 10_000, signed() + "x", "é.é.é"]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(by_secret(), token)


def test_an_unsigned_token_is_refused() -> None:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims())
    ]

    for signature in ("", "AAAA"):
        with pytest.raises(Unauthenticated):
            verify(by_secret(), f"{parts[0]}.{parts[1]}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_the_right_secret_is_refused(algorithm: str) -> None:
    secret = SECRET * 2
    known = JwtTokens(Settings(jwt_secret=secret))

    with pytest.raises(Unauthenticated):
        verify(known, jwt.encode(claims(), secret, algorithm=algorithm))


def test_a_remembered_token_expires_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known, token = by_secret(), signed()
    found = verify(known, token)

    monkeypatch.setattr(time, "time", lambda: found.expires_at + 1)

    with pytest.raises(Unauthenticated) as refusal:
        verify(known, token)
    assert refusal.value.code == "token_expired"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHE_SIZE", 2)
    known = by_secret()

    for number in range(5):
        verify(known, signed(jti=str(number)))

    assert len(known._known) == 2


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"jwt_secret": "too short"},
        {"jwt_jwks_url": "file:///etc/passwd"},
        {"jwt_jwks_url": "http://keys.example/", "environment": "production"},
    ],
    ids=str,
)
def test_a_gateway_without_a_usable_key_does_not_start(settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        JwtTokens(Settings.model_validate(settings))


class KeyServer:
    """Serves a key set and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.broken = False

    @contextmanager
    def serving(self) -> Iterator[str]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(500 if outer.broken else 200)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": outer.keys}).encode())

            def log_message(self, *_: Any) -> None:
                return

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


def test_a_key_sets_rsa_and_ec_keys_are_trusted(rsa_key: rsa.RSAPrivateKey) -> None:
    ec_key = ec.generate_private_key(ec.SECP256R1())
    server = KeyServer()
    ec_public = jwt.algorithms.ECAlgorithm.to_jwk(ec_key.public_key(), as_dict=True)
    server.keys = [
        public(rsa_key, "r"),
        {**ec_public, "kid": "e"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "o"},
    ]

    with server.serving() as url:
        known = JwtTokens(Settings(jwt_jwks_url=url))
        for algorithm, key, kid in (("RS256", rsa_key, "r"), ("ES256", ec_key, "e")):
            token = jwt.encode(claims(jti=kid), key, algorithm=algorithm, headers={"kid": kid})
            assert verify(known, token).user_id == USER

    assert server.asked == 1


def test_a_public_key_does_not_serve_as_a_secret(rsa_key: rsa.RSAPrivateKey) -> None:
    server = KeyServer()
    server.keys = [public(rsa_key, "r")]
    forged = jwt.encode(claims(), server.keys[0]["n"], algorithm="HS256", headers={"kid": "r"})
    secret = jwt.encode(claims(), SECRET, algorithm="HS256", headers={"kid": "r"})

    with server.serving() as url:
        known = JwtTokens(Settings(jwt_jwks_url=url, jwt_secret=SECRET))
        for token in (forged, secret):
            with pytest.raises(Unauthenticated):
                verify(known, token)


def test_made_up_key_ids_do_not_become_requests(rsa_key: rsa.RSAPrivateKey) -> None:
    server = KeyServer()
    server.keys = [public(rsa_key, "r")]

    with server.serving() as url:
        known = JwtTokens(Settings(jwt_jwks_url=url))
        for number in range(5):
            token = jwt.encode(claims(), rsa_key, algorithm="RS256", headers={"kid": str(number)})
            with pytest.raises(Unauthenticated):
                verify(known, token)

    assert server.asked == 1


def test_keys_that_cannot_be_fetched_are_our_trouble_not_the_callers(rsa_key: rsa.RSAPrivateKey) -> None:
    server = KeyServer()
    server.broken = True
    token = jwt.encode(claims(), rsa_key, algorithm="RS256", headers={"kid": "r"})

    with server.serving() as url:
        known = JwtTokens(Settings(jwt_jwks_url=url))
        with pytest.raises(ServiceUnavailable):
            verify(known, token)
        server.broken, server.keys = False, [public(rsa_key, "r")]

        assert verify(known, token).user_id == USER


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 10**400},
        {"sub": "a\x00b"},
        {"sub": "a\r\nb"},
        {"sub": "\ud800"},
        {"sub": ""},
        {"sub": "x" * 201},
    ],
    ids=["year of the end of days", "NUL", "line break", "half a character", "nobody", "endless"],
)
def test_a_claim_that_nothing_can_be_done_with_is_refused(changes: dict[str, Any]) -> None:
    as_operator = {"role": "ops", "company_id": None, **changes}

    with pytest.raises(Unauthenticated):
        verify(by_secret(), signed(**as_operator))


def test_a_key_that_was_withdrawn_does_not_live_on_in_remembered_tokens(
    rsa_key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = KeyServer()
    server.keys = [public(rsa_key, "r")]
    token = jwt.encode(claims(), rsa_key, algorithm="RS256", headers={"kid": "r"})
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    monkeypatch.setattr(tokens, "KEY_SET_SECONDS", 0.02)
    monkeypatch.setattr(tokens, "KEY_SET_PAUSE_SECONDS", 0.0)

    async def use(known: JwtTokens) -> None:
        await known.verify(token)
        server.keys = [public(other, "s")]
        for _ in range(3):
            # Until the new set is there the old one goes on.
            with suppress(Unauthenticated):
                await known.verify(token)
            await asyncio.sleep(0.2)
        with pytest.raises(Unauthenticated):
            await known.verify(token)

    with server.serving() as url:
        asyncio.run(use(JwtTokens(Settings(jwt_jwks_url=url))))


def test_while_keys_cannot_be_fetched_all_callers_share_one_attempt(rsa_key: rsa.RSAPrivateKey) -> None:
    server = KeyServer()
    server.broken = True
    token = jwt.encode(claims(), rsa_key, algorithm="RS256", headers={"kid": "r"})

    async def ask_together(known: JwtTokens) -> list[BaseException | Claims]:
        return await asyncio.gather(*(known.verify(token) for _ in range(20)), return_exceptions=True)

    with server.serving() as url:
        outcomes = asyncio.run(ask_together(JwtTokens(Settings(jwt_jwks_url=url))))

    assert all(isinstance(outcome, ServiceUnavailable) for outcome in outcomes)
    assert server.asked == 1
