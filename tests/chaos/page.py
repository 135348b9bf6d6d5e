"""A real page in a browser that records its states and the frames that it draws."""

from typing import Any, NamedTuple

from playwright.sync_api import Playwright

from tests.support.chromium import OPTIONS, find_chromium

RENDITION = "half"
"""Different from the simulated viewers', so that its lease tells its worker."""

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
      } catch {} // a text, or damaged data
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
    """A state of the page since ``at`` (Unix s), and the title that it showed."""

    at: float
    state: str
    title: str


class DrawnFrame(NamedTuple):
    """A frame that the page drew: when, its age since ingest had received it, and the page's state
    at that time."""

    at: float
    age: float
    state: str

    @property
    def received(self) -> float:
        return self.at - self.age


class RecordedPage:
    """A tab without user input; :meth:`read` updates what it has shown."""

    def __init__(self, playwright: Playwright, url: str) -> None:
        self.states: list[PageState] = []
        self.drawn: list[DrawnFrame] = []
        self.old_as_live: list[tuple[float, float]] = []
        """(When, age): a picture older than a second while the page said that it was live."""
        self.errors: list[str] = []
        self._browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        self._page = self._browser.new_page(viewport={"width": 900, "height": 600})
        self._page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._page.add_init_script(RECORD)
        self._page.goto(f"{url}/view/camera?rendition={RENDITION}")
        self.born = self._page.evaluate("record.born")

    def read(self, wait_s: float = 0.0) -> None:
        """Wait for ``wait_s``, and read what was shown since the last call."""
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
        """Return the last state that was read."""
        return self.states[-1].state if self.states else ""

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()
