"""``python -m deploy.health web|ingest|push``: the health check of a container.

It only concerns the container's own program: while Redis is unreachable all programs are healthy,
because restarting them would not help.
"""

import http.client
import os
import sys

from shared import settings
from shared.broker import BrokerError, connect


def check_web(options: settings.WebSettings) -> str:
    """Return what is wrong with the web worker; empty if it serves."""
    connection = http.client.HTTPConnection("127.0.0.1", options.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"/healthz does not answer: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"/healthz returned status {status}"


def check_ingest(options: settings.IngestSettings | settings.PushSettings, name: str) -> str:
    """Return what is wrong with the ingest of this stream; empty if it reports its status, or if
    Redis is unreachable."""
    try:
        with connect(
            options.redis, options.redis_ca, options.installation, "beamcast-health"
        ) as broker:
            has_status = broker.exists(broker.names.status(name))  # it expires
    except BrokerError:
        return ""
    return "" if has_status else f"stream {name} has no status in Redis"


def main(argv: list[str]) -> int:
    """Return 0 if the program is healthy; otherwise print why not and return 1."""
    match argv:
        case ["web"]:
            fault = check_web(settings.read(settings.WebSettings, [], os.environ))
        case ["ingest"]:
            ingest = settings.read(settings.IngestSettings, [], os.environ)
            fault = check_ingest(ingest, ingest.stream)
        case ["push"]:
            push = settings.read(settings.PushSettings, [], os.environ)
            fault = check_ingest(push, push.board)
        case _:
            fault = "usage: python -m deploy.health web|ingest|push"
    if fault:
        print(fault)
    return bool(fault)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
