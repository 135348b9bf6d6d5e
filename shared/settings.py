"""Every option of every command: its default, its limits, its words.

One frozen dataclass a command; :func:`read` fills it from the command line (first), the
environment (``BEAMCAST_…``, second) and the defaults (last), and stops the start with one clear
line when a value is wrong. Nothing else in the project reads ``os.environ``.
``python -m shared.settings`` prints the tables of docs/options.md.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from shared import options, video_url
from shared.options import CommonSettings, Settings, option, variable
from shared.validators import (
    CERTIFICATES,
    FLAG,
    HEADER,
    HOST,
    HOSTS,
    INSTALLATION,
    NETWORKS,
    ORIGINS,
    PAGE,
    PASSWORDS,
    PATH,
    PORT,
    REDIS_URL,
    SOURCE,
    STREAM,
    choice,
    integer,
    is_loopback,
    matching,
    number,
    or_empty,
)

REDIS_CA = (
    "the authority that signs the broker's certificate, with TLS; empty are those that the system "
    "trusts"
)

INSTALLATION_NAME = (
    "the name of this installation, where several share one Redis: part of every key and channel"
)


@dataclasses.dataclass(frozen=True)
class IngestSettings(CommonSettings):
    """python -m ingest"""

    source: str = option("tcp://127.0.0.1:8888", SOURCE, "the stream to listen to")
    mode: str = option(
        "auto",
        choice("auto", "sub", "pull"),
        "how to listen to bsread; auto finds out what the source is",
    )
    stream: str = option("camera", STREAM, "the stream's name in Redis and on the page")
    standby: bool = option(
        False, FLAG, "1 waits while another ingest has the stream's name, and takes over from it"
    )
    image: str = option(
        "",
        matching(r".{0,256}", "a channel name of at most 256 characters, or empty"),
        "the channel to show as the picture, or CHANNEL[3] for plane 3 of a stack; empty takes the "
        "first two-dimensional or coloured one",
    )
    max_fps: float = option(25.0, number(0.1, 1000, "Hz"), "the most frames published per second")
    quality: int = option(80, integer(1, 95), "JPEG quality of the picture")
    metrics_host: str = option("127.0.0.1", HOST, "the address to serve /metrics on")
    metrics_port: int = option(
        9188, integer(0, 65535), "the port to serve /metrics on; 0 serves none"
    )
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    source_ca: str = option(
        "",
        or_empty(CERTIFICATES),
        "the authority that signs the certificate of an rtsps:// camera, or that certificate "
        "itself; empty are those that the system trusts",
    )

    def problem(self) -> str:
        """Refuses what would have no effect."""
        if not video_url.kind(self.source) or self.mode == "auto":
            return ""
        return f"--mode is {self.mode!r}, but the source is a video; allowed is auto"


@dataclasses.dataclass(frozen=True)
class PushSettings(CommonSettings):
    """python -m ingest.push"""

    board: str = option("board", STREAM, "the board's name in Redis and on the page")
    push_host: str = option("127.0.0.1", HOST, "the address to take messages at")
    push_port: int = option(8800, PORT, "the port that takes them over HTTP")
    push_tcp_port: int = option(
        8801, integer(0, 65535), "the port that takes them over TCP, one a line; 0 is none"
    )
    push_passwords: tuple[str, ...] = option(
        (), PASSWORDS, "who pushes has to say one of them; needed unless the address is loopback"
    )
    push_origins: tuple[str, ...] = option((), ORIGINS, "the sites whose pages may push")
    push_max_bytes: int = option(
        16 * 1024 * 1024, integer(1024, 256 * 1024 * 1024), "the most bytes of a request or a line"
    )
    push_max_per_s: int = option(
        20_000, integer(1, 1_000_000), "the most messages a second from one address, for long"
    )
    push_fps: float = option(10.0, number(0.1, 100, "Hz"), "how often a page is told of changes")
    metrics_host: str = option("127.0.0.1", HOST, "the address to serve /metrics on")
    push_metrics_port: int = option(
        9189, integer(0, 65535), "the port to serve /metrics on; 0 serves none"
    )
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)

    def problem(self) -> str:
        """Refuses to be open to other machines without a password."""
        if self.push_passwords or is_loopback(self.push_host):
            return ""
        return (
            f"{self.push_host} lets other machines push, and no password is set; allowed is "
            "BEAMCAST_PUSH_PASSWORDS=…, or a loopback address"
        )


@dataclasses.dataclass(frozen=True)
class SimulatorSettings(CommonSettings):
    """python -m ingest.simulator"""

    output_port: int = option(8888, PORT, "the port that the simulated camera binds", "-o")
    n_images: int = option(-1, integer(-1, 2**31), "how many images to send; -1 never ends", "-n")
    delay: float = option(0.1, number(0, 3600, "s"), "the pause between two images", "-d")
    sender: str = option("push", choice("push", "pub"), "the kind of ZeroMQ socket to send from")


@dataclasses.dataclass(frozen=True)
class WebSettings(CommonSettings):
    """python -m web"""

    host: str = option("127.0.0.1", HOST, "the address to serve the page on", "-H")
    port: int = option(5000, PORT, "the port to serve the page on", "-P")
    stream: str = option("camera", STREAM, "the stream that the page / shows")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    async_mode: str = option(
        "eventlet", choice("eventlet", "threading"), "how a worker serves many viewers at once"
    )
    auth: str = option(
        "none",
        choice("none", "password", "proxy"),
        "who may watch: whoever reaches a loopback address; who logs in; whom a proxy names",
    )
    allow_anyone: bool = option(
        False, FLAG, "1 lets whoever reaches it watch, from other machines too, with auth none"
    )
    allowed_hosts: tuple[str, ...] = option(
        (),
        HOSTS,
        "with allow_anyone: names that lead here, besides addresses, this machine's own names and "
        "those without a dot",
    )
    published: str = option(
        "",
        or_empty(HOST),
        "the address at which a proxy offers the page; empty is the worker's own",
    )
    accounts: str = option(
        "accounts/accounts.json", PATH, "users and tokens, written by python -m web.access"
    )
    session_days: float = option(30.0, number(0.01, 366, "days"), "how long a login lasts")
    allow_plain_http: bool = option(
        False, FLAG, "1 takes passwords and tokens without TLS from other machines"
    )
    trusted_proxies: tuple[Any, ...] = option(
        NETWORKS.parse("127.0.0.0/8,::1"),
        NETWORKS,
        "whose X-Forwarded-… headers, and with auth proxy whose word on the user, count",
    )
    user_header: str = option(
        "X-Forwarded-User", HEADER, "with auth proxy: the header that names the user"
    )
    max_viewers: int = option(1000, integer(1, 100_000), "the most viewers of this worker")
    max_viewers_per_address: int = option(
        500,
        integer(1, 100_000),
        "the most of them from one address, which a control room may share",
    )
    max_events_per_s: int = option(
        50, integer(1, 100_000), "the most messages that a viewer may send for long"
    )
    request_seconds: float = option(
        20.0, number(1, 3600, "s"), "how long an HTTP request may take to arrive"
    )
    origins: tuple[str, ...] = option(
        (), ORIGINS, "other sites whose pages may open a Socket.IO connection"
    )

    def problem(self) -> str:
        """Refuses to be open to other machines unless somebody has said so."""
        address = self.published or self.host
        if self.auth != "none" or self.allow_anyone or is_loopback(address):
            return ""
        return (
            f"{address} lets other machines in, and BEAMCAST_AUTH is none; allowed is "
            "BEAMCAST_AUTH=password (python -m web.access add NAME makes a user), "
            "BEAMCAST_AUTH=proxy, or BEAMCAST_ALLOW_ANYONE=1: then whoever reaches it may watch"
        )


@dataclasses.dataclass(frozen=True)
class RunSettings(CommonSettings):
    """make run"""

    source: str = option(
        "", or_empty(SOURCE), "the stream to show; empty starts the simulated camera"
    )
    redis: str = option("", or_empty(REDIS_URL), "the broker; empty starts an embedded one")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    host: str = option("127.0.0.1", HOST, "the address to serve the page on")
    port: int = option(5000, PORT, "the first web worker's port; others count up from it")
    web: int = option(1, integer(1, 64), "how many web workers")
    board: str = option(
        "", or_empty(STREAM), "a board that shows what programs push; empty starts none"
    )
    open: bool = option(False, FLAG, "1 opens the page in a browser")


@dataclasses.dataclass(frozen=True)
class DoctorSettings(CommonSettings):
    """python -m deploy.doctor"""

    stream: str = option("", or_empty(STREAM), "the stream to look at; empty is every known one")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    page: str = option("", or_empty(PAGE), "the address of a worker, or of nginx; empty asks none")


COMMANDS = (
    IngestSettings,
    PushSettings,
    SimulatorSettings,
    WebSettings,
    RunSettings,
    DoctorSettings,
)


def known_variables() -> dict[str, str]:
    """Environment variable → option name, over all commands."""
    names = {f.name for c in COMMANDS for f in dataclasses.fields(c)}
    return {variable(name): name for name in names} | file_variables()


def file_variables() -> dict[str, str]:
    """Those of them that name a file → option name."""
    return {options.file_variable(name): name for name in options.FILE_OPTIONS}


def read(command: type[Settings], argv: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """The command's settings; prints help or one clear error line and exits where there are
    none."""
    return options.read(command, argv, environ, known_variables())


if __name__ == "__main__":
    print(options.markdown(COMMANDS), end="")
