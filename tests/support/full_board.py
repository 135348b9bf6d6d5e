"""A board that rejects the images of some cards, as a real one does while it is full."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


class FullBoard:
    """An HTTP server that accepts every message, but answers an image of ``card`` with ``status``
    and ``answer``. Images are answered only while ``answering`` is set."""

    def __init__(self, status: int = 503, card: str = "", answer: Any = None) -> None:
        self.card = card
        self.answering = threading.Event()
        self.answering.set()
        self.received: list[tuple[str, Any]] = []
        """Card and value (the bytes of an image) of each message, whatever the answer was."""
        board = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Type"] == "application/x-ndjson":
                    messages = [orjson.loads(line) for line in body.split(b"\n")]
                    board.received += [(message["id"], message["value"]) for message in messages]
                    return self.send(200, {"accepted": len(messages)})
                head, image = body.split(b"\n", 1)
                card = orjson.loads(head)["id"]
                board.received.append((card, image))
                board.answering.wait(20)
                if card == board.card:
                    return self.send(status, answer)
                return self.send(200, {"accepted": 1})

            def send(self, status: int, content: Any) -> None:
                body = orjson.dumps(content)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, card: str) -> list[Any]:
        """Return the values received for this card, in order."""
        return [value for name, value in tuple(self.received) if name == card]

    def __enter__(self) -> "FullBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
