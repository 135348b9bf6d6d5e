"""Requests of a page of another site, in a real browser, to each plain-text port."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from ingest.metrics import serve as serve_metrics
from tests.support.processes import RedisServer, free_port
from tests.support.push_server import Serve
from tests.support.waiting import until

ATTACK = """async ([ports, body]) => {
  const tried = [];
  for (const port of ports) {
    const url = `http://127.0.0.1:${port}/push`;
    const wait = () => ({ signal: AbortSignal.timeout(3000) });
    tried.push(fetch(url, { method: "POST", mode: "no-cors", body, ...wait() }));
    tried.push(fetch(url, { method: "POST", headers: { "X-A": "1" }, body, ...wait() }));
    tried.push(fetch(url, { ...wait() }).then((answer) => answer.text()));
    navigator.sendBeacon(url, body);
    const form = Object.assign(document.createElement("form"), {
      action: url, method: "post", enctype: "text/plain", target: "_blank",
    });
    form.append(Object.assign(document.createElement("textarea"), { name: body, value: "=" }));
    document.body.append(form);
    form.submit();
    new WebSocket(`ws://127.0.0.1:${port}/push`).onerror = () => {};
  }
  const results = await Promise.allSettled(tried);
  return results.map((result) => result.status === "fulfilled" && typeof result.value === "string");
}"""
BODY = '{"id": "a", "value": 1}\nSET attacked 1\r\n{"id": "b", "value": 1}\n'


class Blank(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """A site whose host name differs from that of the attacked ports."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_of_another_site_writes_nothing_and_reads_nothing(
    chromium: Browser, site: str, serve: Serve, redis_server: RedisServer
) -> None:
    served, metrics = serve(), free_port()
    serve_metrics("127.0.0.1", metrics, "--metrics-port")
    ports = [served.options.push_port, served.options.push_tcp_port, metrics, redis_server.port]
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site)

    was_read = page.evaluate(ATTACK, [ports, BODY])

    assert was_read == [False] * 3 * len(ports)
    until(lambda: served.counts["strangers"] >= 3, "they reached the port for HTTP")
    until(lambda: served.counts["refused"] >= 3, "and the port for lines")
    context.close()
    assert served.board.cards == {}
    assert redis_server.broker.keys() == []
