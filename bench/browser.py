"""A Chromium that records when each pulse's picture was drawn, and when it was on the screen."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.support.chromium import OPTIONS, find_chromium
from tests.support.waiting import until

RECORD_DRAWING = """
const now = () => performance.timeOrigin + performance.now();
window.pulses = [];
let drawnAt = null;
for (const [context, draws] of [
  [CanvasRenderingContext2D.prototype, ["drawImage", "putImageData"]],
  [WebGL2RenderingContext.prototype, ["drawArrays"]],
]) {
  for (const name of draws) {
    const draw = context[name];
    context[name] = function (...values) {
      draw.apply(this, values);
      drawnAt = now();
    };
  }
}
window.drawn = (pulseId) => {
  const at = drawnAt ?? now();
  drawnAt = null;
  requestAnimationFrame(() => { // the next task runs after painting
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.pulses.push([pulseId, at, now()]);
    port2.postMessage(null);
  });
};
document.addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture"); // the one of Beamcast's page
  if (picture) {
    new MutationObserver(() => window.drawn(Number(picture.dataset.pulseId)))
      .observe(picture, { attributeFilter: ["data-pulse-id"] });
  }
});
"""
"""Runs in a page before its own scripts. A page without #picture must call ``drawn``."""


SKIPPED = """() => {
  const row = [...document.querySelectorAll("#screen tr")].find((tr) =>
    tr.cells[0].textContent === "lost here");
  return row ? Number(row.cells[1].textContent.replace(/\\D/g, "")) : 0;
}"""


class DrawTimes(NamedTuple):
    """Milliseconds from the source to drawing, and to the task after painting, of each pulse."""

    drawn: list[float]
    painted: list[float]
    rendition: str | None
    """The one that Beamcast's page has chosen."""
    skipped: int
    """Frames that Beamcast's page skipped in favour of newer ones, by its own count."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


def measure_drawing(
    browser: Browser,
    url: str,
    warm_up_s: float,
    seconds: float,
    size: tuple[int, int] = (1200, 800),
) -> DrawTimes:
    """Open the page of a stream whose pulse ids are the times of sending in microseconds.

    ``size``: the size of the window in pixels.
    """
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    try:
        page = context.new_page()
        page.add_init_script(RECORD_DRAWING)
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
    return DrawTimes(
        [at - pulse_id / 1000 for pulse_id, at, _ in pulses],
        [after - pulse_id / 1000 for pulse_id, _, after in pulses],
        rendition,
        skipped,
    )
