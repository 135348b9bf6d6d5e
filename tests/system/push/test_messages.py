"""Messages pushed over HTTP and TCP, and what viewers of the board receive."""

import json
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.beamcast import Beamcast
from tests.support.processes import python
from tests.support.push import Push
from tests.support.viewer import Viewer
from tests.support.waiting import until

PASSWORD = "a-long-word-of-passage"


@pytest.fixture
def guarded(beamcast: Beamcast) -> Iterator[Push]:
    made = Push(beamcast.redis, "--push-passwords", f"another-word-of-passage,{PASSWORD}")
    beamcast.add(made.process)
    return made


def cards_of(viewer: Viewer, name: str) -> list[dict[str, Any]]:
    """Return the changes of a card that the viewer received, the oldest first."""
    changes = [card for frame in viewer.frames for card in frame.header["cards"]]
    return [card for card in changes if card["id"] == name]


def values_of(viewer: Viewer, name: str) -> list[Any]:
    return [row[1] for card in cards_of(viewer, name) for row in card["rows"]]


def test_pushed_values_reach_current_and_later_viewers(beamcast: Beamcast, push: Push) -> None:
    worker = beamcast.worker()
    push.post({"id": "beam", "value": 1}).raise_for_status()
    viewer = beamcast.viewer(worker)
    until(lambda: "error" not in viewer.watch("board"), "the board is known")

    for n in range(2, 5):
        push.post({"id": "beam", "value": n}).raise_for_status()
        until(lambda n=n: n in values_of(viewer, "beam"), "it comes")

    assert values_of(viewer, "beam")[-3:] == [2, 3, 4]

    def shown() -> list[Any]:
        cards = requests.get(f"{worker.url}/api/boards/board", timeout=10).json()["cards"]
        return [row[1] for card in cards for row in card["rows"]]

    until(lambda: shown() == [1, 2, 3, 4], "Redis keeps what the board shows")


def test_rows_are_numbered_so_that_a_viewer_detects_gaps(beamcast: Beamcast, push: Push) -> None:
    viewer = beamcast.viewer(beamcast.worker())
    push.post({"id": "a", "value": 0})
    until(lambda: "error" not in viewer.watch("board"), "the board is known")
    for n in range(1, 200):
        push.post({"id": "a", "value": n})
    until(lambda: 199 in values_of(viewer, "a"), "the last one comes")

    for card in cards_of(viewer, "a"):
        first = card["n"] - len(card["rows"])
        assert [row[1] for row in card["rows"]] == list(range(first, card["n"]))


def test_nothing_is_published_without_viewers(beamcast: Beamcast, push: Push) -> None:
    with beamcast.broker.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe("beamcast:board:frames")
        for n in range(20):
            push.post({"id": "a", "value": n})
        until(lambda: beamcast.status("board").get("received") == "20", "all are received")
        until(lambda: beamcast.broker.exists("beamcast:board:card:a"), "they are kept")

        assert subscription.get_message(timeout=0.5) is None
    assert beamcast.status("board")["published"] == "0"


def test_a_viewer_of_a_smaller_rendition_gets_only_the_status(
    beamcast: Beamcast, push: Push
) -> None:
    """The overview does this, as it shows only the status of a board."""
    viewer = beamcast.viewer(beamcast.worker())
    push.post({"id": "a", "value": 1, "name": "Beam current"})
    until(lambda: "error" not in viewer.watch("board", rendition="quarter"), "the board is known")
    with beamcast.broker.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe("beamcast:board:frames")
        until(lambda: beamcast.viewers("board") == 1, "it is counted")
        for n in range(20):
            push.post({"id": "b", "type": "text", "value": f"line {n}"})

        status = until(lambda: last_status(viewer, cards=2), "the status tells of both cards")

        assert status["titles"] == ["Beam current", "b"]
        assert status["changed"] == pytest.approx(status["t"], abs=30)
        assert subscription.get_message(timeout=0.5) is None
    assert viewer.frames == []


def last_status(viewer: Viewer, **expected: Any) -> dict[str, Any] | None:
    """Return the last status that a viewer received, if it has these fields."""
    last = viewer.status
    return last if last.items() >= expected.items() else None


