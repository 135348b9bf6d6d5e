"""Options and path of Chromium."""

import shutil

OPTIONS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """Return the path of Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "no chromium on PATH: apt-get install chromium"
    return program
