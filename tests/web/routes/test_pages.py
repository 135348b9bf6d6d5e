"""Which page an address opens: one stream, an overview, a wall, or a board."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.broker import connect
from shared.broker_clock import BrokerClock
from shared.redis_keys import RedisKeys
from tests.support.processes import RedisServer, free_port
from web.broker_health import BrokerHealth
from web.routes.assets import SERVED_FILES
from web.routes.boards import boards
from web.routes.pages import MAX_WALL_STREAMS, install_page_hooks, pages

names = RedisKeys()


def client(redis_url: str) -> FlaskClient:
    """Return a client of the pages of a worker."""
    app, broker = Flask("web"), connect(redis_url)
    app.register_blueprint(pages(broker, BrokerHealth(broker, BrokerClock(), "test"), "camera"))
    app.register_blueprint(boards(broker))
    install_page_hooks(app)
    return app.test_client()


@pytest.fixture
def visitor(redis_server: RedisServer) -> Iterator[FlaskClient]:
    with client(redis_server.url_of("web")) as visitor:
        yield visitor


def live(redis: RedisServer, *streams: str) -> None:
    """Write to Redis what the ingests of these streams would write."""
    known(redis, *streams)
    for stream in streams:
        redis.broker.hset(names.status(stream), "state", "live")


def known(redis: RedisServer, *streams: str) -> None:
    redis.broker.zadd(names.streams, dict.fromkeys(streams, 1))


def board(redis: RedisServer, name: str) -> None:
    """Write what the ingest of a board without cards would write."""
    live(redis, name)
    redis.broker.hset(names.status(name), "kind", "board")


def cards(redis: RedisServer, name: str) -> None:
    """Write what remains of a board that had a card."""
    known(redis, name)
    redis.broker.hset(names.cards(name), "a", "{}")


def is_viewer(page: str, stream: str) -> bool:
    return f'data-stream="{stream}"' in page


def is_wall(page: str, *streams: str) -> bool:
    return f'data-streams="{",".join(streams)}"' in page and 'data-page="wall"' in page


def is_overview(page: str) -> bool:
    return 'data-page="overview"' in page


def test_with_no_stream_the_start_page_is_the_viewer_of_the_default_one(
    visitor: FlaskClient,
) -> None:
    assert is_viewer(visitor.get("/").text, "camera")


def test_with_one_live_stream_the_start_page_is_the_viewer(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    live(redis_server, "camera")
    known(redis_server, "of-last-week")

    assert is_viewer(visitor.get("/").text, "camera")


def test_with_several_live_streams_the_start_page_is_the_overview(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    live(redis_server, "camera", "other")

    assert is_overview(visitor.get("/").text)


def test_with_another_stream_live_than_the_default_one_the_start_page_is_the_overview(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    live(redis_server, "board")

    assert is_overview(visitor.get("/").text)


def test_with_only_other_streams_known_the_start_page_is_the_overview(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    known(redis_server, "board")

    assert is_overview(visitor.get("/").text)


def test_without_redis_the_start_page_is_the_viewer() -> None:
    without_redis = client(f"redis://127.0.0.1:{free_port()}/0")

    assert is_viewer(without_redis.get("/").text, "camera")


def test_invalid_stream_names_in_redis_make_no_overview(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    live(redis_server, "camera", "<script>", "a b")

    assert is_viewer(visitor.get("/").text, "camera")


def test_one_name_is_always_the_viewer(visitor: FlaskClient, redis_server: RedisServer) -> None:
    live(redis_server, "camera", "other")

    assert is_viewer(visitor.get("/view/other").text, "other")


def test_several_names_are_a_wall_in_their_order(visitor: FlaskClient) -> None:
    assert is_wall(visitor.get("/view/b,a,c.2").text, "b", "a", "c.2")


def test_a_repeated_name_is_shown_once(visitor: FlaskClient) -> None:
    assert is_wall(visitor.get("/view/b,a,b").text, "b", "a")
    assert is_viewer(visitor.get("/view/a,a").text, "a")


def test_a_wall_has_room_for_sixteen(visitor: FlaskClient) -> None:
    streams = [f"cam{number}" for number in range(MAX_WALL_STREAMS)]

    assert is_wall(visitor.get(f"/view/{','.join(streams)}").text, *streams)


@pytest.mark.parametrize(
    "streams",
    [
        "a,",
        ",a",
        "a,,b",
        "a,b c",
        "a,<script>",
        'a,b"',
        "a," + "x" * 65,
        "a,b;c",
        ",".join(f"cam{number}" for number in range(MAX_WALL_STREAMS + 1)),
    ],
)
def test_invalid_names_and_too_many_get_an_error_page_with_a_link_back(
    visitor: FlaskClient, streams: str
) -> None:
    answer = visitor.get(f"/view/{streams}")

    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_a_board_has_its_own_page_and_its_viewer_address_redirects_there(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    board(redis_server, "new")
    cards(redis_server, "ended")

    for name in ("new", "ended"):
        assert visitor.get(f"/view/{name}").location == f"/board/{name}"
        assert 'data-page="board"' in visitor.get(f"/board/{name}").text


def test_a_camera_with_the_name_of_an_ended_board_has_a_viewer_page(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    cards(redis_server, "demo")
    live(redis_server, "demo")

    assert is_viewer(visitor.get("/view/demo").text, "demo")
    assert visitor.get("/board/demo").location == "/view/demo"


def test_an_unknown_board_has_a_page_that_waits_for_it(
    visitor: FlaskClient, redis_server: RedisServer
) -> None:
    known(redis_server, "of-last-week")

    for name in ("of-last-week", "never"):
        assert 'data-page="board"' in visitor.get(f"/board/{name}").text
        assert is_viewer(visitor.get(f"/view/{name}").text, name)


def test_without_redis_an_address_opens_the_page_that_it_names() -> None:
    without_redis = client(f"redis://127.0.0.1:{free_port()}/0")

    assert 'data-page="board"' in without_redis.get("/board/demo").text
    assert is_viewer(without_redis.get("/view/demo").text, "demo")


def test_only_the_library_files_that_pages_load_are_served(visitor: FlaskClient) -> None:
    for package, (_, files) in SERVED_FILES.items():
        for file in files:
            assert visitor.get(f"/lib/{package}/{file}").status_code == 200, file
        assert visitor.get(f"/lib/{package}/package.json").status_code == 404
    assert visitor.get("/lib/world-atlas/land-50m.json").mimetype == "application/json"
