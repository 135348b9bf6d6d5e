"""Flask-SocketIO as in its documentation: emit() of the frame's bytes to a room.

``python -m bench.contenders.flask_socketio_server MODE PORT FEED_PORT SIZE``, where MODE
is eventlet, gevent or threading.
"""

import sys
import warnings


def main(mode: str, port: int, feed_port: int, size: int) -> None:
    """Serve until the process is terminated; imports must follow the patching."""
    if mode == "eventlet":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import eventlet

            eventlet.monkey_patch()
    elif mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    import logging
    import os
    import socket
    from typing import Any

    from flask import Flask
    from flask_socketio import SocketIO, join_room

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = Flask("bench")
    socketio = SocketIO(app, async_mode=mode)
    image = os.urandom(size)
    feed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    feed.bind(("127.0.0.1", feed_port))

    @socketio.on("watch")
    def watch(request: dict[str, Any]) -> dict[str, Any]:
        join_room(request["stream"])
        return {}

    def send_frames() -> None:
        while feed.recv(16):
            socketio.emit("frame", image, to="camera")

    socketio.start_background_task(send_frames)
    socketio.run(app, port=port, log_output=False, allow_unsafe_werkzeug=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
