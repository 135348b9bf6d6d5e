"""A page in a browser, and the times of what it showed."""

from typing import Any, NamedTuple

from playwright.sync_api import Playwright

from tests.support.chromium import OPTIONS, find_chromium

RENDITION = "half"
"""not that of the viewers, so that its lease shows its worker"""

RECORD = """
const nowS = () => Date.now() / 1000;
// Redis' clock may have been set by whole hours.
const age = (atS, receivedS) => atS - receivedS - 3600 * Math.round((atS - receivedS) / 3600);
const received = new Map();
let shown = null;
let record = { states: [], drawn: [], old: [] };
window.record = { born: nowS(), take: () => {
  const taken = record;
  record = { states: [], drawn: [], old: [] };
  return taken;
} };
window.WebSocket = class extends WebSocket {
  constructor(...options) {
    super(...options);
    this.addEventListener("message", ({ data }) => {
      try {
        const length = new DataView(data).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
        received.set(`${header.epoch}/${header.seq}`, header.t_received);
        if (received.size > 500) received.delete(received.keys().next().value);
      } catch {} // a text, or damaged
    });
  }
};
const state = () => document.body.dataset.state;
addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture");
  const text = (id) => document.getElementById(id).textContent;
  const title = () => text("words-title") ||
    text("details-title").replace(/( \\([\\d:]+\\))?\\.$/, "");
  new MutationObserver(() => {
    record.states.push([nowS(), state(), title()]);
  }).observe(document.body, { attributeFilter: ["data-state"] });
  new MutationObserver(() => {
    const { seq, epoch } = picture.dataset;
    const at = nowS();
    shown = received.get(`${epoch}/${seq}`) ?? null;
    if (shown !== null) record.drawn.push([at, age(at, shown), state()]);
  }).observe(picture, { attributeFilter: ["data-seq", "data-epoch"] });
  setInterval(() => {
    if (state() !== "live" || shown === null) return;
    const old = age(nowS(), shown);
    if (old > 1) record.old.push([nowS(), old]);
  }, 50);
});
"""


class PageState(NamedTuple):
    """A state of the page, from when on (Unix s), and its title."""

    at: float
    state: str
    title: str


class DrawnFrame(NamedTuple):
    """A frame that the page drew: when, its age since ingest received it, and the state that the
    page showed."""

    at: float
    age: float
    state: str

    @property
    def received(self) -> float:
        return self.at - self.age


class Screen:
    """A tab of a page; :meth:`look` reads what it has shown."""

    def __init__(self, playwright: Playwright, url: str) -> None:
        self.states: list[PageState] = []
        self.drawn: list[DrawnFrame] = []
        self.old_as_live: list[tuple[float, float]] = []
        """(time, age) of pictures older than a second while the page was live"""
        self.faults: list[str] = []
        self._browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        self._page = self._browser.new_page(viewport={"width": 900, "height": 600})
        self._page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._page.add_init_script(RECORD)
        self._page.goto(f"{url}/view/camera?rendition={RENDITION}")
        self.born = self._page.evaluate("record.born")

    def look(self, wait_s: float = 0.0) -> None:
        """Wait, and read what the page has shown since the last call."""
        self._page.wait_for_timeout(wait_s * 1000)
        taken: dict[str, Any] = self._page.evaluate("record.take()")
        self.states += [PageState(*state) for state in taken["states"]]
        self.drawn += [DrawnFrame(*drawn) for drawn in taken["drawn"]]
        self.old_as_live += [tuple(old) for old in taken["old"]]

    @property
    def was_reloaded(self) -> bool:
        return bool(self._page.evaluate("record.born") != self.born)

    @property
    def state(self) -> str:
        """The last state that was read."""
        return self.states[-1].state if self.states else ""

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()
