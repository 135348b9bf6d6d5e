"""The scripts and styles of the pages: bundles, which ``web/bundle.mjs`` makes at set-up and which
browsers keep, or, where there are none of the present sources, the modules themselves."""

import hashlib
import json
import logging
import mimetypes
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, send_from_directory
from markupsafe import Markup

log = logging.getLogger(__name__)

WEB = Path(__file__).parents[1]
SERVED_FILES = {
    "chart.js": ("dist", {"chart.umd.min.js"}),
    "socket.io-client": ("dist", {"socket.io.esm.min.js"}),
    "topojson-client": ("dist", {"topojson-client.min.js"}),
    "uplot": ("dist", {"uPlot.esm.js", "uPlot.min.css"}),
    "world-atlas": ("", {"land-50m.json"}),
}
"""package → its folder, and the files in it that pages load"""
SCRIPTS = {
    "main": ("stream/socket.js", "main.js"),
    "board": ("stream/socket.js", "board.js"),
    "wall": ("stream/socket.js", "wall.js"),
    "overview": ("stream/socket.js", "overview.js"),
    "status": ("status.js",),
    "message": (),
}
"""page → its modules in ``static/js``; its styles are in ``static/css/pages``. The module of the
socket is loaded first: it opens the connection while the rest is on its way."""
ICON = Markup('<link rel="icon" href="{}" type="image/svg+xml">')
CLASSIC = Markup('<script src="{}"></script>')
STYLES = Markup('<link rel="stylesheet" href="{}">')
EARLY = Markup('<script type="module" async fetchpriority="high" src="{}"></script>')
MODULE = Markup('<script type="module" src="{}"></script>')
BUNDLE_NAME = re.compile(r"([\w.-]+)-[A-Za-z0-9]{8}(\.(?:js|css|svg))")
CODINGS = {"br": ".br", "gzip": ".gz"}
"""content coding, the smaller one first → the end of the name of such a file"""
YEAR_S = 365 * 24 * 3600
CHECK_S = 1.0
"""the least time between two checks whether a source has changed, of 2 ms each"""
OUTDATED = (
    "pages load their modules one by one: the bundles are older than the sources; make setup "
    "makes them again"
)


class Assets:
    """Chooses the files that a page loads; ``web`` is the folder of sources and bundles."""

    def __init__(self, web: Path = WEB, clock: Callable[[], float] = time.monotonic) -> None:
        self._web, self._clock = web, clock
        self._manifest = web / "bundle" / "manifest.json"
        self._checked_at: float | None = None
        self._version: tuple[tuple[str, int, int], ...] = ()
        self._entries: dict[str, str] = {}

    def tags(self, page: str) -> Markup:
        """Return the elements of ``<head>`` that load a page's icon, styles and scripts."""
        entries = self.entries()

        def url(folder: str, path: str) -> str:
            bundled = entries.get(path.rpartition("/")[2])
            return f"/bundle/{bundled}" if bundled else f"/static/{folder}{path}"

        *early, script = SCRIPTS[page] or ("",)
        tags = [
            ICON.format(url("", "favicon.svg")),
            CLASSIC.format(url("js/", "page/theme-first.js")),
            STYLES.format(url("css/pages/", f"{page}.css")),
            *(EARLY.format(url("js/", path)) for path in early),
            *((MODULE.format(url("js/", script)),) if script else ()),
        ]
        return Markup("\n  ").join(tags)

    def entries(self) -> dict[str, str]:
        """Return the name of the bundle of each entry file; empty without bundles of the present
        sources."""
        now = self._clock()
        if self._checked_at is None or now - self._checked_at >= CHECK_S:
            self._checked_at = now
            sources = self._find_sources()
            version = tuple(map(state_of, (*sources, str(self._manifest))))
            if version != self._version:
                self._version, self._entries = version, self._read_entries(sources)
        return self._entries

    def _read_entries(self, sources: list[str]) -> dict[str, str]:
        try:
            manifest = json.loads(self._manifest.read_bytes())
        except OSError:
            return {}
        if manifest["sources"] != self._digest(sources):
            log.warning(OUTDATED)
            return {}
        entries: dict[str, str] = manifest["entries"]
        return entries

    def _find_sources(self) -> list[str]:
        """Return the paths of all files that the bundles are made from."""
        found = [
            os.path.join(folder, name)
            for kind in ("js", "css")
            for folder, _, names in os.walk(self._web / "static" / kind)
            for name in names
        ]
        more = ("static/favicon.svg", "bundle.mjs", "package-lock.json")
        return sorted([*found, *(str(self._web / name) for name in more)])

    def _digest(self, sources: list[str]) -> str:
        """Return the digest of the sources, as ``bundle.mjs`` computes it."""
        digest = hashlib.sha256()
        for path in sources:
            content = Path(path).read_bytes()
            name = Path(path).relative_to(self._web).as_posix()
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()


def state_of(path: str) -> tuple[str, int, int]:
    """Return what changes when a file is written: its time and size; 0 if it does not exist."""
    try:
        found = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, found.st_mtime_ns, found.st_size


def assets(web: Path = WEB) -> Blueprint:
    """Return the blueprint that serves the files, and gives ``asset_tags`` to the templates."""
    routes = Blueprint("assets", __name__)
    bundles, libraries = web / "bundle", web / "node_modules"
    chosen = Assets(web)
    routes.add_app_template_global(chosen.tags, "asset_tags")

    @routes.get("/bundle/<name>")
    def bundle(name: str) -> Any:
        parts = BUNDLE_NAME.fullmatch(name)
        if not parts:
            abort(404)
        if not (bundles / name).exists():
            # The page came from a worker of another version, which an update has replaced.
            present = chosen.entries().get("".join(parts.groups()))
            return redirect(f"/bundle/{present}") if present else abort(404)
        response = send_compressed(bundles, name, bundles)
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        return response

    @routes.get("/lib/<package>/<file>")
    def library(package: str, file: str) -> Response:
        folder, files = SERVED_FILES.get(package, ("", set()))
        if file not in files:
            abort(404)
        return send_compressed(libraries / package / folder, file, bundles)

    return routes


def send_compressed(folder: Path, name: str, compressed: Path) -> Response:
    """Return a file, or the smallest copy of it in the folder ``compressed`` that the client
    accepts."""
    for coding, suffix in CODINGS.items():
        if request.accept_encodings.quality(coding) and (compressed / (name + suffix)).exists():
            # Its path and size are part of the ETag, so each coding has its own.
            mimetype = mimetypes.guess_type(name)[0]
            response = send_from_directory(compressed, name + suffix, mimetype=mimetype)
            response.headers["Content-Encoding"] = coding
            break
    else:
        response = send_from_directory(folder, name)
    response.vary.add("Accept-Encoding")
    return response
