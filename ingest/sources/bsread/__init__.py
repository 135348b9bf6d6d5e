"""The source of a bsread stream over ZeroMQ."""
