"""A message's text, taken apart into sentences."""

import re

_PARAGRAPHS = re.compile(r"\n+")
_ENDS = re.compile(r"(?<=[.!?…])[\s]+|(?<=[\U0001F300-\U0001FAFF])\s+(?=\w)")
_ABBREVIATION = re.compile(
    r"(?:^|\s)(?:mr|mrs|ms|dr|st|nr|no|bzw|z\.b|d\.h|hr|fr|ca|evtl|m|mme|sr|sra|sig|dott|pan|bl\.a|f\.eks)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """
    Return the sentences of the text in order, none empty.

    A line that ends with a comma goes on in the next one, as a greeting and a leave-taking do.
    """
    found: list[str] = []
    open_line = ""
    for line in _PARAGRAPHS.split(text.replace("\r", "\n")):
        stripped = f"{open_line} {line.strip()}".strip()
        open_line = ""
        if stripped.endswith(","):
            open_line = stripped
        else:
            found += _of_line(stripped)
    return tuple(found + _of_line(open_line))


def _of_line(line: str) -> list[str]:
    found: list[str] = []
    for part in _ENDS.split(line):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part.strip():
            found.append(part.strip())
    return found
