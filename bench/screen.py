"""A Chromium that records when each pulse's picture was drawn, and when it was on the screen."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.support.chromium import OPTIONS, find_chromium
from tests.support.waiting import until

WATCH = """
const now = () => performance.timeOrigin + performance.now();
window.pulses = [];
let drawnAt = null;
for (const [context, draws] of [
  [CanvasRenderingContext2D.prototype, ["drawImage", "putImageData"]],
  [WebGL2RenderingContext.prototype, ["drawArrays"]],
]) {
  for (const name of draws) {
    const draw = context[name];
    context[name] = function (...given) {
      draw.apply(this, given);
      drawnAt = now();
    };
  }
}
window.drawn = (pulseId) => {
  const at = drawnAt ?? now();
  drawnAt = null;
  requestAnimationFrame(() => { // the next task after this one finds it painted
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.pulses.push([pulseId, at, now()]);
    port2.postMessage(null);
  });
};
document.addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture"); // Beamcast's, which tells what it shows
  if (picture) {
    new MutationObserver(() => window.drawn(Number(picture.dataset.pulseId)))
      .observe(picture, { attributeFilter: ["data-pulse-id"] });
  }
});
"""
"""The script that runs in a page before its own. A page without #picture calls ``drawn`` itself."""


SKIPPED = """() => {
  const row = [...document.querySelectorAll("#screen tr")].find((tr) =>
    tr.cells[0].textContent === "lost here");
  return row ? Number(row.cells[1].textContent.replace(/\\D/g, "")) : 0;
}"""


class Seen(NamedTuple):
    """The times of each pulse from the source until it was drawn, and until it was painted, ms."""

    drawn: list[float]
    painted: list[float]
    rendition: str | None
    """the one that Beamcast's page chose"""
    skipped: int
    """frames that Beamcast's page counted as skipped"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


def look(
    browser: Browser,
    url: str,
    warm_up_s: float,
    seconds: float,
    size: tuple[int, int] = (1200, 800),
) -> Seen:
    """Open a page of a stream whose pulse ids are the times of sending, µs.

    ``size``: of the window, in pixels."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(url)
        until(lambda: page.evaluate("pulses.length"), "a picture is drawn")
        page.wait_for_timeout(1000 * warm_up_s)
        skipped = page.evaluate(SKIPPED)
        page.evaluate("pulses = []")
        page.wait_for_timeout(1000 * seconds)
        pulses = page.evaluate("pulses")
        rendition = page.evaluate("document.getElementById('picture')?.dataset.rendition")
        skipped = page.evaluate(SKIPPED) - skipped
    finally:
        context.close()
    return Seen(
        [at - pulse_id / 1000 for pulse_id, at, _ in pulses],
        [after - pulse_id / 1000 for pulse_id, _, after in pulses],
        rendition,
        skipped,
    )
