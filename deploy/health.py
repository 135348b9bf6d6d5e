"""``python -m deploy.health web|ingest|push``: does the program of this container do its work?

A container's health is about this container alone: while Redis is away all are healthy, since
ending them would bring nothing back.
"""

import http.client
import os
import sys

from shared import settings
from shared.broker import BrokerError, connect


def web_is_healthy(options: settings.WebSettings) -> str:
    """What is wrong with the web worker; empty when it serves."""
    connection = http.client.HTTPConnection("127.0.0.1", options.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        return f"/healthz does not answer: {problem}"
    finally:
        connection.close()
    return "" if status == 200 else f"/healthz answers {status}"


def ingest_is_healthy(options: settings.IngestSettings | settings.PushSettings, name: str) -> str:
    """What is wrong with the ingest of this stream; empty when it reports, or has no Redis to
    report to."""
    try:
        with connect(
            options.redis, options.redis_ca, options.installation, "beamcast-health"
        ) as broker:
            reported = broker.exists(broker.names.status(name))  # it expires by itself
    except BrokerError:
        return ""
    return "" if reported else f"no status of stream {name} in Redis"


def main(argv: list[str]) -> int:
    """0 when healthy; else 1, and why."""
    match argv:
        case ["web"]:
            problem = web_is_healthy(settings.read(settings.WebSettings, [], os.environ))
        case ["ingest"]:
            ingest = settings.read(settings.IngestSettings, [], os.environ)
            problem = ingest_is_healthy(ingest, ingest.stream)
        case ["push"]:
            push = settings.read(settings.PushSettings, [], os.environ)
            problem = ingest_is_healthy(push, push.board)
        case _:
            problem = "allowed is: python -m deploy.health web, or ingest, or push"
    if problem:
        print(problem)
    return bool(problem)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
