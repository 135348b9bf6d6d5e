"""Frames to Redis, for the time that somebody watches."""
