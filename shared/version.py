"""The version of Beamcast; ``tests/shared/test_version.py`` checks that all other files have it."""

VERSION = "0.2.0"
