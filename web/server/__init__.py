"""The HTTP and WebSocket server: the only package that knows eventlet.

Frequent messages (frames, pongs, reports of drawn frames, pings) bypass the queues and green
threads of engine.io and eventlet, and some of their faults are corrected here, so this package
reaches into their internals. They are listed below. An upgrade that moves one of them fails a
test named beside the module; tests without a folder are in ``tests/web/server`` or
``tests/system``. Figures are per delivery of a 50 kB frame or as stated, and come from
``docs/decisions/0007-past-engineio.md`` and the docstrings named there.

``websocket_fast_path.py`` and ``hub_socket.py``; test_websocket_fast_path.py
  - ``engineio.Server._async["websocket"]`` is replaced by a subclass of eventlet's WebSocket, and
    ``RFC6455WebSocket._send`` by a :class:`~web.fanout.send_queue.SendQueue`, the socket's only
    writer. A frame is packed once and written to each socket without blocking: 55 to 75 µs before,
    of which the kernel's copy is 15 to 20. Nothing else bounds engine.io's queue.
  - ``RFC6455WebSocket._recv_frame`` and its socket's ``recv`` are replaced by
    :class:`~web.server.hub_socket.HubSocket`, which reads short messages in eventlet's hub: no
    green thread wakes up, no timer is set. With 400 viewers at 100 Hz a delivery costs 0.90 times a
    plain send loop instead of 1.13 to 1.22 times. A message in too many fragments is refused.
  - ``RFC6455WebSocket._apply_mask`` is replaced: it takes 15 µs for a report.
  - ``engineio.Socket.poll`` is replaced: its time-out counts on pings in its queue, and ours are
    not there. ``queue`` is read to keep the order of its packets and ours.
  - ``RFC6455WebSocket.log`` and ``socket.shutdown`` are replaced, and the reference cycles between
    these objects broken at the end (test_descriptors.py).
``heartbeat.py``; test_heartbeat.py, test_websocket_fast_path.py
  - ``engineio.Socket.last_ping`` and ``check_ping_timeout``, and ``Server.start_service_task``: one
    thread pings all connections and one closes the unresponsive, where engine.io starts a green
    thread for each ping and wakes up for each connection.
``eventlet_setup.py``; test_websocket_fast_path.py, test_eventlet_setup.py
  - ``Hub.prepare_timers``, ``timers`` and ``timers_canceled``: timers that were cancelled wake the
    worker no more; each frame did so twice. With the above, and fewer steps for each offer: 1.4 to
    1.6 times a plain send loop with 100 viewers at 100 Hz, instead of 1.77.
  - ``greendns.resolver.clear`` and ``_resolver.cache``: no cache of DNS answers, so that a Redis
    that came back at another address is found.
``http_server.py``; test_http_server.py, test_limits.py, test_raw_http.py, test_descriptors.py
  - ``HttpProtocol._read_request_line``, ``parse_request``, ``get_environ``, ``finish`` and the
    ``discard`` of ``eventlet.input`` get time-outs; the listening socket's ``accept`` survives the
    limit of file descriptors.
``connect_timeout.py``; test_connect_timeout.py, test_socketio.py
  - Nothing is replaced: ``Server.eio.sockets`` and ``manager`` are read to find and close sessions
    that are open without a Socket.IO connection, which the library never does.
``upgrades.py``; test_socketio.py
  - Nothing is replaced: invalid handshakes, at which engine.io and its libraries fail, are refused
    before, and the offer to deflate messages is removed.
``packet_limits.py``; test_packet_limits.py, test_requests.py, test_socketio.py
  - ``engineio.Server._async["websocket"]`` is replaced by a subclass, in both modes, whose ``wait``
    ends the connection at a message that engine.io cannot read.
  - ``socketio.packet.Packet.decode``, ``engineio.Server.handlers`` and ``disconnect``, and the
    libraries' loggers: rate limits, and counters instead of tracebacks for malformed packets.

``web/fanout/viewers.py`` reads ``eio.sockets``, and ``queue`` and ``upgraded`` of a connection, and
finds its ``SendQueue`` there; ``web/access/wiring.py`` closes the connections of clients that have
logged out. Viewers that poll, and the ``threading`` mode, use none of the fast path.
"""
