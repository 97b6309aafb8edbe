"""
Errors that say who must act.

`Refused` is for the caller to mend, `Retryable` passes by itself, `Poison` never succeeds and is parked.
The gateway turns each kind of `Refused` into one HTTP status, so no status stands below it.
"""


class ParleyError(Exception):
    """Something in Parley could not be done."""


class Refused(ParleyError):
    """
    The caller asked for something that the rules do not allow; nothing was changed.

    `code` is stable and for programs (`snake_case`), `detail` is a sentence for people that says what to do,
    `field` names the input at fault where there is one. All three travel over RPC as the exception's
    arguments.
    """

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(code, detail, field)
        self.code = code
        self.detail = detail
        self.field = field

    def __str__(self) -> str:
        return self.detail


class Invalid(Refused):
    """The input itself is wrong, whatever the state of the system (HTTP 422)."""


class NotFound(Refused):
    """There is no such thing, or the caller may not know of it (HTTP 404)."""


class Forbidden(Refused):
    """The caller may see the thing but its role does not allow this act (HTTP 403)."""


class Conflict(Refused):
    """The input is fine but the present state does not allow it (HTTP 409)."""


class Retryable(ParleyError):
    """It did not work now and may work later without anybody changing anything."""


class Poison(ParleyError):
    """It will never work as it is: park it and let a person look."""
