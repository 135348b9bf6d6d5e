"""The version of Beamcast; ``tests/shared/test_version.py`` holds every other file to it."""

VERSION = "0.1.0"
