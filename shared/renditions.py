"""The pictures that a stream's frames come with; each is encoded only while somebody watches it."""

FULL = "full"

RENDITIONS = {FULL: 1, "half": 2, "quarter": 4}
"""name → by how much each side is divided: a pixel is the mean of so many times so many"""
