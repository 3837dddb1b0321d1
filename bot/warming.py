"""What is loaded when it is first used, and would keep whoever asks first waiting: loaded ahead."""

from datetime import datetime, timedelta

from handlers.views import times
from handlers.views.reader import Reader, ago, clock, moment
from handlers.words import languages
from news import matching, query, zones

_EXAMPLES = {
    "en": "The prime minister of Japan said in Tokyo that rice would be cheaper.",
    "ja": "首相は東京で、コメは安くなると述べた。",
    "ko": "총리는 서울에서 쌀값이 내릴 것이라고 말했다.",
}
"""A text in each of some languages that much news is in."""

_OTHERS = ("ar", "de", "es", "fr", "id", "it", "nl", "pl", "pt", "ru", "sv", "tr", "uk", "vi", "zh")
"""Other languages that much news is in: names of places are loaded for each of them when it is first met."""

_SOMEWHERE = (48.85, 2.35)


def load_ahead(now: datetime) -> None:
    """Load sentences, dates, names and maps by using each once. It takes a second or two; call it in a thread."""
    for language in languages():
        _speak(Reader(language, "Asia/Tokyo", now))
    source = matching.source_of(["a.example"], "A")
    for language, text in _EXAMPLES.items():
        matching.subject_of(text, text, language, source, now)
    for language in _OTHERS:
        matching.subject_of("Japan", "Japan", language, source, now)
    query.parse("North Korea lang:en since:7d")
    zones.zone_called("Springfield", languages())
    zones.zone_at(*_SOMEWHERE)


def _speak(reader: Reader) -> None:
    earlier = reader.now - timedelta(hours=1)
    ago(earlier, reader)
    moment(earlier, reader)
    clock(reader)
    times.zone_in_words(reader)
    for schedule in times.USUAL:
        times.in_words(schedule, reader)
