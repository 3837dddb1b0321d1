"""The operator's command line for feeds, run as `kawaraban feeds …` against a publisher on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from news import opml
from storage.records import ListedFeed

RSS = """<rss version="2.0"><channel><title>Out &amp; About</title><language>en</language>
<item><guid>1</guid><title>First</title><link>https://a.example/1</link>
<pubDate>Thu, 19 Nov 2026 09:00:00 GMT</pubDate><description>Some text.</description></item>
<item><guid>2</guid><title>Second</title></item></channel></rss>"""

PAGE = """<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/feed">
<link rel="alternate" type="application/rss+xml" title="Sport" href="/sport"></head></html>"""

Answer = tuple[int, dict[str, str], str]


class Publisher:
    """A server on loopback."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                status, headers, body = publisher.answers.get(self.path, (404, {}, ""))
                if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, ""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *arguments: Any) -> None:
                """The test's output is not for requests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    publisher.answers = {
        "/feed": (200, {"ETag": '"1"', "Cache-Control": "max-age=7200"}, RSS),
        "/sport": (200, {}, RSS.replace("&amp;", "&")),
        "/": (200, {"Content-Type": "text/html"}, PAGE),
        "/moved": (301, {"Location": "/feed"}, ""),
        "/gone": (410, {}, ""),
    }
    thread = threading.Thread(target=publisher.server.serve_forever)
    thread.start()
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()
    thread.join()


@pytest.fixture
def kawaraban(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command below `feeds` in an empty folder: exit code, output, complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FETCH_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("FETCH_HOST_DELAY", "0s")
    (tmp_path / "list.opml").write_bytes(opml.write([ListedFeed("https://z.example/f", "Z")], ""))
    monkeypatch.setenv("CATALOGUE", str(tmp_path / "list.opml"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["feeds", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_check_shows_what_the_poller_sees(kawaraban: Any, publisher: Publisher) -> None:
    code, said, _ = kawaraban("check", f"{publisher.url}/moved")
    assert code == 0
    for part in (
        f"301  {publisher.url}/moved  →  {publisher.url}/feed",
        f"200  {publisher.url}/feed",
        'etag: "1"',
        "cache-control: max-age=7200",
        "asked again: nothing new (304)",
        "Out & About · en",
        "reader: strict",
        "next visit: in about 2 hours",
        "2026-11-19 09:00 UTC · 10 characters",
        "no link",
        "! It has moved for good to",
        "! 1 of 2 entries have no link",
        "! 1 of 2 entries have no text",
        "! It is served without encryption",
    ):
        assert part in said
    assert not Path("data").exists()


def test_check_as_json_is_for_scripts(kawaraban: Any, publisher: Publisher) -> None:
    code, said, _ = kawaraban("check", f"{publisher.url}/sport", "--json")
    found = json.loads(said)
    assert (code, found["reader"], len(found["entries"])) == (0, "repaired", 2)
    assert found["revalidates"] is None
    assert any("neither ETag nor Last-Modified" in problem for problem in found["problems"])


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/", ["no feed: not_a_feed page", "/sport  (Sport)", "announces the feeds above"]),
        ("/gone", ["410", "gone for good"]),
        ("/nothing", ["404", "asked ever more rarely"]),
    ],
)
def test_check_says_why_an_address_is_no_feed(
    kawaraban: Any, publisher: Publisher, path: str, parts: list[str]
) -> None:
    code, said, _ = kawaraban("check", publisher.url + path)
    assert code == 1
    for part in parts:
        assert part in said


def test_check_tells_a_private_address_from_a_broken_one(
    kawaraban: Any, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETCH_ALLOWED_NETWORKS", "")
    code, said, _ = kawaraban("check", f"{publisher.url}/feed")
    assert (code, publisher.asked) == (1, [])
    assert "FETCH_ALLOWED_NETWORKS" in said


def test_a_feed_is_added_with_one_request_listed_and_removed(
    kawaraban: Any, publisher: Publisher
) -> None:
    code, said, _ = kawaraban("add", f"{publisher.url}/feed")
    assert (code, publisher.asked) == (0, ["/feed"])
    number = said.split()[0]
    assert kawaraban("add", f"{publisher.url}/feed")[0] == 0
    assert publisher.asked == ["/feed"]
    listed = json.loads(kawaraban("list", "--json")[1])
    assert [(feed["title"], feed["pinned"], feed["in_catalogue"]) for feed in listed] == [
        ("Out & About", True, False),
        ("Z", False, True),
    ]
    assert "not polled any more" in kawaraban("remove", number)[1]
    assert "CATALOGUE lists it" in kawaraban("remove", "https://z.example/f")[1]
    assert [feed["title"] for feed in json.loads(kawaraban("list", "--json")[1])] == ["Z"]
    code, _, complaint = kawaraban("remove", "https://nobody.example/")
    assert (code, "there is no feed" in complaint) == (1, True)


def test_what_is_no_feed_is_not_added_and_the_way_on_is_said(
    kawaraban: Any, publisher: Publisher
) -> None:
    code, _, complaint = kawaraban("add", publisher.url)
    assert (code, "announces several feeds" in complaint) == (1, True)
    assert f"{publisher.url}/sport" in complaint
    code, _, complaint = kawaraban("add", f"{publisher.url}/gone")
    assert (code, "feeds check" in complaint) == (1, True)
    for odd in ("no address", "ftp://a.example/", "https://me:secret@a.example/"):
        assert kawaraban("add", odd)[0] == 2
        assert kawaraban("check", odd)[0] == 2


def test_export_then_import_gives_an_equal_list(
    kawaraban: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlines = tuple(
        ListedFeed(f"https://{n}.example/f?a=1&b={n}", f"Ünï “{n}” & 日本", folder)
        for n, folder in enumerate(["", "A", "A/B", "한국/경제", "A"])
    )
    (tmp_path / "mine.opml").write_bytes(opml.write(outlines, "Mine"))
    code, said, _ = kawaraban("import", "mine.opml")
    assert (code, "5 new feeds, 0 known, 0 left out" in said) == (0, True)
    assert kawaraban("export", "out.opml")[0] == 0
    first = opml.read((tmp_path / "out.opml").read_bytes())
    assert {(one.url, one.title, one.folder) for one in first.outlines} == {
        ("https://z.example/f", "Z", ""),
        *((one.url, one.title, one.folder) for one in outlines),
    }
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")
    assert kawaraban("import", "out.opml")[0] == 0
    assert kawaraban("export", "again.opml")[0] == 0
    assert (tmp_path / "again.opml").read_bytes() == (tmp_path / "out.opml").read_bytes()


def test_what_an_import_leaves_out_is_listed_line_by_line(kawaraban: Any, tmp_path: Path) -> None:
    document = """<opml version="1.0"><body>
<outline text="Good" xmlUrl="https://a.example/f"/>
<outline text="Twice" xmlUrl="https://a.example/f"/>
<outline text="Odd" xmlUrl="javascript:alert(1)"/>
</body></opml>"""
    (tmp_path / "odd.opml").write_text(document)
    code, said, _ = kawaraban("import", "odd.opml")
    assert code == 0
    assert "1 new feeds, 0 known, 2 left out" in said
    assert "line 3: Twice: listed twice" in said
    assert "line 4: Odd: no public web address" in said


def test_a_file_that_can_not_be_imported_is_one_line(kawaraban: Any, tmp_path: Path) -> None:
    (tmp_path / "page.opml").write_text("<html></html>")
    for name in ("page.opml", "missing.opml", "."):
        code, _, complaint = kawaraban("import", name)
        assert code == 1
        assert complaint.count("\n") == 1
        assert name in complaint


def test_only_feeds_in_trouble_are_listed_as_failing(kawaraban: Any) -> None:
    code, said, _ = kawaraban("list", "--failing")
    assert (code, said.strip()) == (0, "0 feeds")
