"""Publishers to poll: many feeds on some loopback hosts, with TLS, in a process of their own.

    python -m bench.publishers DIR --feeds 2000 --hosts 20 --workdir DIR

Feed n is /n on host n modulo hosts; its body is one of the real feeds of DIR, packed. Asked with its
validator, four of five answer 304, and the fifth a body that differs from the last one in a comment.
Prints "ready" once it listens.
"""

import argparse
import asyncio
import gzip
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

ROOT = Path(__file__).parent.parent
PORT = 18443


def address(host: int) -> str:
    """The loopback address that stands for a host."""
    return f"127.0.1.{host + 1}"


def feed_url(number: int, hosts: int) -> str:
    """Where feed `number` is."""
    return f"https://{address(number % hosts)}:{PORT}/{number}"


def make_certificate(folder: Path, hosts: int) -> Path:
    """A certificate for all hosts, which is its own authority; with its key beside it."""
    certificate = folder / "publishers.pem"
    names = ",".join(f"IP:{address(host)}" for host in range(hosts))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += [
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=publishers",
        "-addext",
        f"subjectAltName={names}",
    ]
    command += ["-keyout", str(folder / "publishers.key"), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own arguments
    return certificate


@contextmanager
def publishers(corpus: Path, feeds: int, hosts: int, folder: Path) -> Iterator[Path]:
    """Publishers that listen for as long as the block lasts; the certificate to trust."""
    certificate = make_certificate(folder, hosts)
    command = [sys.executable, "-m", "bench.publishers", str(corpus.absolute())]
    command += ["--feeds", str(feeds), "--hosts", str(hosts)]
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [*command, "--workdir", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the publishers did not start")
        yield certificate
    finally:
        process.kill()
        process.wait()


def in_process(
    module: str, part: str, folder: Path, certificate: Path, feeds: int, concurrency: int
) -> Any:
    """What a part of a benchmark prints last, as JSON; run in a process of its own that trusts the publishers."""
    trust = {"SSL_CERT_FILE": str(certificate), "REQUESTS_CA_BUNDLE": str(certificate)}
    command = [sys.executable, "-m", module, str(folder), "--part", part]
    answer = subprocess.run(  # noqa: S603 - our own arguments
        [*command, "--feeds", str(feeds), "--concurrency", str(concurrency)],
        cwd=ROOT,
        env=os.environ | trust,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


class Publishers:
    """What they answer."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies
        self._packed = [gzip.compress(body, 6) for body in bodies]
        self._asked: dict[int, int] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """One request."""
        number = int(request.match_info["number"])
        asked = self._asked[number] = self._asked.get(number, 0) + 1
        conditional = "If-None-Match" in request.headers
        if conditional and number % 5:
            return web.Response(status=304, headers={"ETag": request.headers["If-None-Match"]})
        body = self._packed[number % len(self._packed)]
        if conditional:
            # A second member of gzip: a comment behind the document, which makes it another one.
            body += gzip.compress(f"<!-- {asked} {time.monotonic_ns()} -->".encode(), 1)
        headers = {"ETag": f'"{asked}"', "Content-Encoding": "gzip"}
        return web.Response(body=body, headers=headers, content_type="application/xml")


async def serve(bodies: list[bytes], hosts: int, folder: Path) -> None:
    """Listen until killed."""
    application = web.Application()
    application.router.add_get("/{number:\\d+}", Publishers(bodies).answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "publishers.pem", folder / "publishers.key")
    for host in range(hosts):
        await web.TCPSite(runner, address(host), PORT, ssl_context=context, backlog=1024).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--feeds", type=int, required=True)
    parser.add_argument("--hosts", type=int, required=True)
    parser.add_argument("--workdir", type=Path, required=True)
    chosen = parser.parse_args()
    bodies = [path.read_bytes() for path in sorted(chosen.corpus.glob("*.xml"))]
    asyncio.run(serve(bodies, chosen.hosts, chosen.workdir))


if __name__ == "__main__":
    main()
