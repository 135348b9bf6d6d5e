"""Flask-SocketIO as in its documentation for several workers: an emit() for each message, and Redis
as the message queue.

``python -m bench.contenders.flask_socketio_push PORT REDIS_URL [FEED_PORT]`` serves viewers; with
FEED_PORT it also receives messages, one JSON text in each line.
"""

import sys
import warnings


def main(port: int, redis_url: str, feed_port: int) -> None:
    """Serve until the process is terminated; imports must follow the patching."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import eventlet

        eventlet.monkey_patch()
    import json
    import socket
    from typing import Any

    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask("bench")
    socketio = SocketIO(app, async_mode="eventlet", message_queue=redis_url)

    @socketio.on("watch")
    def watch(request: dict[str, Any]) -> dict[str, Any]:
        return {}

    def receive_messages() -> None:
        listener = socket.create_server(("127.0.0.1", feed_port))
        while True:
            for line in listener.accept()[0].makefile("rb"):
                socketio.emit("push", json.loads(line))
                socketio.sleep(0)

    if feed_port:
        socketio.start_background_task(receive_messages)
    socketio.run(app, port=port, log_output=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
