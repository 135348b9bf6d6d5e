"""HTTP routes and Socket.IO events: all that a client may request from a worker."""
