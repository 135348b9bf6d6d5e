"""Encoding of frame contents: JPEG images, precise tiles and values."""
