"""The bundles of the pages: made by web/bundle.mjs, served by a worker, and by another one after an
update."""

import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from tests.support.page_files import NODE, PageFiles, decode_brotli
from tests.support.processes import ROOT, Process, RedisServer
from web.routes.assets import Assets

PAGES = {"/view/camera": "main", "/board/a": "board", "/view/a,b": "wall", "/status": "status"}
MANIFEST = ROOT / "web" / "bundle" / "manifest.json"


class Served(NamedTuple):
    """A worker of its own files."""

    files: PageFiles
    process: Process
    url: str


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def served(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A worker with bundles."""
    files = PageFiles(tmp_path_factory.mktemp("bundled"))
    files.bundle()
    process, url = files.worker(redis.url)
    yield Served(files, process, url)
    process.stop()


def loaded(url: str) -> list[str]:
    """Return the addresses of the files that a page names."""
    return re.findall(r'(?:src|href)="(/(?:bundle|static)/[^"]+)"', requests.get(url).text)


def test_the_bundles_of_this_checkout_are_of_its_sources() -> None:
    assert MANIFEST.exists(), "no bundles were made here: run make setup"
    assert Assets().entries() == json.loads(MANIFEST.read_text())["entries"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_but_bundles_and_all_are_served(served: Served, path: str) -> None:
    addresses = loaded(served.url + path)

    assert any(PAGES[path] in address for address in addresses)
    for address in addresses:
        answer = requests.get(served.url + address)
        assert answer.status_code == 200, address
        assert address.startswith("/bundle/")
        assert "immutable" in answer.headers["Cache-Control"]
        assert "sourceMappingURL" not in answer.text


def test_the_compressed_files_are_the_same_as_the_others(served: Served) -> None:
    folder = served.files.web / "bundle"
    names = json.loads((folder / "manifest.json").read_text())["files"]

    assert len(names) > 10
    for name in names:
        assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == (folder / name).read_bytes()
        assert (folder / f"{name}.br").stat().st_size <= (folder / f"{name}.gz").stat().st_size


def test_brotli_files_are_the_same_as_the_others(served: Served) -> None:
    folder = served.files.web / "bundle"
    for name in json.loads((folder / "manifest.json").read_text())["files"]:
        assert decode_brotli(folder / f"{name}.br") == (folder / name).read_bytes()


def test_before_the_first_picture_a_viewer_loads_little(served: Served) -> None:
    html = requests.get(f"{served.url}/view/camera", stream=True).raw.read()
    files = [
        requests.get(served.url + path, stream=True).raw.read()
        for path in loaded(f"{served.url}/view/camera")
    ]

    assert len(files) == 5  # icon, theme, styles, socket, page
    assert len(html) + sum(map(len, files)) <= 130_000


def test_a_picture_does_not_wait_for_the_code_of_plots_and_of_tools(served: Served) -> None:
    folder = served.files.web / "bundle"
    (library,), (tools,), (socket,), (page,) = (
        list(folder.glob(f"{name}-*.js")) for name in ("uPlot.esm", "tools", "socket", "main")
    )

    text = page.read_text()
    lazy = {f"./{library.name}", f"./{tools.name}"}
    assert set(re.findall(r'import\("([^"]+)"', text)) == lazy
    assert re.findall(r'(?:from|import) *"(\./[^"]+)"', text) == [f"./{socket.name}"]


def test_the_land_of_maps_is_compressed(served: Served) -> None:
    path = "/lib/world-atlas/land-50m.json"

    answer = requests.get(served.url + path, stream=True)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "no-cache"
    original = (ROOT / "web" / "node_modules" / "world-atlas" / "land-50m.json").read_bytes()
    assert gzip.decompress(answer.raw.read()) == original


def test_a_library_that_is_no_module_sets_its_global_name(served: Served) -> None:
    (path,) = (served.files.web / "bundle").glob("topojson-client*.js")
    script = f"import('{path.as_uri()}').then(() => console.log(typeof topojson.feature))"

    done = subprocess.run([NODE, "-e", script], check=True, capture_output=True, text=True)

    assert done.stdout == "function\n"


def test_the_same_sources_give_the_same_names(served: Served, tmp_path: Path) -> None:
    again = PageFiles(tmp_path)
    again.bundle()

    manifests = [
        json.loads((files.web / "bundle" / "manifest.json").read_text())
        for files in (served.files, again)
    ]
    assert manifests[0] == manifests[1]


def test_a_changed_source_is_served_at_once_and_its_bundle_when_it_is_made(
    redis: RedisServer, tmp_path: Path
) -> None:
    files = PageFiles(tmp_path)
    files.bundle()
    process, url = files.worker(redis.url)
    try:
        old = loaded(f"{url}/view/camera")
        with (files.web / "static/js/main.js").open("a") as source:
            source.write("document.title;\n")
        process.stop()
        process, url = files.worker(redis.url)

        assert "/static/js/main.js" in loaded(f"{url}/view/camera")

        files.bundle()
        process.stop()
        process, url = files.worker(redis.url)
        new = loaded(f"{url}/view/camera")
        assert [kind(a) for a, b in zip(old, new, strict=True) if a != b] == ["main.js"]
        # Pages that are open still load what they need of the last bundle.
        assert all(requests.get(url + address).ok for address in (*old, *new))
    finally:
        process.stop()


def kind(address: str) -> str:
    """Return which entry a bundle is of: ``/bundle/main-ABCD1234.js`` → ``main.js``."""
    return re.sub(r"^/bundle/(.+)-\w{8}\.", r"\1.", address)
