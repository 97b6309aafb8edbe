"""
Style sheets of e-mails: many readers keep only what stands in the elements themselves, so it is written
there.

That is done once, when a template is compiled.
"""

import re
from importlib import resources

from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension

_RULE = re.compile(r"^\.([a-z]+) \{ (.+?) \}$", re.MULTILINE)
_CLASSES = re.compile(r'class="([a-z ]+)"')


def _style_sheet() -> tuple[dict[str, str], str]:
    """Return the declarations of each class, and the part that must stay a style sheet."""
    text = (resources.files("services.notifier") / "templates" / "mail.css").read_text()
    plain, at, media = text.partition("@media")
    return dict(_RULE.findall(plain)), at + media


class InlineStyles(Extension):
    """Adds `style` to every element with a `class`, and gives templates the `style_sheet` that is left."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._declarations, environment.globals["style_sheet"] = _style_sheet()

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        del filename

        def with_style(found: re.Match[str]) -> str:
            try:
                style = " ".join(self._declarations[each] for each in found[1].split())
            except KeyError as error:
                raise TemplateSyntaxError(f"mail.css has no class {error}", 1, name) from error
            return f'{found[0]} style="{style}"'

        return _CLASSES.sub(with_style, source)
