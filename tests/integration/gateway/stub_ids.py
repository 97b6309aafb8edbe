"""
Whom the stub services know; a module of its own, because importing them patches the process for eventlet.
"""

from uuid import UUID

CREDITOR = UUID(int=1)
PARTNER = UUID(int=2)
STRANGER = UUID(int=3)

ANNA = UUID(int=11)
BOB = UUID(int=12)
DEACTIVATED = UUID(int=13)
UNKNOWN = UUID(int=14)
LEAVING = UUID(int=15)
"""Found to be deactivated by whoever waits for what was said of it."""

SIDES = {str(CREDITOR): "creditor", str(PARTNER): "partner", str(STRANGER): "creditor"}

CASE_WITHOUT_TASKS_SERVICE = UUID(int=500)
CASE_OF_OTHERS = UUID(int=501)
PARTNERSHIP_WITHOUT_TASKS_SERVICE = UUID(int=502)
