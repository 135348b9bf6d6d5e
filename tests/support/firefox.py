"""A real Firefox, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which needs
no driver program."""

import base64
import itertools
import json
import re
import shutil
import tempfile
from typing import Any

import websocket

from tests.support.processes import Process
from tests.support.waiting import until


class Firefox:
    """A headless Firefox with its own profile and one tab."""

    def __init__(self) -> None:
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "no firefox on PATH: apt-get install firefox-esr"
        self._profile = tempfile.TemporaryDirectory()
        self._process = Process(
            *(program, "--headless", "--no-remote", "--profile", self._profile.name),
            *("--remote-debugging-port", "0"),
            environ={"HOME": self._profile.name, "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
        )
        listening = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
        address = until(lambda: listening.search(self._process.output), "Firefox listens", 60)
        self._socket = websocket.create_connection(
            f"{address[1]}/session", suppress_origin=True, timeout=60
        )
        self._ids = itertools.count(1)
        self._call("session.new", capabilities={})
        self._tab = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        """Load a page."""
        self._call("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, passed as JSON."""
        done = self._call(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert done["type"] == "success", done
        return json.loads(done["result"].get("value", "null"))

    def screenshot(self) -> bytes:
        """Return a screenshot of the page as PNG."""
        shot = self._call("browsingContext.captureScreenshot", context=self._tab)
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        """End Firefox."""
        self._socket.close()
        self._process.kill()
        self._profile.cleanup()

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]
