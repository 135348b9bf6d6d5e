"""The HTTP and WebSocket server: the only package that knows eventlet and engine.io."""
