"""Whether the web is in reach, and the endpoint that writes summaries."""

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.doctor.finding import Finding, ok, warning, wrong
from news.addresses import host_of
from news.errors import FetchFailed
from news.fetch import Fetcher
from news.writer import address_of
from news.writing import Endpoint
from storage.records import Failure

TRIED = 3
"""Feeds that are asked for, of different hosts: one outlet's trouble is not the network's."""


async def names(api_url: str) -> Sequence[Finding]:
    """Whether names of hosts are found."""
    host = urlsplit(api_url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        return [wrong("dns", f"{host} is not found ({error.strerror})", "see /etc/resolv.conf")]
    return [ok("dns", f"{host} has {len({one[4][0] for one in found})} addresses")]


async def feeds(fetcher: Fetcher, urls: Sequence[str]) -> Sequence[Finding]:
    """Whether one of a few feeds can be fetched, in the way that the bot fetches them."""
    of_hosts = {host_of(url): url for url in urls}
    tried = list(of_hosts.values())[:TRIED]
    if not tried:
        return [warning("web", "the list of sources is empty", "name an OPML file in CATALOGUE")]
    async with fetcher:
        answers = await asyncio.gather(*(_answer(fetcher, url) for url in tried))
    failures = [answer for answer in answers if answer is not None]
    if len(failures) == len(tried):
        kinds = ", ".join(sorted({failure.value for failure in failures}))
        return [
            wrong(
                "web",
                f"none of {len(tried)} feeds could be fetched ({kinds})",
                "see whether this machine reaches the web; FETCH_PROXY names a proxy",
            )
        ]
    return [ok("web", f"{len(tried) - len(failures)} of {len(tried)} feeds were fetched")]


async def _answer(fetcher: Fetcher, url: str) -> Failure | None:
    try:
        await fetcher.get(url)
    except FetchFailed as error:
        return error.failure
    return None


async def summaries(fetcher: Fetcher, endpoint: Endpoint) -> Sequence[Finding]:
    """Whether the endpoint answers to one small question."""
    question: Mapping[str, object] = {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": "Say yes."}],
        "max_tokens": 5,
    }
    host = urlsplit(endpoint.url).netloc
    try:
        async with fetcher:
            document = json.dumps(question).encode()
            answer = await fetcher.post_json(address_of(endpoint.url), document, endpoint.key)
        answered = json.loads(answer.body)
    except FetchFailed as error:
        mend = "see whether SUMMARY_API_URL is right, and SUMMARY_MODEL is known there"
        if error.failure is Failure.BLOCKED:
            mend = "see whether SUMMARY_API_KEY is right"
        # Without it, digests are made all the same.
        return [warning("summaries", f"{host} does not answer ({error.failure.value})", mend)]
    except ValueError:
        answered = None
    if not isinstance(answered, dict) or "choices" not in answered:
        return [
            warning(
                "summaries",
                f"{host} does not answer as an OpenAI-compatible API does",
                "see whether SUMMARY_API_URL ends where /chat/completions begins",
            )
        ]
    return [ok("summaries", f"{host} answers with {endpoint.model}")]