def test_a_list_is_processed_message_by_message_and_each_error_reported(push: Push) -> None:
    answer = push.post({"id": "a", "value": 1}, {"id": "a", "valu": 1}, {"id": "a", "value": 2})

    assert answer.status_code == 400
    result = answer.json()
    assert (result["accepted"], result["refused"]) == (2, 1)
    assert result["problems"][0]["message"] == 1
    assert (
        "valu: Extra inputs are not permitted"
        in [problem["error"] for problem in result["problems"]]
        or "value: Field required" in result["error"]
    )


def test_lines_of_json_are_accepted_over_http(push: Push) -> None:
    lines = b'{"id": "a", "value": 1}\n\n{"id": "b", "value": 2}\n'

    answer = requests.post(
        push.url, data=lines, headers={"Content-Type": "application/x-ndjson"}, timeout=10
    )

    assert (answer.status_code, answer.json()) == (200, {"accepted": 2})


def test_curls_default_content_type_is_accepted(push: Push) -> None:
    answer = requests.post(
        push.url,
        data='{"id": "a", "value": 1}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=10,
    )

    assert answer.json() == {"accepted": 1}


def test_a_line_over_tcp_is_a_message_and_the_end_is_answered(push: Push) -> None:
    assert push.send(b'{"id": "a", "value": 1}\n[{"id": "b", "value": 2}]\n') == [
        {"accepted": 2, "refused": 0}
    ]
    first, last = push.send(b'{"id": "a"}\n{"id": "a", "value": 1}')
    assert first["error"] == "message 0: value: Field required"
    assert last == {"accepted": 1, "refused": 1}


