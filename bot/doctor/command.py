"""`kawaraban doctor`: what is wrong, and how to mend it."""

import argparse
import json
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bot import charts
from bot.clock import utc_now
from bot.doctor import machine, network
from bot.doctor.finding import Finding, Verdict, examine, ok, wrong
from bot.doctor.store import store
from bot.doctor.telegram import telegram
from bot.outcome import DONE, FAILED
from bot.settings import BadSetting, Settings
from bot.sources import catalogue, fetch_limits, new_fetcher
from news.fetch import FetchLimits
from news.writing import Endpoint

CHECK_SECONDS = 20.0
"""What one check may take; all are made at the same time."""

_FEED_SECONDS = 10.0

_SIGNS = {Verdict.OK: "ok     ", Verdict.WARNING: "warning", Verdict.WRONG: "WRONG  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what `doctor` takes."""
    parser.add_argument("--json", action="store_true", help="for scripts")


async def run(chosen: argparse.Namespace, settings: Settings) -> int:
    """Look at everything, and say how it is; 1 if anything is wrong."""
    found = (_settings(settings), *await examine(_checks(settings), CHECK_SECONDS))
    return report(found, as_json=chosen.json)


def refuse(chosen: argparse.Namespace, error: BadSetting) -> int:
    """Say that a setting is wrong: nothing else can be looked at."""
    found = wrong("settings", str(error), "see .env.example for what would be right")
    return report([found], as_json=chosen.json)


def report(found: Sequence[Finding], *, as_json: bool) -> int:
    """Write the findings; the exit code."""
    if as_json:
        text = json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2)
    else:
        text = "\n".join(line(finding) for finding in found)
    sys.stdout.write(f"{text}\n")
    return FAILED if any(finding.verdict is Verdict.WRONG for finding in found) else DONE


def line(finding: Finding) -> str:
    """A finding as one line."""
    mend = f" → {finding.mend}" if finding.mend else ""
    return f"{_SIGNS[finding.verdict]}  {finding.check}: {finding.said}{mend}"


def _settings(settings: Settings) -> Finding:
    # Their names only. One that was misspelt is not among them.
    chosen = sorted(name.upper() for name in settings.model_fields_set)
    return ok("settings", f"set: {', '.join(chosen)}" if chosen else "all have their defaults")


def _checks(settings: Settings) -> dict[str, Awaitable[Sequence[Finding]]]:
    checks: dict[str, Awaitable[Sequence[Finding]]] = {}
    if settings.talks_to_telegram:
        token = settings.telegram_token.get_secret_value()
        api, webhook = settings.telegram_api_url, settings.webhook_url
        proxy = settings.telegram_proxy.get_secret_value()
        checks["telegram"] = telegram(token, api, webhook, proxy, utc_now)
        checks["dns"] = network.names(api)
    checks |= {
        "database": store(settings.database_url, utc_now),
        "web": _web(settings, fetch_limits(settings)),
        "zones": machine.zones(settings.default_timezone),
        "memory": machine.memory(Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")),
        "pictures": machine.pictures(charts.available()),
    }
    if settings.summary_api_url:
        endpoint = Endpoint(
            settings.summary_api_url,
            settings.summary_model,
            settings.summary_api_key,
            settings.summary_timeout.total_seconds(),
        )
        fetcher = new_fetcher(settings, endpoint.limits)
        checks["summaries"] = network.summaries(fetcher, endpoint)
    return checks


async def _web(settings: Settings, limits: FetchLimits) -> Sequence[Finding]:
    try:
        listed = catalogue(settings)
    except BadSetting as error:
        return [wrong("web", str(error), "name another OPML file")]
    limits = replace(limits, timeout=min(limits.timeout, _FEED_SECONDS))
    return await network.feeds(new_fetcher(settings, limits), [one.url for one in listed])
