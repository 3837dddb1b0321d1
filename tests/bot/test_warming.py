"""The first who ask find everything loaded."""

import subprocess
import sys

import pytest

from bot.warming import load_ahead
from news import places
from tests.conftest import Clock

SCRIPT = """
import sys
from datetime import UTC, datetime
from bot.warming import load_ahead
from handlers.views import times
from handlers.views.reader import Reader, ago
from handlers.words import say
from news import matching, query, zones

now = datetime(2026, 11, 20, tzinfo=UTC)
read = []
sys.addaudithook(lambda event, given: read.append(given[0]) if event == "open" else None)
if sys.argv[1] == "warm":
    load_ahead(now)
read.clear()
for language in ("en", "ja", "ko"):
    say("help.head", language)
    reader = Reader(language, "Asia/Tokyo", now)
    ago(datetime(2026, 11, 19, tzinfo=UTC), reader)
    times.in_words("weekly mon 09:00", reader)
    matching.subject_of("Rice", "Rice is cheap", language, matching.source_of([], "B"), now)
query.parse("South Korea")
zones.zone_called("tokyo")
zones.zone_at(35.7, 139.7)
print(*(one for one in read if isinstance(one, str)), sep="\\n")
"""


def read_by(how: str) -> list[str]:
    """The files that the first questions of a process have to wait for."""
    given = [sys.executable, "-c", SCRIPT, how]
    ended = subprocess.run(given, capture_output=True, text=True, check=True, timeout=120)
    return ended.stdout.split()


def test_after_loading_ahead_the_first_questions_wait_for_no_file() -> None:
    cold = read_by("cold")
    assert any(name.endswith("kawaraban.po") for name in cold)
    assert any(name.endswith("places.tsv") for name in cold)
    assert read_by("warm") == []


@pytest.mark.parametrize("language", ["ja", "de", "fr", "zh", "vi"])
def test_after_loading_ahead_no_story_waits_for_the_names_of_places(language: str) -> None:
    places._own.cache_clear()
    load_ahead(Clock()())
    loaded = places._own.cache_info().misses
    places._own(language)
    assert places._own.cache_info().misses == loaded
