"""Hostile bsread messages are counted and reported, and do not affect other messages."""

import json
import random
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import lz4.block
import numpy as np
import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.messages import (
    GOOD_IMAGE,
    Wired,
    channel,
    data_header,
    good,
    main_header,
    message,
)
from tests.support.processes import Process
from tests.support.step_by_step import StepByStep
from tests.support.waiting import until

ENTRY = {"name": "a", "type": "float64", "shape": [1]}
DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000


@pytest.fixture(scope="module")
def stepped() -> Iterator[StepByStep]:
    scene = StepByStep("--log-level", "debug")
    yield scene
    scene.stop()


def faults_after(stepped: StepByStep, kind: str, parts: list[bytes], words: str) -> None:
    """Send the parts; wait until the fault is counted once under its kind, and reported."""
    before = len(stepped.ingest.output)
    stepped.source.send(*parts)
    until(lambda: f"({kind} so far: " in stepped.ingest.output[before:], f"a {kind}", 5)
    output = stepped.ingest.output[before:]
    assert output.count(" so far: ") == 1, output
    assert words in output
    assert len(output) < 1000


def check_that_a_good_message_still_shows(stepped: StepByStep) -> None:
    header = stepped.show_good().header
    assert header["image"]["channel"] == "image"
    assert header["values"]["energy"] == 5.25
    assert header["values"]["name"] == "spot"


def rest(pulse_id: int) -> list[bytes]:
    return good(pulse_id)[1:]


