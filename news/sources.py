"""What it takes to visit sources, bundled for those who do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from news.fetch import Fetcher
from news.intake import Intake
from news.pace import Pace
from news.worker import Worker
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Sources:
    """The way to what is outside, and the rules on it."""

    database: Database
    fetcher: Fetcher
    worker: Worker
    intake: Intake
    clock: Callable[[], datetime]
    """Gives the time, aware and UTC."""
    chance: Callable[[], float]
    """Gives numbers in 0 … 1."""
    pace: Pace
