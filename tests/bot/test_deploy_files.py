"""What the program is shipped with says the same as the program: image, compose file, unit, proxy, handbook."""

import configparser
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import STOP_SECONDS
from bot.metrics import Metrics
from bot.outcome import USED_WRONGLY
from bot.roles import EVERY_ROLE, parse_roles
from bot.settings import Settings
from bot.webhook import PATH as UPDATES
from news.websub import PATH as HUBS

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {name.upper() for name in Settings.model_fields}

# ── Dockerfile ───────────────────────────────────────────────────────────────────────────────────


def instructions() -> list[tuple[str, str]]:
    """The lines of the Dockerfile, as (instruction, arguments)."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines if line]


def last_stage() -> dict[str, str]:
    """The last of each instruction of the stage that becomes the image."""
    lines = instructions()
    begins = max(place for place, (name, _) in enumerate(lines) if name == "FROM")
    return dict(lines[begins:])


def test_the_image_is_slim_runs_as_nobody_in_particular_and_starts_the_bot() -> None:
    stage = last_stage()
    assert stage["FROM"] == "python:3.11-slim"
    uid, gid = stage["USER"].split(":")
    assert int(uid) > 1_000
    assert int(gid) > 1_000
    assert json.loads(stage["CMD"]) == ["kawaraban", "run"]
    assert stage["STOPSIGNAL"] == "SIGTERM"
    assert stage["VOLUME"] == "/data"


def test_what_is_installed_is_pinned_with_hashes_and_needs_no_compiler() -> None:
    installs = [said for name, said in instructions() if name == "RUN" and " install" in said]
    assert len(installs) == 1
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "-r /build/run.txt"):
        assert option in installs[0]
    # Nothing that installs or compiles in the stage that becomes the image.
    assert "apt-get" not in (ROOT / "Dockerfile").read_text("utf-8")
    assert "pip" not in last_stage()["RUN"]


def test_what_is_copied_is_there_and_let_through_and_nothing_else_is() -> None:
    through = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        said.split()[0].rstrip("/")
        for name, said in instructions()
        if name == "COPY" and "--from" not in said
    }
    assert copied == through
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_all_floors_are_in_the_image() -> None:
    copied = " ".join(said for name, said in instructions() if name == "COPY")
    for floor in ("bot", "handlers", "news", "storage"):
        assert f"{floor}/ /build/{floor}/" in copied


def test_the_launcher_is_the_command() -> None:
    path = ROOT / "deploy/kawaraban"
    done = subprocess.run(
        [sys.executable, path, "--version"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.stdout.startswith("kawaraban ")
    assert path.read_text().startswith("#!/opt/kawaraban/bin/python\n")


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_of_the_image_tells_well_from_ill(status: int, healthy: bool) -> None:
    stage = last_stage()
    environment = dict(re.findall(r"(\w+)=(\S+)", stage["ENV"]))
    port = environment["LISTEN"].rpartition(":")[2]
    command = json.loads(re.search(r"CMD (\[.*\])", stage["HEALTHCHECK"])[1])  # type: ignore[index]
    assert command[:2] == ["python", "-c"]
    assert f":{port}/healthz" in command[2]
    with answering(status) as real:
        code = command[2].replace(f":{port}/", f":{real}/")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30)
    assert (done.returncode == 0) is healthy


# ── compose.yaml ─────────────────────────────────────────────────────────────────────────────────


def blocks() -> dict[str, str]:
    """The services of the compose file and what they have in common, by name."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "compose.yaml").read_text("utf-8"), flags=re.MULTILINE)
    shared, _, rest = text.partition("\nservices:\n")
    services = rest.partition("\nvolumes:\n")[0]
    found = dict(re.findall(r"^(x-\w+): &\w+\n((?:  .*\n|\n)+)", shared + "\n", re.MULTILINE))
    found |= dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", services + "\n", re.MULTILINE))
    return found


def whole(name: str) -> str:
    """A block with what it takes over."""
    text = blocks()[name]
    taken = re.search(r"<<: \*(\w+)", text)
    return text + (whole(f"x-{taken[1]}") if taken else "")


SERVICES = ("kawaraban", "poll", "chat", "deliver", "proxy", "postgres")


def test_the_compose_file_has_these_services() -> None:
    assert tuple(name for name in blocks() if not name.startswith("x-")) == SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_shut_in(name: str) -> None:
    text = whole(name)
    for line in (
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        "restart: unless-stopped",
    ):
        assert line in text
    for key in ("mem_limit:", "pids_limit:", "tmpfs:", "stop_grace_period:", "logging:"):
        assert key in text
    assert "privileged: true" not in text


