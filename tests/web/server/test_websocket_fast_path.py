"""The internals of python-socketio, python-engineio and eventlet that the fast path relies on.

``web/server/__init__.py`` lists them. When one of these tests fails after an upgrade,
``web/fanout/messages.py`` or ``web/server/websocket_fast_path.py`` must be adapted.
"""

import inspect
import socket
import struct

import pytest
import socketio
from engineio import packet as engineio_packet
from engineio import socket as engineio_socket
from eventlet import websocket
from eventlet.hubs.timer import Timer
from socketio import packet as socketio_packet

from shared.envelope import Blobs, pack
from web.fanout.messages import Frame
from web.server.eventlet_setup import quiet_hub
from web.server.http_server import MAX_UNSENT_BYTES, SEND_BUFFER_BYTES, listen

ENVELOPE = {n: pack({"t_received": 1.5, "x": "y" * n}, Blobs()) for n in (0, 20, 200, 70_000)}


@pytest.mark.parametrize("length", ENVELOPE)
def test_a_packed_frame_is_what_socketio_and_eventlet_would_have_sent(length: int) -> None:
    message = ENVELOPE[length]
    event = socketio_packet.Packet(socketio_packet.EVENT, data=["frame", message], namespace="/")
    framer = websocket.RFC6455WebSocket(None, {"REMOTE_PORT": "0", "PATH_INFO": "/"})
    framed = b"".join(
        framer._pack_message(engineio_packet.Packet(engineio_packet.MESSAGE, part).encode())
        for part in event.encode()
    )

    assert b"".join(Frame("camera", message).packed.parts) == framed


def test_the_head_of_a_long_message_has_eight_bytes_of_length() -> None:
    message = ENVELOPE[70_000]

    head, envelope = Frame("camera", message).packed.parts

    assert envelope is message, "it is not copied"
    assert head[-8:] == struct.pack(">Q", len(message))


def test_engineio_makes_its_websocket_from_the_connections_own_method() -> None:
    source = inspect.getsource(engineio_socket.Socket._upgrade_websocket)

    assert "self.server._async['websocket'](" in source
    assert "self._websocket_handler, self.server)" in source


def test_engineio_writes_only_by_the_websockets_send() -> None:
    source = inspect.getsource(engineio_socket.Socket._websocket_handler)

    assert source.count("ws.send(") == 2
    assert "ws.close()" in source


def test_eventlet_writes_only_by_its_underscore_send() -> None:
    source = inspect.getsource(websocket.RFC6455WebSocket)

    assert source.count("sendall(") == 1
    assert "self._send(payload)" in inspect.getsource(websocket.RFC6455WebSocket.send)


def test_eventlet_unmasks_by_its_underscore_apply_mask() -> None:
    source = inspect.getsource(websocket.RFC6455WebSocket._recv_frame)

    assert "d = self._apply_mask(d, mask, length=dlen, offset=received)" in source


def test_eventlet_reads_frames_one_by_one_and_only_by_recv() -> None:
    """``HubSocket`` replaces both: it may handle messages before a frame that begins one."""
    frames = inspect.getsource(websocket.RFC6455WebSocket._iter_frames)
    source = inspect.getsource(websocket.RFC6455WebSocket)

    assert "message = self._recv_frame(message=fragmented_message)" in frames
    assert "fragmented_message = None" in frames
    assert source.count("self.socket.recv(") == 2
    assert "self.socket.recv(numbytes - len(data))" in source


def test_engineio_takes_packets_by_poll_and_pings_after_a_pong() -> None:
    """``next_packets`` replaces the one; nothing does the other after a pong of the fast path."""
    writer = inspect.getsource(engineio_socket.Socket._websocket_handler)
    receive = inspect.getsource(engineio_socket.Socket.receive)
    poll = inspect.getsource(engineio_socket.Socket.poll)

    assert "packets = self.poll()" in writer
    assert "if packets == [None]:\n            return []" in poll
    assert "pkt.packet_type == packet.PONG:\n            self.schedule_ping()" in receive
    assert "self.last_ping = time.time()" in inspect.getsource(engineio_socket.Socket._send_ping)


def test_engineio_searches_for_unresponsive_connections_only_if_told() -> None:
    server = socketio.Server(async_mode="threading")

    assert server.eio.start_service_task is True
    assert "if self.start_service_task:" in inspect.getsource(server.eio._handle_connect)


def test_our_hub_does_not_wake_up_for_a_cancelled_timer() -> None:
    hub = quiet_hub()()

    for seconds, cancelled in (1, True), (2, True), (3, False):
        timer = Timer(seconds, print)
        hub.add_timer(timer)
        if cancelled:
            timer.called = True
            hub.timer_canceled(timer)
    hub.prepare_timers()

    assert [timer.seconds for _, timer in hub.timers] == [3]
    assert hub.timers_canceled == 0


def test_connections_inherit_the_limits_of_kernel_buffers() -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        unsent = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT)
        buffered = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)

    assert unsent == MAX_UNSENT_BYTES
    assert buffered == 2 * SEND_BUFFER_BYTES  # Linux doubles it, for its own book-keeping


def test_an_event_of_the_socketio_server_itself_gets_the_sid_first() -> None:
    """``drawn`` is registered there, past Flask-SocketIO."""
    calls: list[tuple[object, ...]] = []
    server = socketio.Server(async_mode="threading")

    server.on("drawn", lambda *arguments: calls.append(arguments))
    server._trigger_event("drawn", "/", "sid", {})
    server.handlers["/"]["drawn"]("sid", {})

    assert calls == [("sid", {})] * 2


def test_an_engineio_connection_has_the_attributes_that_a_viewer_reads() -> None:
    server = socketio.Server(async_mode="threading")
    connection = engineio_socket.Socket(server.eio, "sid")

    assert connection.queue.qsize() == 0
    assert connection.queue.empty()
    assert connection.upgraded is False
