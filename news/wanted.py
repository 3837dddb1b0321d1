"""The languages that a chat wants to read, and what of a story is in them."""

from dataclasses import replace

from storage.records import Story


def is_wanted(language: str, wanted: str) -> bool:
    """Whether somebody who wants these languages (tags with spaces between; none: all) reads one of this language.

    What is in a language that nobody knows is shown to everybody.
    """
    if not wanted or not language:
        return True
    return _base(language) in {_base(tag) for tag in wanted.split()}


def in_wanted(story: Story, wanted: str) -> Story | None:
    """A story as far as it is told in languages that are wanted; None if nothing is left."""
    if not wanted:
        return story
    kept = tuple(one for one in story.articles if is_wanted(one.language, wanted))
    if not kept:
        return None
    return story if len(kept) == len(story.articles) else replace(story, articles=kept)


def with_language(wanted: str, tag: str, on: bool) -> str:
    """The languages that are wanted with one more, or one less, in alphabetical order."""
    tags = {*wanted.split(), tag} if on else set(wanted.split()) - {tag}
    return " ".join(sorted(tags))


def _base(tag: str) -> str:
    return tag.partition("-")[0].casefold()