@pytest.mark.parametrize("text", [b"{", b"[" * 5000, b'{"id": NaN}', b"\xff\xfe", b'"x"', b"7"])
def test_an_invalid_message_is_answered(push: Push, text: bytes) -> None:
    answer = requests.post(push.url, data=text, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["refused"] == 1
    last = push.send(text + b"\n")[-1]
    assert (last["accepted"], last["refused"]) == (0, 1)


def test_the_password_is_required_and_accepted_in_each_place(guarded: Push) -> None:
    message = {"id": "a", "value": 1}
    assert guarded.post(message).status_code == 401
    assert guarded.post({**message, "api_crypt": "x"}).status_code == 401
    assert guarded.post(message, headers={"Authorization": "Bearer no"}).status_code == 401
    assert guarded.post({**message, "api_crypt": PASSWORD}).status_code == 200
    bearer = {"Authorization": f"Bearer {PASSWORD}"}
    assert guarded.post(message, headers=bearer).status_code == 200
    (answer,) = guarded.send(json.dumps(message).encode() + b"\n")
    assert answer["error"] == "authentication required"
    right = json.dumps({**message, "api_crypt": PASSWORD}).encode() + b"\n"
    assert guarded.send(right) == [{"accepted": 1, "refused": 0}]
    assert PASSWORD not in guarded.process.output


def test_a_short_password_works_and_causes_one_warning_at_the_start(beamcast: Beamcast) -> None:
    short = Push(beamcast.redis, "--push-passwords", f"{PASSWORD},password-1")
    beamcast.add(short.process)

    assert short.post({"id": 1337, "value": 1, "api_crypt": "password-1"}).status_code == 200
    assert short.post({"id": 1337, "value": 1}).status_code == 401
    until(lambda: beamcast.broker.hexists("beamcast:board:cards", "1337"), "the card is kept")
    assert short.process.output.count("fewer than 16 characters") == 1
    assert "password-1" not in short.process.output


def test_the_password_is_not_published(beamcast: Beamcast, guarded: Push) -> None:
    guarded.post({"id": "a", "value": 1, "api_crypt": PASSWORD})
    until(lambda: beamcast.broker.exists("beamcast:board:cards"), "the card is kept")

    kept = beamcast.broker.hgetall("beamcast:board:cards")
    assert PASSWORD not in repr(kept) + repr(beamcast.status("board"))


def test_a_page_of_another_site_cannot_push(push: Push) -> None:
    answer = push.post({"id": "a", "value": 1}, headers={"Origin": "http://evil.example"})

    assert answer.status_code == 403
    assert "evil.example" in answer.json()["error"]


def test_a_message_that_is_too_large_is_rejected(beamcast: Beamcast) -> None:
    push = Push(beamcast.redis, "--push-max-bytes", "2048")
    beamcast.add(push.process)
    long = {"id": "a", "type": "text", "value": "x" * 3000}

    answer = push.post(long)
    assert answer.status_code == 413
    assert "BEAMCAST_PUSH_MAX_BYTES" in answer.json()["hint"]
    assert "too long" in push.send(json.dumps(long).encode() + b"\n")[0]["error"]
    assert push.post({"id": "a", "value": 1}).status_code == 200


def test_a_public_address_needs_a_password(beamcast: Beamcast) -> None:
    process = python("ingest.push", "--push-host", "0.0.0.0", "--redis", beamcast.ingest_url)

    assert process.wait() == 2
    assert "BEAMCAST_PUSH_PASSWORDS" in process.output


def test_the_process_ends_without_errors_while_programs_are_connected(
    beamcast: Beamcast, push: Push
) -> None:
    with socket.create_connection(("127.0.0.1", push.tcp_port), 10) as connection:
        connection.sendall(b'{"id": "a", "value": 1}\n')
        until(lambda: beamcast.status("board").get("received") == "1", "it is connected")

        push.process.stop()

        assert connection.recv(100) == b""
    assert "Traceback" not in push.process.output
    assert "ended" in push.process.output


def test_the_contents_of_a_board_survive_a_restart(beamcast: Beamcast, push: Push) -> None:
    for n in range(30):
        push.post({"id": "a", "value": n, "name": "A card"})
    push.post({"id": "w", "type": "pie", "value": {"p": 1}})
    push.process.send(signal.SIGTERM)
    assert push.process.wait() == 0
    worker = beamcast.worker()

    again = Push(beamcast.redis)
    beamcast.add(again.process)
    again.post({"id": "a", "value": 30})

    def shown() -> dict[str, Any]:
        cards = requests.get(f"{worker.url}/api/boards/board", timeout=10).json()["cards"]
        return {card["id"]: card for card in cards}

    until(lambda: shown()["a"]["n"] == 31, "the new point is kept")
    assert [row[1] for row in shown()["a"]["rows"]] == list(range(11, 31))
    assert shown()["a"]["name"] == "A card"
    assert shown()["w"]["rows"] == [["p", 1]]


def test_a_board_starts_despite_invalid_parts_of_its_history(
    beamcast: Beamcast,
) -> None:
    beamcast.broker.hset("beamcast:board:cards", "old", b'{"id": "old", "type": "hologram"}')
    beamcast.broker.set("beamcast:board:card:a", "x")

    push = Push(beamcast.redis)
    beamcast.add(push.process)
    push.post({"id": "a", "value": 1, "label": "x"}).raise_for_status()

    def rows() -> list[Any]:
        key = "beamcast:board:card:a"
        if beamcast.broker.type(key) != b"list":
            return []
        return [
            row for batch in beamcast.broker.lrange(key, 0, -1) for row in json.loads(batch)["rows"]
        ]

    until(lambda: rows() == [["x", 1]], "the new card is kept")
    assert beamcast.broker.hkeys("beamcast:board:cards") == [b"a"]
    errors = lambda: json.loads(beamcast.status("board").get("errors", "{}"))  # noqa: E731
    until(lambda: errors() == {"history": 1}, "it is counted")
    assert push.process.output.count("card 'old' cannot be read") == 1
    assert "Traceback" not in push.process.output


def test_the_history_of_an_idle_board_does_not_expire_while_it_runs(
    beamcast: Beamcast, push: Push
) -> None:
    push.post({"id": "w", "type": "pie", "value": {"p": 1}})
    keys = "beamcast:board:cards", "beamcast:board:card:w"
    until(lambda: beamcast.broker.exists(*keys) == 2, "it is kept")
    for key in keys:
        beamcast.broker.expire(key, 60)

    until(lambda: all(beamcast.broker.ttl(key) > 3600 for key in keys), "it is kept on")
    beamcast.broker.delete(*keys)
    until(lambda: beamcast.broker.exists(*keys) == 2, "what was forgotten is there again")


def test_the_history_of_a_board_is_written_again_after_redis_lost_it(
    beamcast: Beamcast, push: Push
) -> None:
    push.post({"id": "a", "value": 1}, {"id": "b", "value": 2})
    until(lambda: beamcast.broker.hlen("beamcast:board:cards") == 2, "the cards are kept")

    beamcast.redis.kill()
    push.post({"id": "a", "value": 3})
    beamcast.redis.start()

    until(lambda: beamcast.broker.hlen("beamcast:board:cards") == 2, "the cards are kept", 30)
    (batch,) = beamcast.broker.lrange("beamcast:board:card:a", 0, -1)
    assert [row[1] for row in json.loads(batch)["rows"]] == [1, 3]
