"""Carries frames from Redis to browsers."""
