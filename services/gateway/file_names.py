"""Names of files: what is kept of the one a client sent, and how a browser is told of it."""

import re
import unicodedata
from urllib.parse import quote

from services.gateway.file_types import FileType

MAX_BYTES = 200
"""In UTF-8: every file system takes 255, and a browser may add a number."""

NAMELESS = "file"

# Nothing that does not show (control characters, text direction, zero width, halves of characters, line
# breaks), and nothing that a file system takes for something else.
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_PATH = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_NOT_QUOTABLE = re.compile(r'["\\%]|[^ -~]')
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def clean(sent: str | None) -> str:
    """
    Return the name as it may be kept: one part of a path, on one line, every character of it visible.

    Long ones lose their middle and keep their ending; where nothing is left the file is called `file`.
    """
    name = _PATH.split(sent or "")[-1]
    name = unicodedata.normalize("NFC", name.encode(errors="replace").decode())
    name = _SPACES.sub(" ", "".join(" " if each.isspace() else each for each in name if _shows(each)))
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    if not name:
        return NAMELESS
    ending = _ENDING.search(name)
    return _shortened(name, ending[0] if ending else "")


def fitting(name: str, file_type: FileType) -> str:
    """Return the clean name with an ending of the file's type, added where it has another or none."""
    if any(name.lower().endswith(f".{ending}") for ending in file_type.endings):
        return name
    return _shortened(f"{name}.{file_type.endings[0]}", f".{file_type.endings[0]}")


def disposition(name: str) -> str:
    """Return the header that makes a browser save the file under its name (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NOT_QUOTABLE.sub("_", plain)
    stem, dot, ending = plain.rpartition(".")
    if not stem.strip(" ._"):
        plain = f"{NAMELESS}{dot}{ending}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shows(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _INVISIBLE


def _shortened(name: str, ending: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem = name.removesuffix(ending).encode()[: MAX_BYTES - len(ending.encode())]
    return stem.decode(errors="ignore").rstrip(" .") + ending
