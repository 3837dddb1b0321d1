"""Story → the sentences that tell it, whole and unchanged, from what its outlets wrote."""

from news.sentences import sentences
from news.stories import lead
from news.text import normalise, shorten
from storage.records import Story

MAX_CHARACTERS = 320
MAX_SENTENCES = 3


def summarise(story: Story, limit: int = MAX_CHARACTERS) -> str:
    """At most three sentences and `limit` characters of the lead article's own description, else of its text.

    Empty if the outlet gave neither, or only said its headline again.
    """
    article = lead(story)
    chosen: list[str] = []
    length = 0
    for sentence in sentences(article.summary or article.text):
        if normalise(sentence).strip(" .!") == normalise(article.title).strip(" .!"):
            continue
        if len(chosen) == MAX_SENTENCES or (chosen and length + len(sentence) > limit):
            break
        chosen.append(sentence)
        length += len(sentence) + 1
    return shorten(_joined(chosen), limit)


def _joined(chosen: list[str]) -> str:
    """Sentences with a space between them where their script has one."""
    text = ""
    for sentence in chosen:
        text += sentence if not text or text[-1] in "。！？」』）" else f" {sentence}"
    return text
