"""Which files a page loads, and how they are served."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.manual_clock import ManualClock
from web.routes.assets import CHECK_S, SCRIPTS, WEB, Assets, assets
from web.routes.responses import page_response

SCRIPT = b"export const answer = 42;\n" * 100
GZIPPED = gzip.compress(SCRIPT, mtime=0)
BUNDLED = "main-ABCD1234.js"
SOURCES = {
    "static/js/main.js": SCRIPT,
    "static/css/pages/main.css": b"p { margin: 0 }\n",
    "static/favicon.svg": b"<svg/>",
    "bundle.mjs": b"",
    "package-lock.json": b"{}",
}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A worker's folder, with a bundle of the page ``main``."""
    for name, content in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    write_bundle(tmp_path, BUNDLED)
    return tmp_path


def write_bundle(web: Path, name: str) -> None:
    """Write a bundle of the present sources, as ``bundle.mjs`` does."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES):
        content = (web / source).read_bytes()
        digest.update(f"{source} {len(content)}\n".encode() + content)
    folder = web / "bundle"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(SCRIPT)
    (folder / f"{name}.gz").write_bytes(GZIPPED)
    (folder / f"{name}.br").write_bytes(b"as brotli")
    manifest = {"sources": digest.hexdigest(), "entries": {"main.js": name}, "files": [name]}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def visitor(web: Path) -> FlaskClient:
    app = Flask("web")
    app.register_blueprint(assets(web))
    return app.test_client()


def test_a_page_loads_its_bundle(web: Path) -> None:
    assert f'src="/bundle/{BUNDLED}"' in Assets(web).tags("main")


def test_without_bundles_a_page_loads_its_modules(web: Path) -> None:
    (web / "bundle" / "manifest.json").unlink()

    tags = Assets(web).tags("main")

    assert 'src="/static/js/main.js"' in tags
    assert 'href="/static/css/pages/main.css"' in tags
    assert "/bundle/" not in tags


@pytest.mark.parametrize("page", SCRIPTS)
def test_every_page_has_its_files_and_loads_the_theme_first(page: str) -> None:
    tags = Assets().tags(page).split("\n  ")

    assert "theme-first" in tags[1]
    for script in SCRIPTS[page]:
        assert (WEB / "static" / "js" / script).exists()
    assert (WEB / "static" / "css" / "pages" / f"{page}.css").exists()


@pytest.mark.parametrize("change", ["changed", "added", "deleted"])
def test_a_bundle_that_is_older_than_a_source_is_not_loaded(
    web: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock()
    files = Assets(web, clock)
    assert files.entries()

    if change == "changed":
        (web / "static/js/main.js").write_bytes(SCRIPT + b"// more")
    elif change == "added":
        (web / "static/js/more.js").write_bytes(SCRIPT)
    else:
        (web / "static/css/pages/main.css").unlink()
    clock.now += CHECK_S

    assert not files.entries()
    assert len(caplog.records) == 1
    clock.now += CHECK_S
    assert not files.entries()
    assert len(caplog.records) == 1


def test_a_page_loads_the_bundle_that_was_made_last(web: Path) -> None:
    clock = ManualClock()
    files = Assets(web, clock)
    assert files.entries() == {"main.js": BUNDLED}

    (web / "static/js/main.js").write_bytes(SCRIPT + b"// more")
    write_bundle(web, "main-EFGH5678.js")
    clock.now += CHECK_S

    assert files.entries() == {"main.js": "main-EFGH5678.js"}


def test_a_bundle_is_kept_by_browsers_for_a_year(visitor: FlaskClient) -> None:
    answer = visitor.get(f"/bundle/{BUNDLED}")

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == SCRIPT
    assert answer.content_type == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("gzip, deflate", "gzip", GZIPPED),
        ("gzip, deflate, br, zstd", "br", b"as brotli"),
        ("br;q=0, gzip", "gzip", GZIPPED),
        ("deflate", None, SCRIPT),
        ("gzip;q=0", None, SCRIPT),
        (None, None, SCRIPT),
    ],
)
def test_a_bundle_is_compressed_as_the_browser_accepts_it(
    visitor: FlaskClient, accepted: str | None, coding: str | None, content: bytes
) -> None:
    headers = {"Accept-Encoding": accepted} if accepted else {}

    answer = visitor.get(f"/bundle/{BUNDLED}", headers=headers)

    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.data[10:] == content[10:]  # the gzip header has a time
    assert int(answer.headers["Content-Length"]) == len(content)


def test_each_coding_has_its_own_etag(visitor: FlaskClient) -> None:
    etags = [
        visitor.get(f"/bundle/{BUNDLED}", headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", "gzip", "br")
    ]

    assert len(set(etags)) == 3
    for coding, etag in zip(("identity", "gzip", "br"), etags, strict=True):
        headers = {"Accept-Encoding": coding, "If-None-Match": etag}
        assert visitor.get(f"/bundle/{BUNDLED}", headers=headers).status_code == 304


@pytest.mark.parametrize(
    "name",
    ["manifest.json", f"{BUNDLED}.gz", f"{BUNDLED}.map", "more-00000000.js", "..%2fbundle.mjs"],
)
def test_nothing_else_is_served_from_the_folder_of_bundles(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/bundle/{name}").status_code == 404


def test_a_page_of_another_version_gets_the_present_bundle(visitor: FlaskClient) -> None:
    answer = visitor.get("/bundle/main-00000000.js")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/bundle/{BUNDLED}")


def page(text: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a page with this text."""
    app = Flask("web")
    app.add_url_rule("/", view_func=lambda: page_response(text))
    response = app.test_client().get("/", headers=headers)
    return response.status_code, dict(response.headers), response.data


def test_a_page_is_compressed_and_asked_for_again_each_time() -> None:
    status, headers, body = page("a page", {"Accept-Encoding": "gzip, deflate"})

    assert (status, gzip.decompress(body)) == (200, b"a page")
    assert headers["Cache-Control"] == "private, no-cache"
    assert (headers["Vary"], headers["Content-Encoding"]) == ("Accept-Encoding", "gzip")


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    for accepted in ("gzip", "identity"):
        asked = {"Accept-Encoding": accepted}
        _, headers, _ = page("a page", asked)
        known = {**asked, "If-None-Match": headers["ETag"]}

        assert page("a page", known)[::2] == (304, b"")
        assert page("another page", known)[0] == 200


def test_the_codings_of_a_page_have_different_etags() -> None:
    etags = [page("a", {"Accept-Encoding": name})[1]["ETag"] for name in ("gzip", "identity")]

    assert etags[0] != etags[1]
