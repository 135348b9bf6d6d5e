"""Measure a board of 50 cards that gets thousands of messages a second and has 50 viewers on three
workers and a Chromium, beside an emit() for each message."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from bench.board import CARDS, Seen, Sent, look, push
from bench.crowd import Helper
from bench.feeds import STREAM
from bench.plan import Plan
from bench.screen import chromium
from bench.servers import answers
from bench.spread import percentiles, shown
from bench.table import table
from tests.support.beamcast import Beamcast
from tests.support.processes import free_port, python
from tests.support.waiting import until

VIEWERS, WORKERS = 50, 3
WARM_UP_S, SECONDS = 4.0, 20.0
BEAMCAST, STOCK = "Beamcast", "Flask-SocketIO, an emit() each"
WATCH = """
window.drawn = [];
const epochS = () => (performance.timeOrigin + performance.now()) / 1000;
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver((changes) => changes.forEach(({ target }) => {
    window.drawn.push([epochS(), target.dataset.id, Number(target.dataset.end)]);
  })).observe(document.getElementById("cards"), { attributeFilter: ["data-end"], subtree: true });
});
"""
MISSED = "[...document.querySelectorAll('.missed')].map((one) => one.textContent)"


class Case(NamedTuple):
    """One measurement; ``page``: whether a Chromium watches too."""

    contender: str
    per_s: float
    page: bool = False

    def __str__(self) -> str:
        return f"{self.contender}, {self.per_s:,.0f}/s{', and a Chromium' * self.page}"


CASES = (
    Case(BEAMCAST, 10_000),
    Case(STOCK, 10_000),
    Case(BEAMCAST, 100),
    Case(STOCK, 100),
    Case(BEAMCAST, 10_000, page=True),
)


class Server(NamedTuple):
    """A running contender. ``push_port`` takes a message in each line; ``pids``: name → process."""

    ports: tuple[int, ...]
    push_port: int
    pids: dict[str, int]


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Measure each case alone, with servers of its own."""
    with Helper() as viewers, Helper() as pusher, chromium() as browser:
        results = [_measure(case, plan, viewers, pusher, browser) for case in CASES]
    print(f"\n{VIEWERS} viewers on {WORKERS} workers, {CARDS} cards; a row for each message")
    head = (
        *("", "sent/s", "seen/s", "lost/s", "p50 ms", "p99", "worst", "last third / first"),
        *("cores", "µs a message", "MB grown", ""),
    )
    print(table(head, [_row(result) for result in results]))
    return results


def _measure(
    case: Case, plan: Plan, viewers: Helper, pusher: Helper, browser: Browser
) -> dict[str, Any]:
    seconds = SECONDS * plan.turn_s(1.0)
    with _server(case.contender) as server, contextlib.ExitStack() as ending:
        page = None
        if case.page:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            ending.callback(page.close)
            page.add_init_script(WATCH)
            page.goto(f"http://127.0.0.1:{server.ports[0]}/board/{STREAM}")
        look_at = server.ports, VIEWERS, server.pids, WARM_UP_S, seconds
        sending = pusher.submit(push, server.push_port, case.per_s, 2 * WARM_UP_S + seconds)
        looking = viewers.submit(look, *look_at)
        if page:
            page.wait_for_timeout(1000 * (WARM_UP_S + seconds))
        seen: Seen = looking.result()
        sent: Sent = sending.result()
        drawn = _drawn(page, case, sent) if page else {}
    third = max(2, len(seen.ages) // 3)
    last, first = seen.ages[-third:], seen.ages[:third]
    cores = {name: used / seconds for name, used in seen.cpu_s.items()}
    serving = sum(share for name, share in cores.items() if name != "viewers")
    seen_per_s = seen.rows / VIEWERS / seconds
    return {
        "case": str(case),
        "sent_per_s": sent.messages / (2 * WARM_UP_S + seconds),
        "seen_per_s": seen_per_s,
        "lost": seen.rows_lost / VIEWERS / seconds,
        "age_ms": percentiles([1000 * age for age in seen.ages]),
        "worst_ms": 1000 * max(seen.ages),
        "growth": percentiles(last)["p50"] / percentiles(first)["p50"],
        "cores": cores,
        "us_per_message": 1e6 * serving / seen_per_s,
        "grown_mb": {name: kb / 1024 for name, kb in seen.grown_kb.items()},
        "page": drawn,
    }


def _drawn(page: Page, case: Case, sent: Sent) -> dict[str, Any]:
    """Return the age of the newest row of a card when it was drawn, and what the page missed."""
    begins = sent.start + WARM_UP_S
    ages = [
        1000 * (at - sent.start - ((end - 2) * CARDS + int(card.split()[1])) / case.per_s)
        for at, card, end in page.evaluate("drawn")
        if at > begins
    ]
    texts = page.evaluate(MISSED)
    return {
        "drawn_ms": percentiles(ages),
        "worst_ms": max(ages),
        "draws_per_s": len(ages) / (SECONDS + WARM_UP_S),
        "missed": [words for words in texts if words],
    }


@contextlib.contextmanager
def _server(contender: str) -> Iterator[Server]:
    """Start three workers and the receiver of messages."""
    beamcast, push_port = Beamcast(), free_port()
    url, redis = beamcast.redis.url, {"Redis": beamcast.redis.pid}
    try:
        if contender == BEAMCAST:
            ports = "--push-port", str(free_port()), "--push-tcp-port", str(push_port)
            named = "--board", STREAM, "--push-metrics-port", "0"
            pushing = beamcast.add(python("ingest.push", "--redis", url, *ports, *named))
            workers = [beamcast.worker() for _ in range(WORKERS)]
            pids = {"ingest.push": pushing.pid}
            pids |= {f"worker {n + 1}": worker.process.pid for n, worker in enumerate(workers)}
            serving = tuple(worker.port for worker in workers)
        else:
            serving = tuple(free_port() for _ in range(WORKERS))
            feeds = push_port, 0, 0
            pids = {}
            for n, (port, feed) in enumerate(zip(serving, feeds, strict=True)):
                module = "bench.contenders.stock_push"
                process = beamcast.add(python(module, str(port), url, str(feed)))
                pids[f"worker {n + 1}"] = process.pid
        for port in (*serving, push_port):
            until(partial(answers, port), "all serve")
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
        drawn_ms = drawn["drawn_ms"]
        remark = f"drawn after {shown(drawn_ms['p50'])} ms, worst {shown(drawn['worst_ms'])}"
    return (result["case"], *map(shown, numbers), remark)
