"""A browser on the machine's own Chromium; each page fails its test on a script error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from staff.models import Person
from tests.conftest import CHROMIUM
from tests.reviews.people import user

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None or not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium: install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        # Playwright keeps a loop running in this thread; the tests' own queries are meant all the same.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """Open a page in which a person is logged in: `open_as(person, width=390, language="en")`."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opened(person: Person, *, width: int = 1366, language: str = "zh-hans", scripts: bool = True) -> Page:
        client = Client()
        client.force_login(user(person))
        client.post("/i18n/setlang/", {"language": language, "next": "/"})
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, base_url=live_server.url, java_script_enabled=scripts
        )
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