def test_one_service_is_enough_unless_one_asks_for_scale() -> None:
    assert "profiles:" not in whole("kawaraban")
    assert "- data:/data" in whole("kawaraban")
    for name in SERVICES[1:]:
        assert "profiles: [scale]" in whole(name)


def test_the_roles_of_the_scaled_services_are_all_roles_two_processes_each() -> None:
    named = {name: re.search(r"ROLES: (\w+)", whole(name)) for name in ("poll", "chat", "deliver")}
    roles = [parse_roles(found[1]) for found in named.values() if found]
    assert len(roles) == 3
    assert frozenset().union(*roles) == EVERY_ROLE
    for name in named:
        assert "deploy: {replicas: 2}" in whole(name)
        assert "condition: service_healthy" in whole(name)


def test_compose_sets_only_settings_that_exist() -> None:
    for name in ("kawaraban", "poll", "chat", "deliver"):
        environment = blocks()[name].partition("environment:")[2].partition("\n    deploy")[0]
        assert set(re.findall(r"([A-Z_]{4,}):", environment)) <= SETTINGS


def test_containers_have_longer_to_stop_than_the_bot_takes() -> None:
    found = re.search(r"stop_grace_period: (\d+)s", whole("kawaraban"))
    assert found
    assert int(found[1]) > STOP_SECONDS


# ── systemd and the proxy ────────────────────────────────────────────────────────────────────────

UNIT = ROOT / "deploy/kawaraban.service"


def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    return parser["Service"]


def test_systemd_does_not_start_again_what_is_set_up_wrongly() -> None:
    assert unit()["Restart"] == "on-failure"
    assert unit()["RestartPreventExitStatus"] == str(USED_WRONGLY)


def test_systemd_gives_the_bot_time_to_end() -> None:
    assert int(unit()["TimeoutStopSec"]) > STOP_SECONDS


def test_the_state_is_where_the_database_lands_by_default() -> None:
    folder = f"/var/lib/{unit()['StateDirectory']}"
    assert unit()["WorkingDirectory"] == folder
    assert Settings.model_fields["database_url"].default.startswith("sqlite:///data/")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_the_unit_well_formed_and_shut_in() -> None:
    verify = subprocess.run(
        ["systemd-analyze", "verify", UNIT], capture_output=True, text=True, timeout=60
    )
    complaints = [
        line
        for line in verify.stderr.splitlines()
        if "kawaraban.service" in line and "is not executable" not in line
    ]
    assert complaints == []
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def test_the_proxy_lets_through_what_telegram_and_hubs_call_and_nothing_else() -> None:
    text = (ROOT / "deploy/Caddyfile").read_text("utf-8")
    assert f"@ours path {UPDATES} {HUBS}*\n" in text
    assert text.count("handle ") == 1
    assert "respond 404" in text


# ── handbook ─────────────────────────────────────────────────────────────────────────────────────

HANDBOOK = (ROOT / "docs/operating.md").read_text("utf-8")


def commands() -> list[str]:
    """What the handbook tells to type, from the name of the program on."""
    typed = re.findall(r"(?:^|[`=\s])kawaraban ((?:[a-z]+)(?: [a-z]+)?)(?=[ `\n])", HANDBOOK)
    return sorted(set(typed))


def test_the_handbook_names_only_commands_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    first = {"run", "console", "feeds", "digest", "db", "doctor", "stats"}
    found = [typed.split() for typed in commands() if typed.split()[0] in first]
    assert len(found) >= 6
    for words in found:
        if words[0] not in ("feeds", "digest", "db"):
            words = words[:1]  # noqa: PLW2901 - what follows is the sentence
        with pytest.raises(SystemExit) as end:
            main([*words, "--help"])
        assert end.value.code == 0, words
    capsys.readouterr()


def test_the_handbook_names_only_metrics_that_exist() -> None:
    text = Metrics().text().decode()
    known = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    known |= {name.removesuffix("_total") for name in known}
    named = set(re.findall(r"\b((?:kawaraban|process)_[a-z_]+)", HANDBOOK))
    assert len(named) > 15
    plain = {name.removesuffix("_total").removesuffix("_bucket") for name in named}
    assert plain - known == set()


def test_the_handbook_names_only_settings_that_exist() -> None:
    known = SETTINGS | {"POSTGRES_PASSWORD"}
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)[`=]", HANDBOOK))
    named |= set(re.findall(r"^([A-Z_]+)=", HANDBOOK, re.MULTILINE))
    assert len(named) > 5
    assert named - known == set()


def test_links_of_the_handbook_lead_somewhere() -> None:
    for place in re.findall(r"`(deploy/[\w.]+)`", HANDBOOK):
        assert (ROOT / place).exists()
