"""HTTP routes and Socket.IO events: all that a client may ask a worker for."""
