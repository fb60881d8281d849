"""No document opens a file, a connection or an attachment."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviews.pdf import press, render
from tests.reviews.pdf import samples

CANARY = "canary-4b1f0e"


class Listener:
    """A web server on the loopback that only counts who knocks."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.visits = 0
        self.thread = threading.Thread(target=self.count, daemon=True)
        self.thread.start()

    def count(self) -> None:
        """Accept until closed."""
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Stop listening and wait for the thread."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(CANARY, encoding="utf-8")
    return path


ATTACKS = {
    "image file": '<img src="file://{file}">',
    "image http": '<img src="http://127.0.0.1:{port}/">',
    "image decimal address": '<img src="http://2130706433:{port}/">',
    "image ftp": '<img src="ftp://127.0.0.1:{port}/x.png">',
    "object": '<object data="file://{file}"></object>',
    "embed": '<embed src="file://{file}">',
    "style attribute": '<p style="background:url(file://{file})">x</p>',
    "style element": "<style>p{{background:url(http://127.0.0.1:{port}/)}}</style><p>x</p>",
    "css import": "<style>@import url(http://127.0.0.1:{port}/x.css);</style>",
    "font face": "<style>@font-face{{font-family:x;src:url(file://{file})}}p{{font-family:x}}</style><p>x</p>",
    "style sheet link": '<link rel="stylesheet" href="http://127.0.0.1:{port}/x.css">',
    "attachment link": '<link rel="attachment" href="file://{file}">',
    "attachment anchor": '<a rel="attachment" href="file://{file}">x</a>',
    "svg image": '<svg width="9" height="9"><image href="file://{file}" width="9" height="9"/></svg>',
    "svg use": '<svg width="9" height="9"><use href="http://127.0.0.1:{port}/x.svg#a"/></svg>',
    "list image": '<ul style="list-style-image:url(http://127.0.0.1:{port}/)"><li>x</ul>',
    "content url": '<style>p::after{{content:url("file://{file}")}}</style><p>x</p>',
}


# The library leaves these alone instead of asking for them.
IGNORED = {"svg use"}


def test_typed_into_a_card_all_of_it_is_text(listener, secret):
    typed = [attack.format(file=secret, port=listener.port) for attack in ATTACKS.values()]
    sheet = samples.card()
    assert sheet.comment is not None
    html = render.page(
        replace(
            sheet,
            person=typed[0],
            comment=replace(sheet.comment, text=typed[1]),
            objections=tuple(
                replace(sheet.objections[0], number=place, reason=markup, answer=markup)
                for place, markup in enumerate(typed)
            ),
        )
    )
    assert [markup for markup in typed if markup in html] == []
    content = press.draw(html)
    assert listener.visits == 0
    assert CANARY.encode() not in content
    assert b"/EmbeddedFile" not in content


@pytest.mark.parametrize("name", ATTACKS)
def test_in_a_template_it_refuses_the_document(name, listener, secret):
    markup = ATTACKS[name].format(file=secret, port=listener.port)
    html = f"<html lang=en><title>x</title><body>{markup}</body>"
    if name in IGNORED:
        assert CANARY.encode() not in press.draw(html)
    else:
        with pytest.raises(press.ForbiddenResourceError):
            press.draw(html)
    assert listener.visits == 0


def test_presentational_hints_are_off(listener):
    background = f"x);background-image:url(http://127.0.0.1:{listener.port}/)"
    press.draw(f'<html><title>x</title><body background="{background}">x</body>')
    assert listener.visits == 0


def test_the_writer_is_called_with_our_style_sheet_and_nothing_else(monkeypatch):
    calls = []

    class Recorder:
        def __init__(self, **options):
            calls.append(options)

        def write_pdf(self, *args, **options):
            calls.append({"args": args, **options})
            return b""

    monkeypatch.setattr(press, "HTML", Recorder)
    render.render_card(samples.card())
    made, written = calls
    assert set(made) == {"string", "url_fetcher"}
    assert isinstance(made["url_fetcher"], press.Refusing)
    assert set(written) == {
        "args",
        "font_config",
        "stylesheets",
        "pdf_identifier",
        "finisher",
    }
    assert written["args"] == ()
    assert written["stylesheets"] == [press.style()]
