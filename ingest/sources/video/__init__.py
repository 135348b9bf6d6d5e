"""Pulses from a video: a camera, a sender or a file."""
