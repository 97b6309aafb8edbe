"""`parley token`."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
import jwt

from services.messaging.cli.reading import opened_reads
from shared.cli_support import Failure, Mistake, current_settings
from shared.contracts.messaging import Identity
from shared.settings import Settings

_SECRET_BYTES_MIN = 32
_HOURS_MAX = 366 * 24
_OPERATOR = "operator"


@click.command()
@click.argument("email", required=False)
@click.option("--ops", is_flag=True, help="A token of the platform's operator, who sees all.")
@click.option("--company", type=click.UUID, help="Which company, where the person works for several.")
@click.option("--hours", type=float, default=12, show_default=True, help="Valid for so long, a year at most.")
def token(email: str | None, *, ops: bool, company: UUID | None, hours: float) -> None:
    """Print a bearer token for the user with this EMAIL, or for an operator; only in development."""
    if ops is (email is not None):
        raise click.UsageError("Give either EMAIL or --ops.")
    if not 0 < hours <= _HOURS_MAX:
        raise click.UsageError(f"Give more than 0 hours and at most {_HOURS_MAX}.")
    settings = current_settings("jwt_secret")
    if settings.environment == "production":
        raise Mistake("Tokens of production come from its identity provider: this verb is for development.")
    if len(settings.jwt_secret.encode()) < _SECRET_BYTES_MIN:
        raise Mistake(f"PARLEY_JWT_SECRET is too short: give {_SECRET_BYTES_MIN} bytes or more.")
    claims = {"sub": _OPERATOR, "role": "ops"} if email is None else _claims(_user(settings, email, company))
    now = datetime.now(UTC)
    click.echo(
        jwt.encode(
            {
                **claims,
                "iss": settings.jwt_issuer,
                "aud": settings.jwt_audience,
                "iat": now,
                "exp": now + timedelta(hours=hours),
            },
            settings.jwt_secret,
            algorithm="HS256",
        )
    )


def _claims(user: Identity) -> dict[str, str]:
    return {"sub": str(user.user_id), "company_id": str(user.company_id), "role": user.side}


def _user(settings: Settings, email: str, company: UUID | None) -> Identity:
    with opened_reads(settings) as reads:
        found = [user for user in reads.users_with_email(email) if company in (None, user.company_id)]
    if not found:
        raise Failure("No user has this e-mail address: import one first, or see `parley messaging users`.")
    if len(found) > 1:
        choices = ", ".join(f"{user.company_id} ({user.company_name})" for user in found)
        raise Mistake(f"This person works for several companies; give --company, one of: {choices}")
    return found[0]
