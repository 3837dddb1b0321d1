"""A bar on standard error for long work, if somebody looks at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Show = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is; 0 if nobody knows."""


@contextmanager
def progress(verb: str) -> Iterator[Show]:
    """Show how far something is, as long as this is open."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(verb, total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{verb}: {what}", completed=done, total=total or None)

        yield show
