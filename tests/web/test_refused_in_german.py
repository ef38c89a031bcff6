"""What is wrong with a domain or a text, on the pages of a German: in German."""

from dataclasses import replace

import pytest

from app.runtime import Runtime
from tests.policy.test_sender_domain import Table
from tests.web.pages_town import Browser
from tests.web.visiting import House, plugged


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_german_page_says_its_advice_and_why_a_text_is_refused_in_german(runtime: Runtime, corner: House) -> None:
    runtime = replace(runtime, names=Table({}, mx=[]))
    browser = Browser(plugged(runtime).test_client(), runtime, corner, "de")
    advice = browser.get("/admin/settings/sender/domain").text
    assert "nimmt keine E-Mails an" in advice
    assert "EINKLANG" in advice.upper()
    text = "/admin/workflows/welcome/texts/hello"
    source = "Hallo\n{{ nobody.here }}"
    assert "Zeile 2: „nobody“ gibt es hier nicht" in browser.post(text, source=source).text
    assert "Zeile 2: „nobody“ gibt es hier nicht" in browser.post(f"{text}/preview", source=source).text
    assert "Zeile 2: „nobody“ gibt es hier nicht" in browser.post(f"{text}/test", source=source).text