HEADERS: dict[str, tuple[Callable[[int], list[bytes]], str, str]] = {
    "main header cut off": (lambda n: [good(n)[0][:-5], *rest(n)], "bad_main_header", "not JSON"),
    "main header of random bytes": (
        lambda n: [random.Random(1).randbytes(100), *rest(n)],
        "bad_main_header",
        "not JSON",
    ),
    "main header empty": (lambda n: [b"", *rest(n)], "bad_main_header", "not JSON"),
    "main header a list": (lambda n: [b"[1]", *rest(n)], "bad_main_header", "[1]"),
    "main header deep": (lambda n: [DEEP, *rest(n)], "bad_main_header", "not JSON"),
    "main header not UTF-8": (
        lambda n: [b'{"pulse_id": 1, "a": "\xff"}', *rest(n)],
        "bad_main_header",
        "not JSON",
    ),
    "another htype": (
        lambda n: [main_header(n, htype="array-1.0"), *rest(n)],
        "bad_main_header",
        "'array-1.0'",
    ),
    "data header compression unknown": (
        lambda n: [main_header(n, hash=n, dh_compression="zip"), *rest(n)],
        "bad_data_header",
        "'zip'",
    ),
    "no pulse id": (
        lambda n: [json.dumps({"htype": "bsr_m-1.1"}).encode(), *rest(n)],
        "bad_pulse_id",
        "None",
    ),
    "pulse id a word": (lambda n: [main_header("word"), *rest(n)], "bad_pulse_id", "'word'"),
    "pulse id a fraction": (lambda n: [main_header(7.5), *rest(n)], "bad_pulse_id", "7.5"),
    "pulse id true": (lambda n: [main_header(True), *rest(n)], "bad_pulse_id", "True"),
    "pulse id too large": (lambda n: [main_header(2**63), *rest(n)], "bad_pulse_id", str(2**63)),
    "pulse id huge": (lambda n: [main_header(10**400), *rest(n)], "bad_pulse_id", "10000"),
    "one part": (lambda n: [main_header(n)], "bad_data_header", "has no data header"),
    "one empty part": (lambda n: [b""], "bad_main_header", "not JSON"),
    "data header corrupt": (
        lambda n: [good(n)[0], good(n)[1][:-3], *good(n)[2:]],
        "bad_data_header",
        "not JSON",
    ),
    "data header empty": (
        lambda n: [main_header(n, hash=n), b""],
        "bad_data_header",
        "none had its hash before",
    ),
    "data header deep": (lambda n: [main_header(n, hash=n), DEEP], "bad_data_header", "not JSON"),
    "data header without channels": (
        lambda n: [main_header(n, hash=n), b"{}"],
        "bad_data_header",
        "channels is 'missing'",
    ),
    "channels an object": (
        lambda n: [main_header(n, hash=n), b'{"channels": {"a": 1}}'],
        "bad_data_header",
        "channels is a dict of 1",
    ),
    "10 001 channels": (
        lambda n: [main_header(n), data_header(*[ENTRY] * 10_001), *[b""] * 20_000],
        "bad_data_header",
        "10001 channels; the first 10000",
    ),
    "a channel that is null": (
        lambda n: [main_header(n), data_header(None), b"x", b""],
        "bad_channel",
        "entry 0 of the data header has no name: None",
    ),
    "a channel without name": (
        lambda n: [main_header(n), data_header({"type": "int8"}), b"x", b""],
        "bad_channel",
        "entry 0 of the data header has no name: None",
    ),
    "a name that is a list": (
        lambda n: [main_header(n), data_header(ENTRY | {"name": [1]}), b"x", b""],
        "bad_channel",
        "has no name: [1]",
    ),
    "a huge name": (
        lambda n: [main_header(n), data_header(ENTRY | {"name": "n" * 100_000}), b"x", b""],
        "bad_channel",
        "its name has 100000 characters; allowed are 1024",
    ),
    "data header not lz4": (
        lambda n: [main_header(n, hash=n, dh_compression="lz4"), b"\x10\0\0\0no lz4 at all"],
        "bad_data_header",
        "data header",
    ),
    "data header a bomb": (
        lambda n: [
            main_header(n, hash=n, dh_compression="lz4"),
            struct.pack("<I", 2**31) + lz4.block.compress(bytes(2**24), store_size=False),
        ],
        "bad_data_header",
        "data header",
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_message_with_a_bad_header_is_counted_and_named(stepped: StepByStep, case: str) -> None:
    make, kind, words = HEADERS[case]

    faults_after(stepped, kind, make(stepped.next()), words)

    check_that_a_good_message_still_shows(stepped)


def a(entry: dict[str, Any], data: bytes = bytes(8)) -> Wired:
    """Return a channel called a."""
    return Wired(ENTRY | entry, data)


def bitshuffled(size: int, block: int, rest: bytes) -> bytes:
    return struct.pack(">qi", size, block) + rest


ONES = np.ones(1000, np.uint16)
LZ4 = channel("a", ONES, compression="lz4")
SHUFFLED = channel("a", ONES, compression="bitshuffle_lz4")
BOMB = lz4.block.compress(bytes(2**26), store_size=False)

CHANNELS: dict[str, tuple[Wired, str]] = {
    "unknown type": (a({"type": "complex128"}), "type is 'complex128'"),
    "type a list": (a({"type": ["int8"]}), "type is a list of 1"),
    "unknown compression": (a({"compression": "gzip"}), "compression is 'gzip'"),
    "shape a text": (a({"shape": "1"}), "shape is '1'"),
    "shape of fractions": (a({"shape": [1.5]}), "shape is [1.5]"),
    "shape negative": (a({"shape": [-1, -1]}), "shape is [-1, -1]"),
    "shape of 32 dimensions": (a({"shape": [1] * 32}), "at most 31"),
    "shape of 100 gigapixels": (a({"shape": [10**6, 10**5], "type": "uint8"}), "larger than"),
    "shape beyond all integers": (a({"shape": [2**63, 2**63]}), "larger than"),
    "too short": (a({}, bytes(7)), "received 7 bytes"),
    "too long": (a({}, bytes(9)), "received 9 bytes"),
    "array too short": (a({"shape": [100]}, bytes(799)), "received 799 bytes"),
    "lz4 cut off": (Wired(LZ4.entry, LZ4.data[:-4]), "'a'"),
    "lz4 of three bytes": (Wired(LZ4.entry, LZ4.data[:3]), "too few for lz4"),
    "lz4 of random bytes": (Wired(LZ4.entry, random.Random(2).randbytes(300)), "declares"),
    "lz4 that declares another size": (
        Wired(LZ4.entry, struct.pack("<I", 2**31) + BOMB),
        "2000 were expected",
    ),
    "lz4 that holds more than it declares": (
        Wired(LZ4.entry, struct.pack("<I", 2000) + BOMB),
        "corrupt",
    ),
    "bitshuffle cut off": (Wired(SHUFFLED.entry, SHUFFLED.data[:-4]), "bitshuffle_lz4"),
    "bitshuffle of five bytes": (Wired(SHUFFLED.entry, SHUFFLED.data[:5]), "too few"),
    "bitshuffle of random bytes": (
        Wired(SHUFFLED.entry, bitshuffled(2000, 8192, random.Random(3).randbytes(300))),
        "bitshuffle_lz4",
    ),
    "bitshuffle that declares another size": (
        Wired(SHUFFLED.entry, bitshuffled(2**40, 8192, SHUFFLED.data[12:])),
        "2000 were expected",
    ),
    "bitshuffle that declares less than nothing": (
        Wired(SHUFFLED.entry, bitshuffled(-2000, 8192, SHUFFLED.data[12:])),
        "2000 were expected",
    ),
    "bitshuffle in blocks of nothing": (
        Wired(SHUFFLED.entry, bitshuffled(2000, 0, SHUFFLED.data[12:])),
        "block of 0",
    ),
    "bitshuffle in blocks of three bytes": (
        Wired(SHUFFLED.entry, bitshuffled(2000, 3, SHUFFLED.data[12:])),
        "block of 3",
    ),
    "a text that is not UTF-8": (a({"type": "string"}, b"\xff\xfe"), "not UTF-8"),
    "a text of a megabyte": (a({"type": "string"}, b"x" * 2**20), "1048576 bytes"),
    "a text that is a bomb": (
        a({"type": "string", "compression": "lz4"}, struct.pack("<I", 2**26) + BOMB),
        "corrupt",
    ),
}


@pytest.mark.parametrize("case", CHANNELS)
def test_a_faulty_channel_has_no_value_and_the_others_survive(
    stepped: StepByStep, case: str
) -> None:
    faulty, words = CHANNELS[case]
    pulse_id = stepped.next()
    fine = channel("image", GOOD_IMAGE), channel("energy", np.float64(5.25))

    faults_after(stepped, "bad_channel", message(pulse_id, fine[0], faulty, fine[1]), words)

    header = until(lambda: stepped.frame(pulse_id), "the message is shown").header
    assert header["values"] == {"a": None, "energy": 5.25}
    assert header["image"]["channel"] == "image"
    check_that_a_good_message_still_shows(stepped)


@pytest.mark.parametrize("data", [bytes(3), random.Random(4).randbytes(97)])
def test_a_faulty_picture_leaves_the_values(stepped: StepByStep, data: bytes) -> None:
    pulse_id = stepped.next()
    faulty = Wired(channel("image", GOOD_IMAGE).entry, data)

    faults_after(
        stepped, "bad_channel", message(pulse_id, faulty, channel("n", np.int8(3))), "'image'"
    )

    header = until(lambda: stepped.frame(pulse_id), "the message is shown").header
    assert (header["image"], header["values"]) == (None, {"n": 3})
    check_that_a_good_message_still_shows(stepped)


@pytest.mark.parametrize(
    ("cut", "values"),
    [
        (lambda parts: parts[:-2], {"n": 3, "m": None}),
        (lambda parts: parts[:2], {"n": None, "m": None}),
        (lambda parts: parts[:-1], {"n": 3, "m": 4}),
        (lambda parts: [*parts, b"more"], {"n": 3, "m": 4}),
        (lambda parts: [*parts, *[b"x"] * 500], {"n": 3, "m": 4}),
    ],
    ids=["one value too few", "no value at all", "no last timestamp", "one too many", "500 more"],
)
def test_a_message_of_too_few_or_too_many_parts_is_counted(
    stepped: StepByStep, cut: Callable[[list[bytes]], list[bytes]], values: dict[str, Any]
) -> None:
    pulse_id = stepped.next()
    parts = cut(message(pulse_id, channel("n", np.int8(3)), channel("m", np.int8(4))))

    if len(parts) == 5:  # all values are there: nothing worth a word
        stepped.source.send(*parts)
    else:
        faults_after(stepped, "bad_parts", parts, "2 channels")

    header = until(lambda: stepped.frame(pulse_id), "the message is shown").header
    assert header["values"] == values
    check_that_a_good_message_still_shows(stepped)


def test_a_corrupt_data_header_does_not_poison_later_ones_of_the_same_hash(
    stepped: StepByStep,
) -> None:
    first, second = stepped.next(), stepped.next()
    shape = {"shape": [2], "type": "int8"}
    as_two = Wired(ENTRY | shape, b"\1\2")
    stepped.show_parts(first, message(first, as_two))

    faults_after(
        stepped,
        "bad_data_header",
        [main_header(0, hash="?"), b"{corrupt", b"\1\2", b""],
        "not JSON",
    )
    header = stepped.show_parts(second, message(second, Wired(ENTRY, struct.pack("<d", 7)))).header

    assert header["values"] == {"a": 7}


def test_an_ingest_whose_thread_fails_ends_with_an_error(beamcast: Beamcast) -> None:
    dying = (
        "import os, sys; from ingest import __main__ as m; m.BsreadSource._take = lambda *_: 1 / 0;"
    )
    start = "sys.exit(m.main(sys.argv[1:], os.environ))"
    with RawSource() as source:
        options = ("--source", source.address, "--redis", beamcast.ingest_url)
        ingest = Process(sys.executable, "-c", dying + start, *options)
        source.send(*good(1))

        assert ingest.wait() == 1

    assert "ZeroDivisionError" in ingest.output


def test_the_status_counts_all_faults_and_names_the_latest(stepped: StepByStep) -> None:
    counted = []
    for _ in range(2):
        for message_lost in (True, False):
            word = f"word-{stepped.next()}"
            if message_lost:
                stepped.source.send(main_header(word), *rest(0))
            else:
                stepped.source.send(*message(stepped.next(), a({"type": word})))
            until(lambda word=word: word in stepped.beamcast.status()["last_error"], "it is named")
        counted.append(stepped.beamcast.errors())

    for kind in ("bad_pulse_id", "bad_channel"):
        assert counted[1][kind] - counted[0][kind] == 1


@pytest.mark.parametrize(
    "stamp",
    [None, 5, {}, {"sec": "x"}, {"sec": -1, "ns": 0}, {"sec": 1e300, "ns": 0}, {"sec": True}],
)
def test_a_message_without_a_sensible_timestamp_is_shown_without_one(
    stepped: StepByStep, stamp: Any
) -> None:
    pulse_id = stepped.next()

    frame = stepped.show_parts(
        pulse_id, [main_header(pulse_id, global_timestamp=stamp), *rest(pulse_id)]
    )

    assert frame.header["t_source"] is None
    assert frame.header["pulses"]["t_source"] == [None]


def test_a_timestamp_in_the_old_spelling_is_understood(stepped: StepByStep) -> None:
    pulse_id = stepped.next()
    old = {"epoch": 1_600_000_000, "ns": 250_000_000}

    frame = stepped.show_parts(
        pulse_id, [main_header(pulse_id, global_timestamp=old), *rest(pulse_id)]
    )

    assert frame.header["t_source"] == 1_600_000_000.25


def test_a_missing_channel_is_no_error(stepped: StepByStep) -> None:
    before = stepped.beamcast.errors()

    header = stepped.show(channel("n", np.int8(3)), Wired(ENTRY, b"")).header

    assert header["values"] == {"n": 3, "a": None}
    check_that_a_good_message_still_shows(stepped)
    assert stepped.beamcast.errors() == before


def test_markup_in_names_and_texts_stays_text(stepped: StepByStep) -> None:
    script = "<img src=x onerror=alert(1)>\u2028\0'\""

    header = stepped.show(channel(script, np.int8(3)), channel("t", script)).header

    assert header["values"] == {script: 3, "t": script}
    schema = until(
        lambda: [s for s in stepped.viewer.schemas if s["hash"] == header["schema"]], "its schema"
    )[0]
    assert [c["name"] for c in schema["channels"]] == [script, "t"]


def test_of_channels_with_the_same_name_the_last_one_counts(stepped: StepByStep) -> None:
    image, twice = channel("image", GOOD_IMAGE), channel("image", GOOD_IMAGE[:2] + 1)

    header = stepped.show(
        image, channel("n", np.int8(1)), twice, channel("n", np.float64(2.5))
    ).header

    assert header["values"] == {"n": 2.5}
    assert (header["image"]["width"], header["image"]["height"]) == (8, 2)


def test_randomly_damaged_messages_are_harmless(stepped: StepByStep) -> None:
    chance = random.Random(5)
    compressed = [
        channel("image", GOOD_IMAGE, compression="bitshuffle_lz4"),
        channel("a", ONES, compression="lz4"),
        channel("n", np.int32(5), "big"),
        channel("t", "text", compression="bitshuffle_lz4"),
    ]
    for round_ in range(600):
        parts = message(stepped.next(), *compressed)
        for _ in range(chance.randint(1, 3)):
            index = chance.randrange(len(parts))
            part = bytearray(parts[index])
            if part and chance.random() < 0.8:
                part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
            elif chance.random() < 0.5:
                part = part[: chance.randint(0, len(part))]
            else:
                part = bytearray(chance.randbytes(chance.randint(0, 200)))
            parts[index] = bytes(part)
        stepped.source.send(*parts)
        if round_ % 10 == 0:
            stepped.show_good()

    check_that_a_good_message_still_shows(stepped)
    assert stepped.ingest.returncode is None


def test_hostile_messages_need_little_memory_and_cause_no_traceback(stepped: StepByStep) -> None:
    assert stepped.peak_memory_mb() < 400
    assert "Traceback" not in stepped.ingest.output
