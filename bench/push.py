"""Pushed messages: thousands a second to a board of 50 cards, with 50 viewers on three workers and
a Chromium, compared with Flask-SocketIO and an emit() for each message."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from bench.board_load import CARDS, BoardMeasurement, SentMessages, measure_viewers, push_messages
from bench.browser import chromium
from bench.durations import Durations
from bench.feeds import STREAM
from bench.load_generator import HelperProcess
from bench.servers import is_listening
from bench.stats import format_number, percentiles
from bench.table import format_table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

VIEWERS, WORKERS = 50, 3
WARM_UP_S, SECONDS = 4.0, 20.0
BEAMCAST, FLASK_SOCKETIO = "Beamcast", "Flask-SocketIO, an emit() each"
RECORD_DRAWING = """
window.drawn = [];
const epochS = () => (performance.timeOrigin + performance.now()) / 1000;
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver((changes) => changes.forEach(({ target }) => {
    window.drawn.push([epochS(), target.dataset.id, Number(target.dataset.end)]);
  })).observe(document.getElementById("cards"), { attributeFilter: ["data-end"], subtree: true });
});
"""
MISSED_TEXTS = "[...document.querySelectorAll('.missed')].map((one) => one.textContent)"


class Case(NamedTuple):
    """A server, and its rate of messages; ``page``: whether a Chromium shows the board too."""

    contender: str
    per_s: float
    page: bool = False

    def __str__(self) -> str:
        return f"{self.contender}, {self.per_s:,.0f}/s{', and a Chromium' * self.page}"


CASES = (
    Case(BEAMCAST, 10_000),
    Case(FLASK_SOCKETIO, 10_000),
    Case(BEAMCAST, 100),
    Case(FLASK_SOCKETIO, 100),
    Case(BEAMCAST, 10_000, page=True),
)


class Server(NamedTuple):
    """The running server. ``push_port``: the TCP port for messages, one in each line; ``pids``:
    name → process to measure."""

    ports: tuple[int, ...]
    push_port: int
    pids: dict[str, int]


def measure(durations: Durations) -> list[dict[str, Any]]:
    """Measure each case separately, with its own servers."""
    with HelperProcess() as viewers, HelperProcess() as pusher, chromium() as browser:
        results = [_measure(case, durations, viewers, pusher, browser) for case in CASES]
    print(f"\n{VIEWERS} viewers on {WORKERS} workers, {CARDS} cards; a row for each message")
    head = (
        *("", "sent/s", "received/s", "lost/s", "p50 ms", "p99", "worst", "last third / first"),
        *("cores", "µs a message", "MB grown", ""),
    )
    print(format_table(head, [_row(result) for result in results]))
    return results


def _measure(
    case: Case,
    durations: Durations,
    viewers: HelperProcess,
    pusher: HelperProcess,
    browser: Browser,
) -> dict[str, Any]:
    seconds = SECONDS * durations.run_s(1.0)
    with _server(case.contender) as server, contextlib.ExitStack() as exit_stack:
        page = None
        if case.page:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            exit_stack.callback(page.close)
            page.add_init_script(RECORD_DRAWING)
            page.goto(f"http://127.0.0.1:{server.ports[0]}/board/{STREAM}")
        arguments = server.ports, VIEWERS, server.pids, WARM_UP_S, seconds
        sending = pusher.submit(
            push_messages, server.push_port, case.per_s, 2 * WARM_UP_S + seconds
        )
        watching = viewers.submit(measure_viewers, *arguments)
        if page:
            page.wait_for_timeout(1000 * (WARM_UP_S + seconds))
        measured: BoardMeasurement = watching.result()
        sent: SentMessages = sending.result()
        drawn = _drawn(page, case, sent) if page else {}
    third = max(2, len(measured.ages) // 3)
    last, first = measured.ages[-third:], measured.ages[:third]
    cores = {name: used / seconds for name, used in measured.cpu_s.items()}
    serving = sum(share for name, share in cores.items() if name != "viewers")
    seen_per_s = measured.rows / VIEWERS / seconds
    return {
        "case": str(case),
        "sent_per_s": sent.messages / (2 * WARM_UP_S + seconds),
        "seen_per_s": seen_per_s,
        "lost": measured.rows_lost / VIEWERS / seconds,
        "age_ms": percentiles([1000 * age for age in measured.ages]),
        "worst_ms": 1000 * max(measured.ages),
        "growth": percentiles(last)["p50"] / percentiles(first)["p50"],
        "cores": cores,
        "us_per_message": 1e6 * serving / seen_per_s,
        "grown_mb": {name: kb / 1024 for name, kb in measured.grown_kb.items()},
        "page": drawn,
    }


def _drawn(page: Page, case: Case, sent: SentMessages) -> dict[str, Any]:
    """Return the ages of each card's newest row when it was drawn, and the missed rows."""
    measured_from = sent.start + WARM_UP_S
    ages = [
        1000 * (at - sent.start - ((end - 2) * CARDS + int(card.split()[1])) / case.per_s)
        for at, card, end in page.evaluate("drawn")
        if at > measured_from
    ]
    texts = page.evaluate(MISSED_TEXTS)
    return {
        "drawn_ms": percentiles(ages),
        "worst_ms": max(ages),
        "draws_per_s": len(ages) / (SECONDS + WARM_UP_S),
        "missed": [text for text in texts if text],
    }


@contextlib.contextmanager
def _server(contender: str) -> Iterator[Server]:
    """Start three workers and the program that receives messages."""
    beamcast, push_port = Beamcast(), free_port()
    url, redis = beamcast.redis.url, {"Redis": beamcast.redis.pid}
    try:
        if contender == BEAMCAST:
            ports = "--push-port", str(free_port()), "--push-tcp-port", str(push_port)
            options = "--board", STREAM, "--push-metrics-port", "0"
            pushing = beamcast.add(python("ingest.push", "--redis", url, *ports, *options))
            workers = [beamcast.worker() for _ in range(WORKERS)]
            pids = {"ingest.push": pushing.pid}
            pids |= {f"worker {n + 1}": worker.process.pid for n, worker in enumerate(workers)}
            serving = tuple(worker.port for worker in workers)
        else:
            serving = tuple(free_port() for _ in range(WORKERS))
            feeds = push_port, 0, 0
            pids = {}
            for n, (port, feed) in enumerate(zip(serving, feeds, strict=True)):
                module = "bench.contenders.flask_socketio_push"
                process = beamcast.add(python(module, str(port), url, str(feed)))
                pids[f"worker {n + 1}"] = process.pid
        for port in (*serving, push_port):
            until(partial(is_listening, port), "all are listening")
        yield Server(serving, push_port, pids | redis)
    finally:
        beamcast.stop()


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    ages = result["age_ms"]
    serving = sum(share for name, share in result["cores"].items() if name != "viewers")
    numbers = (
        *(result["sent_per_s"], result["seen_per_s"], result["lost"]),
        *(ages["p50"], ages["p99"], result["worst_ms"], result["growth"]),
        *(serving, result["us_per_message"], sum(result["grown_mb"].values())),
    )
    drawn = result["page"]
    remark = ""
    if drawn:
        ages = drawn["drawn_ms"]
        remark = (
            f"drawn after {format_number(ages['p50'])} ms, worst {format_number(drawn['worst_ms'])}"
        )
    return (result["case"], *map(format_number, numbers), remark)
