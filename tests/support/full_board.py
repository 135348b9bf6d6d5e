"""A board that has no room for some pictures, as a real one for a moment only."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


class FullBoard:
    """Takes every message, but answers ``status`` and what is ``said`` to a picture of ``card``. A
    picture waits for its answer until ``answering`` is set."""

    def __init__(self, status: int = 503, card: str = "", said: Any = None) -> None:
        self.card = card
        self.answering = threading.Event()
        self.answering.set()
        self.came: list[tuple[str, Any]] = []
        """card and value (a picture's bytes) of each message, however it was answered"""
        board = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Type"] == "application/x-ndjson":
                    messages = [orjson.loads(line) for line in body.split(b"\n")]
                    board.came += [(message["id"], message["value"]) for message in messages]
                    return self.answer(200, {"accepted": len(messages)})
                head, picture = body.split(b"\n", 1)
                card = orjson.loads(head)["id"]
                board.came.append((card, picture))
                board.answering.wait(20)
                if card == board.card:
                    return self.answer(status, said)
                return self.answer(200, {"accepted": 1})

            def answer(self, status: int, said: Any) -> None:
                body = orjson.dumps(said)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, card: str) -> list[Any]:
        """What came of this card, in its order."""
        return [value for one, value in tuple(self.came) if one == card]

    def __enter__(self) -> "FullBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
