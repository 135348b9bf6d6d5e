"""All options of all commands: default values, allowed values and help texts.

Each command has a frozen dataclass. :func:`read` fills it from the command line, the environment
(``BEAMCAST_…``) and the defaults, in this order of precedence, and exits with one error line if a
value is invalid. No other module reads settings from ``os.environ``.
``python -m shared.settings`` prints the tables of docs/options.md.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from shared import options, video_url
from shared.options import CommonSettings, Settings, option, variable
from shared.validators import (
    CERTIFICATES,
    CONTACT,
    FIRST_PULSE,
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
    "with TLS: the file of the authority that signs the certificate of Redis; empty for those that "
    "the system trusts"
)

INSTALLATION_NAME = (
    "the name of this installation if several share one Redis; part of every key and channel"
)


@dataclasses.dataclass(frozen=True)
class IngestSettings(CommonSettings):
    """python -m ingest"""

    source: str = option("tcp://127.0.0.1:8888", SOURCE, "the address of the source")
    mode: str = option(
        "auto",
        choice("auto", "sub", "pull"),
        "how to connect to a bsread source; auto detects its kind",
    )
    stream: str = option("camera", STREAM, "the name of the stream in Redis and on the page")
    standby: bool = option(
        False,
        FLAG,
        "1 waits while another ingest publishes this stream, and takes over when it ends",
    )
    image: str = option(
        "",
        matching(r".{0,256}", "a channel name of at most 256 characters, or empty"),
        "the channel to show as the image, or CHANNEL[3] for plane 3 of a stack; empty for the "
        "first channel with two dimensions or colours",
    )
    max_fps: float = option(
        25.0,
        number(0.1, 1000, "Hz"),
        "the maximum frame rate that is published; of more pulses, those whose id is a multiple of "
        "a stride",
    )
    quality: int = option(80, integer(1, 95), "JPEG quality of the image")
    metrics_host: str = option("127.0.0.1", HOST, "the address to serve /metrics on")
    metrics_port: int = option(9188, integer(0, 65535), "the port to serve /metrics on; 0 for none")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the address of Redis")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    source_ca: str = option(
        "",
        or_empty(CERTIFICATES),
        "the file of the authority that signs the certificate of an rtsps:// camera, or of that "
        "certificate itself; empty for the authorities that the system trusts",
    )

    def find_conflict(self) -> str:
        """Refuse a mode that has no effect."""
        if not video_url.kind(self.source) or self.mode == "auto":
            return ""
        return f"--mode is {self.mode!r}, but the source is a video; allowed is auto"


@dataclasses.dataclass(frozen=True)
class PushSettings(CommonSettings):
    """python -m ingest.push"""

    board: str = option("board", STREAM, "the name of the board in Redis and on the page")
    push_host: str = option("127.0.0.1", HOST, "the address to receive messages on")
    push_port: int = option(8800, PORT, "the port to receive messages on over HTTP")
    push_tcp_port: int = option(
        8801,
        integer(0, 65535),
        "the port to receive messages on over TCP, one per line; 0 for none",
    )
    push_passwords: tuple[str, ...] = option(
        (),
        PASSWORDS,
        "the passwords that programs may push with; required unless the address is loopback",
    )
    push_origins: tuple[str, ...] = option((), ORIGINS, "the sites whose pages may push")
    push_max_bytes: int = option(
        16 * 1024 * 1024,
        integer(1024, 256 * 1024 * 1024),
        "the maximum size of a request or a line, in bytes",
    )
    push_max_per_s: int = option(
        20_000,
        integer(1, 1_000_000),
        "the maximum sustained rate of messages from one address, per second",
    )
    push_fps: float = option(
        10.0, number(0.1, 100, "Hz"), "the maximum rate of updates sent to a page"
    )
    metrics_host: str = option("127.0.0.1", HOST, "the address to serve /metrics on")
    push_metrics_port: int = option(
        9189, integer(0, 65535), "the port to serve /metrics on; 0 for none"
    )
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the address of Redis")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)

    def find_conflict(self) -> str:
        """Refuse to accept messages from other machines without a password."""
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
    n_images: int = option(
        -1, integer(-1, 2**31), "the number of images to send; -1 for no end", "-n"
    )
    delay: float = option(0.1, number(0, 3600, "s"), "the time between two images", "-d")
    sender: str = option("push", choice("push", "pub"), "the type of ZeroMQ socket to send with")
    first_pulse: int | Literal["clock"] = option(
        0,
        FIRST_PULSE,
        "the id of the first pulse; clock numbers the pulses by the wall clock, so that simulators "
        "of the same rate send the same id at the same time",
    )
    delay_ms: float = option(
        0.0,
        number(0, 10_000, "ms"),
        "how long after its pulse a message is sent, as by a camera with a longer read-out",
    )

    def find_conflict(self) -> str:
        """Refuse settings of pulses in time when there is no rate."""
        if self.delay:
            return ""
        if self.first_pulse == "clock":
            return "--first-pulse is clock, which needs a rate; allowed is a --delay above 0"
        if self.delay_ms:
            return (
                f"--delay-ms is {self.delay_ms:g}, which needs a rate; allowed is a --delay above 0"
            )
        return ""


@dataclasses.dataclass(frozen=True)
class WebSettings(CommonSettings):
    """python -m web"""

    host: str = option("127.0.0.1", HOST, "the address to serve the page on", "-H")
    port: int = option(5000, PORT, "the port to serve the page on", "-P")
    stream: str = option("camera", STREAM, "the stream that the page / shows")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the address of Redis")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    async_mode: str = option(
        "eventlet", choice("eventlet", "threading"), "how a worker serves many viewers concurrently"
    )
    auth: str = option(
        "none",
        choice("none", "password", "proxy"),
        "who may watch: everyone on a loopback address (none), users who log in (password), or "
        "users whom a proxy has authenticated (proxy)",
    )
    allow_anyone: bool = option(
        False, FLAG, "1 with auth none: lets everyone watch, from other machines too"
    )
    allowed_hosts: tuple[str, ...] = option(
        (),
        HOSTS,
        "with allow_anyone: host names of the page, besides IP addresses, this machine's own names "
        "and names without a dot",
    )
    published: str = option(
        "",
        or_empty(HOST),
        "the address at which a proxy serves the page; empty for the worker's own",
    )
    accounts: str = option(
        "accounts/accounts.json",
        PATH,
        "the file of users and tokens that python -m web.access writes",
    )
    session_days: float = option(30.0, number(0.01, 366, "days"), "how long a login lasts")
    allow_plain_http: bool = option(
        False, FLAG, "1 accepts passwords and tokens without TLS from other machines"
    )
    trusted_proxies: tuple[Any, ...] = option(
        NETWORKS.parse("127.0.0.0/8,::1"),
        NETWORKS,
        "the proxies whose X-Forwarded-… headers, and with auth proxy the user header, are trusted",
    )
    user_header: str = option(
        "X-Forwarded-User", HEADER, "with auth proxy: the header with the name of the user"
    )
    contact: str = option(
        "",
        CONTACT,
        "whom viewers call when there is no picture (the control room, 4711); shown as text "
        "on the page",
    )
    max_viewers: int = option(
        1000, integer(1, 100_000), "the maximum number of viewers of this worker"
    )
    max_viewers_per_address: int = option(
        500,
        integer(1, 100_000),
        "the maximum number of viewers from one address, which a control room may share",
    )
    max_events_per_s: int = option(
        50,
        integer(1, 100_000),
        "the maximum sustained rate of messages from one viewer, per second",
    )
    request_seconds: float = option(
        20.0, number(1, 3600, "s"), "the time within which an HTTP request must arrive"
    )
    origins: tuple[str, ...] = option(
        (), ORIGINS, "other sites whose pages may open a Socket.IO connection"
    )

    def find_conflict(self) -> str:
        """Refuse to serve other machines unless a setting allows it."""
        address = self.published or self.host
        if self.auth != "none" or self.allow_anyone or is_loopback(address):
            return ""
        return (
            f"{address} lets other machines in, and BEAMCAST_AUTH is none; allowed is "
            "BEAMCAST_AUTH=password (python -m web.access add NAME adds a user), "
            "BEAMCAST_AUTH=proxy, or BEAMCAST_ALLOW_ANYONE=1, which lets everyone watch"
        )


@dataclasses.dataclass(frozen=True)
class RunSettings(CommonSettings):
    """make run"""

    source: str = option(
        "", or_empty(SOURCE), "the address of the source; empty starts the simulated camera"
    )
    redis: str = option(
        "", or_empty(REDIS_URL), "the address of Redis; empty starts an embedded one"
    )
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    host: str = option("127.0.0.1", HOST, "the address to serve the page on")
    port: int = option(5000, PORT, "the port of the first web worker; the others use the next ones")
    web: int = option(1, integer(1, 64), "the number of web workers")
    board: str = option(
        "", or_empty(STREAM), "the name of a board for pushed messages; empty for none"
    )
    open: bool = option(False, FLAG, "1 opens the page in a browser")


@dataclasses.dataclass(frozen=True)
class DoctorSettings(CommonSettings):
    """python -m deploy.doctor"""

    stream: str = option("", or_empty(STREAM), "the stream to check; empty for all known streams")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the address of Redis")
    redis_ca: str = option("", or_empty(CERTIFICATES), REDIS_CA)
    installation: str = option("", or_empty(INSTALLATION), INSTALLATION_NAME)
    page: str = option(
        "", or_empty(PAGE), "the address of a worker or of nginx to check; empty for none"
    )


COMMANDS = (
    IngestSettings,
    PushSettings,
    SimulatorSettings,
    WebSettings,
    RunSettings,
    DoctorSettings,
)


def known_variables() -> dict[str, str]:
    """Return environment variable → option name, of all commands."""
    names = {f.name for c in COMMANDS for f in dataclasses.fields(c)}
    return {variable(name): name for name in names} | file_variables()


def file_variables() -> dict[str, str]:
    """Return environment variable → option name, of the variables that name a file."""
    return {options.file_variable(name): name for name in options.FILE_OPTIONS}


def read(command: type[Settings], argv: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """Return the command's settings; print the help or one error line and exit if there are
    none."""
    return options.read(command, argv, environ, known_variables())


if __name__ == "__main__":
    print(options.markdown(COMMANDS), end="")
