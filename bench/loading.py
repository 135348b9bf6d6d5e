"""Measure how long a page takes to its first picture, over a slow connection.

2 Mbit/s shared by all connections, and 50 ms each way; 640 × 480 at 10 Hz, one worker. The page has
a host name other than localhost, over which browsers offer brotli without TLS too.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.browser import RECORD_DRAWING
from bench.durations import Durations
from bench.servers import is_listening
from bench.stats import Quartiles, quartiles
from bench.table import format_table
from tests.browser.slow_connection import SlowConnection
from tests.chaos.installation import need_nginx, nginx_configuration
from tests.support.beamcast import Beamcast
from tests.support.chromium import OPTIONS, find_chromium
from tests.support.processes import Process, free_port, python
from tests.support.tls import Authority
from tests.support.waiting import until

BYTES_PER_S = 2e6 / 8
DELAY_S = 0.05
RATE_HZ = 10
LOADS = 10
SETTLED_S = 2.0
HOST = "beamcast.test"

LOADED = """() => {
  const [, drawnAt] = pulses[0];
  const navigation = performance.getEntriesByType("navigation")[0];
  const files = performance.getEntriesByType("resource");
  return {
    drawn_ms: drawnAt - performance.timeOrigin,
    html_ms: navigation.responseEnd,
    files: [navigation, ...files].map(({ name, startTime, responseEnd, transferSize }) => (
      { name, startTime, responseEnd, transferSize }
    )),
  };
}"""
"""A file from the browser's cache has a transferSize of 0."""


def measure(durations: Durations) -> dict[str, Any]:
    """Measure over plain HTTP, and over TLS through nginx."""
    results = {}
    with serve(RATE_HZ) as (port, tls_port), browse() as browser:
        for name, scheme, to in (("HTTP", "http", port), ("TLS, nginx", "https", tls_port)):
            link = SlowConnection(to, BYTES_PER_S, DELAY_S)
            try:
                url = f"{scheme}://{HOST}:{link.port}/"
                loads = [load(browser, url) for _ in range(durations.rounds(LOADS))]
            finally:
                link.close()
            for index, kind in enumerate(("cold", "reload")):
                results[f"{name}, {kind}"] = summary([pair[index] for pair in loads])
    print("\nFirst picture at 2 Mbit/s and 100 ms round trip")
    head = ("", "drawn ms", "requests before it", "in all", "kB of files before it")
    print(format_table(head, [row(name, result) for name, result in results.items()]))
    return results


@contextlib.contextmanager
def serve(rate_hz: float) -> Iterator[tuple[int, int]]:
    """Yield the port of a worker that shows a camera, and the TLS port of nginx before it."""
    beamcast = Beamcast()
    with tempfile.TemporaryDirectory() as place:
        try:
            camera_port, tls_port = free_port(), free_port()
            beamcast.add(python("bench.contenders.source", str(camera_port), str(rate_hz)))
            beamcast.ingest(f"tcp://127.0.0.1:{camera_port}")
            worker = beamcast.worker("--allow-anyone", "1", "--allowed-hosts", HOST)
            until(lambda: beamcast.status().get("state") == "live", "messages arrive")
            beamcast.add(nginx(Path(place), worker.port, tls_port))
            yield worker.port, tls_port
        finally:
            beamcast.stop()


def nginx(place: Path, worker_port: int, tls_port: int) -> Process:
    """Start nginx as in ``deploy``, with TLS."""
    need_nginx()
    place.chmod(0o755)
    pem = Authority(place, "bench").certificate(f"DNS:{HOST}").rename(place / "certificate.pem")
    text = nginx_configuration(str(place), f"127.0.0.1:{worker_port}")
    tls = (Path(__file__).parents[1] / "deploy" / "tls" / "tls.conf").read_text()
    for old, new in (
        ("include /etc/nginx/tls/*.conf;", tls),
        ("/run/secrets/certificate_key", str(pem)),
        ("/run/secrets/certificate", str(pem)),
        ("listen 8443", f"listen 127.0.0.1:{tls_port}"),
        ("listen 8080", f"listen 127.0.0.1:{free_port()}"),
        ("listen 127.0.0.1:8081", f"listen 127.0.0.1:{free_port()}"),
    ):
        text = text.replace(old, new)
    (place / "nginx.conf").write_text(text)
    process = Process("nginx", "-c", f"{place}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
    until(lambda: process.returncode is not None or is_listening(tls_port), "nginx serves")
    if process.returncode is not None:
        raise RuntimeError(f"nginx ended: {process.output}")
    return process


@contextlib.contextmanager
def browse() -> Iterator[Browser]:
    """Start a Chromium that finds ``HOST`` on this machine."""
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
    options = [*OPTIONS, rules, "--ignore-certificate-errors"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find_chromium(), args=options)


def load(browser: Browser, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open the page with empty caches, then load it again."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.add_init_script(RECORD_DRAWING)
        page.goto(url, wait_until="commit")
        cold = loaded(page, sockets)
        sockets.clear()
        page.reload(wait_until="commit")
        return cold, loaded(page, sockets)
    finally:
        context.close()


def loaded(page: Page, sockets: list[str]) -> dict[str, Any]:
    """Wait for the first picture, and for what the page loads after it; return what was loaded."""
    page.locator("#picture[data-pulse-id]").wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(1000 * SETTLED_S)
    found: dict[str, Any] = page.evaluate(LOADED)
    fetched = [file for file in found["files"] if file["transferSize"]]
    before = [file for file in fetched if file["startTime"] < found["drawn_ms"]]
    found["requests_before"] = len(before) + len(sockets)
    found["requests"] = len(fetched) + len(sockets)
    found["kb_before"] = sum(file["transferSize"] for file in before) / 1000
    return found


def summary(loads: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians of loads, and the files of the last one."""
    names = "drawn_ms", "html_ms", "requests_before", "requests", "kb_before"
    return {
        **{name: quartiles([load[name] for load in loads]) for name in names},
        "files": loads[-1]["files"],
    }


def row(name: str, result: dict[str, Any]) -> tuple[str, ...]:
    drawn: Quartiles = result["drawn_ms"]
    rest = (result[key].median for key in ("requests_before", "requests", "kb_before"))
    return (name, str(drawn), *(f"{value:.0f}" for value in rest))
