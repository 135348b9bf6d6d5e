"""Pulses from a bsread stream over ZeroMQ."""
