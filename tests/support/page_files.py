"""A copy of the web worker's own files, to be changed and bundled by a test."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT, Process, free_port
from tests.support.waiting import until

UNUSED = shutil.ignore_patterns("node_modules", "bundle", "__pycache__")
NODE = Path(sys.executable).with_name("node")
DECODE = "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(process.argv[1])))"


def decode_brotli(path: Path) -> bytes:
    """Return the content of a file that brotli compressed."""
    return subprocess.run([NODE, "-e", DECODE, path], check=True, capture_output=True).stdout


class PageFiles:
    """The folders ``web`` and ``shared`` in a folder of their own; without bundles at first."""

    def __init__(self, place: Path) -> None:
        self.root, self.web = place, place / "web"
        for name in ("web", "shared"):
            shutil.copytree(ROOT / name, place / name, ignore=UNUSED)
        (self.web / "node_modules").symlink_to(ROOT / "web" / "node_modules")

    def bundle(self) -> None:
        """Make the bundles."""
        subprocess.run([NODE, self.web / "bundle.mjs"], check=True, timeout=60)

    def worker(self, redis_url: str, port: int = 0) -> tuple[Process, str]:
        """Start a worker of these files; return it and its address."""
        port = port or free_port()
        command = sys.executable, "-m", "web", "-P", str(port), "--redis", redis_url
        process = Process("env", "-C", str(self.root), *command)
        until(lambda: "serving on" in process.output or process.returncode is not None, "it serves")
        assert process.returncode is None, process.output
        return process, f"http://127.0.0.1:{port}"
