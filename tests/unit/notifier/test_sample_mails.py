"""
An e-mail of each kind, in `docs/reference/mails/`, as it is written today.

`python -m tests.unit.notifier.test_sample_mails` writes the files anew.
"""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.samples import KINDS, sample
from services.notifier.adapters.wording import LANGUAGES
from services.notifier.ports import NoticeMail, RenderingFailed
from shared.settings import Settings

FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "mails"
SETTINGS = Settings(
    portal_url="https://portal.example", mail_link_secret="an example, not a secret", home=Path()
)


def written(kind: str, locale: str = "en") -> bytes:
    return JinjaRenderer(SETTINGS).render(sample(kind, locale, SETTINGS)).content


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_shows_what_is_sent(kind: str) -> None:
    assert (FOLDER / f"{kind}.eml").read_bytes() == written(kind)


def test_there_is_no_file_of_a_kind_that_is_none() -> None:
    assert {file.stem for file in FOLDER.glob("*.eml")} == set(KINDS)


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_what_every_e_mail_must_have(kind: str, locale: str) -> None:
    mail = message_from_bytes(written(kind, locale), policy=policy.default)

    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert mail.defects == []
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["References"].split()[-1] == mail["In-Reply-To"]
    page = html.get_content()
    assert f'<html lang="{locale}">' in page
    assert "prefers-color-scheme: dark" in page
    assert 'class="page" style="' in page
    for text in (plain.get_content(), page):
        assert "https://portal.example/" in text
        assert "%(" not in text


def test_an_e_mail_whose_facts_are_missing_cannot_be_written() -> None:
    payment = sample("payment_reported", "en", SETTINGS)
    assert isinstance(payment, NoticeMail)

    with pytest.raises(RenderingFailed):
        JinjaRenderer(SETTINGS).render(replace(payment, facts={}))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in KINDS:
        (FOLDER / f"{each}.eml").write_bytes(written(each))
