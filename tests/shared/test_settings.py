"""Options: the command line precedes the environment, then the defaults; errors stop the start."""

import dataclasses
from pathlib import Path

import pytest

from shared import options
from shared.options import variable
from shared.settings import (
    COMMANDS,
    DoctorSettings,
    IngestSettings,
    PushSettings,
    RunSettings,
    SimulatorSettings,
    WebSettings,
    known_variables,
    read,
)

BAD = {
    (IngestSettings, "source"): [
        "",
        "8888",
        "localhost:8888",
        "http://h:1",
        "tcp://",
        "tcp://h",
        "tcp://h:0",
        "tcp://h:x",
        "tcp://h:65536",
        "tcp://:8888",
        "tcp://h:1/path",
        "tcp://u@h:1",
        "tcp://h:1?x=1",
        "tcp://h:1#x",
        "tcp://*:8888",
        "tcp://a b:8888",
        "tcp://[::1:8888",
        "tcp://h;x:8888",
        "tcp://h:8888 ",
        "tcp://h:8888\n",
        "tcp://eth0;h:8888",
        "rtsp:h/x",
        "rtsp://",
        "rtsp:///x",
        "rtsp://h:0/x",
        "rtsp://h:65536/x",
        "rtsp://a b/x",
        "rtsp://h/x\n",
        "RTSP://h/x",
        "rtmp://h/x",
        "https://h/x.m3u8",
        "udp://:5000",
        "udp://h",
        "udp://h:0",
        "udp://h:65536",
        "udp://h:5000?localaddr=x",
        "file:",
        "file:a\nb",
        "concat:a.ts|b.ts",
        "crypto+file:a",
        "v4l2:video0",
        "v4l2:/etc/passwd",
        "v4l2:/dev/../etc/passwd",
    ],
    (IngestSettings, "source_ca"): ["/nowhere.pem", "shared", "pyproject.toml"],
    (IngestSettings, "mode"): ["", "push", "AUTO", "auto "],
    (IngestSettings, "stream"): ["", "a b", "a/b", "a:b", "x" * 65, "é", "a\n", "*"],
    (IngestSettings, "standby"): ["2", "yes", "true"],
    (IngestSettings, "image"): ["x" * 257, "a\nb"],
    (WebSettings, "auth"): ["", "open", "NONE", "password "],
    (WebSettings, "allow_anyone"): ["2", "yes"],
    (WebSettings, "allowed_hosts"): ["a b", "http://a.b", "a.b:5000", "a/b", "*", "x" * 254, "é"],
    (WebSettings, "allow_plain_http"): ["2", "yes"],
    (WebSettings, "published"): ["a b", "h:1/x", "x" * 254],
    (WebSettings, "accounts"): ["a\0b", "x" * 4097],
    (WebSettings, "session_days"): ["", "0", "-1", "367", "nan"],
    (WebSettings, "trusted_proxies"): ["10.0.0.0/33", "10.0.0.1/8", "proxy.example", "1,2,x"],
    (WebSettings, "user_header"): ["", "X_User", "X User", "X-User:", "x" * 65],
    (WebSettings, "origins"): ["elog.example", "https://", "https://a/b", "*", "https://a b"],
    (WebSettings, "contact"): ["a\nb", "a\x1b[31m", "a\u202eb", "x" * 121],
    (WebSettings, "max_viewers"): ["", "0", "-1", "100001", "many"],
    (WebSettings, "max_viewers_per_address"): ["", "0", "100001"],
    (WebSettings, "max_events_per_s"): ["", "0", "100001", "1.5"],
    (DoctorSettings, "page"): ["localhost:5000", "http://", "http://a/b", "ftp://a"],
    (WebSettings, "request_seconds"): ["", "0", "3601", "inf"],
    (IngestSettings, "max_fps"): ["", "0", "-1", "1001", "nan", "inf", "fast", "1e9", "0x10"],
    (IngestSettings, "quality"): ["", "0", "96", "80.5", "high", "1e1", "9" * 5000],
    (IngestSettings, "redis"): [
        "",
        "localhost",
        "localhost:6379",
        "http://h:1",
        "redis://",
        "redis://h:0",
        "redis://h:x/0",
        "redis://h:65536/0",
        "redis://h:6379/x",
        "redis://h:6379/-1",
        "redis://h:6379/0?nonsense=1",
        "redis://h:6379/0#x",
        "redis://h:6379/0/1",
        "rediS://h:6379/0",
        " redis://h:6379/0",
        "redis://h:63\t79/0",
        "redis+sentinel://h:1",
        "redis+sentinel://h:1/",
        "redis+sentinel://h:0/beam",
        "redis+sentinel://h:65536/beam",
        "redis+sentinel://h:1,/beam",
        "redis+sentinel://h 1/beam",
        "redis+sentinel://h:1/beam/x",
        "redis+sentinel://h:1/beam?db=1",
        "redis+sentinel:h:1/beam",
        "rediss-sentinel://h:1/beam",
        "redis+sentinel://u@:1/beam",
    ],
    (IngestSettings, "redis_ca"): ["/nowhere.pem", "shared", "pyproject.toml"],
    (IngestSettings, "installation"): ["a b", "a:b", "a@3", "ä", "x" * 33],
    (IngestSettings, "metrics_host"): ["", "a b", "http://h"],
    (IngestSettings, "metrics_port"): ["", "-1", "65536", "x"],
    (IngestSettings, "log_level"): ["", "verbose", "INFO", "10"],
    (IngestSettings, "log_format"): ["", "JSON", "xml"],
    (PushSettings, "board"): ["", "a/b", "x" * 65],
    (PushSettings, "push_host"): ["", "a b", "http://h"],
    (PushSettings, "push_port"): ["", "0", "65536", "x"],
    (PushSettings, "push_tcp_port"): ["", "-1", "65536", "x"],
    (PushSettings, "push_passwords"): [
        "x" * 1025,
        "a-long-word-of-passage,f\u00fcr",
        "with a blank in it",
    ],
    (PushSettings, "push_origins"): ["elog.example", "https://a/b", "*"],
    (PushSettings, "push_max_bytes"): ["", "1023", "268435457", "1e6"],
    (PushSettings, "push_max_per_s"): ["", "0", "1000001", "1e4"],
    (PushSettings, "push_fps"): ["", "0", "101", "nan"],
    (PushSettings, "push_metrics_port"): ["", "-1", "65536", "x"],
    (SimulatorSettings, "output_port"): ["", "0", "-1", "65536", "8888.0", "http"],
    (SimulatorSettings, "n_images"): ["", "-2", "2147483649", "many"],
    (SimulatorSettings, "delay"): ["", "-0.1", "3601", "nan", "x"],
    (SimulatorSettings, "sender"): ["", "pull", "PUB"],
    (SimulatorSettings, "first_pulse"): ["", "-1", "9007199254740993", "Clock", "now", "1.5"],
    (SimulatorSettings, "delay_ms"): ["", "-1", "10001", "nan", "20ms"],
    (WebSettings, "host"): ["", "a b", "http://h", "h/x", "x" * 254, "h\n"],
    (WebSettings, "port"): ["", "0", "65536", "x"],
    (WebSettings, "stream"): ["", "a/b"],
    (WebSettings, "redis"): ["", "redis"],
    (WebSettings, "async_mode"): ["", "gevent"],
    (RunSettings, "source"): ["localhost:8888"],
    (RunSettings, "redis"): ["localhost"],
    (RunSettings, "web"): ["", "0", "65", "two"],
    (RunSettings, "board"): ["a/b"],
    (RunSettings, "open"): ["2", "yes", "true"],
}
SECRET = {"push_passwords"}
"""options whose value no message shows"""
BAD_ROWS = [(*key, text) for key, texts in BAD.items() for text in texts]
FIELDS = [(command, field) for command in COMMANDS for field in dataclasses.fields(command)]


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def refusal(
    capsys: pytest.CaptureFixture[str], command: type, argv: list[str], environ: dict[str, str]
) -> str:
    """Return the error line with which the command exits."""
    with pytest.raises(SystemExit) as ended:
        read(command, argv, environ)
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def allowed(command: type, name: str) -> str:
    (field,) = (field for field in dataclasses.fields(command) if field.name == name)
    return str(field.metadata["validator"].allowed)


@pytest.mark.parametrize(("command", "name", "text"), BAD_ROWS)
def test_a_bad_option_stops_the_start_with_its_name_its_value_and_what_is_allowed(
    capsys: pytest.CaptureFixture[str], command: type, name: str, text: str
) -> None:
    line = refusal(capsys, command, [f"{flag(name)}={text}"], {})

    assert flag(name) in line
    assert (repr(text)[:60] in line) != (name in SECRET)
    assert allowed(command, name) in line
    assert len(line) < 600


@pytest.mark.parametrize(("command", "name", "text"), [row for row in BAD_ROWS if row[2]])
def test_a_bad_variable_stops_the_start_with_its_name_its_value_and_what_is_allowed(
    capsys: pytest.CaptureFixture[str], command: type, name: str, text: str
) -> None:
    line = refusal(capsys, command, [], {variable(name): text})

    assert variable(name) in line
    assert (repr(text)[:60] in line) != (name in SECRET)
    assert allowed(command, name) in line


def test_an_invalid_address_is_shown_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = refusal(capsys, WebSettings, ["--redis=redis://u:geheim@h:0/0"], {})

    assert "redis://u:…@h:0/0" in line
    assert "geheim" not in line


def test_an_invalid_password_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(capsys, PushSettings, [], {"BEAMCAST_PUSH_PASSWORDS": "ge heim"})

    assert "BEAMCAST_PUSH_PASSWORDS" in line
    assert "heim" not in line


def test_an_invalid_camera_address_is_shown_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = refusal(capsys, IngestSettings, ["--source=rtsp://u:ge/heim@h/x"], {})

    assert "ge/heim" not in line
    assert "rtsp://u:…@h/x" in line


@pytest.mark.parametrize("source", ["rtsp://h/x", "file:a.mp4", "v4l2:/dev/video0", "udp://h:1"])
def test_a_mode_is_rejected_for_a_video(capsys: pytest.CaptureFixture[str], source: str) -> None:
    line = refusal(capsys, IngestSettings, ["--source", source, "--mode", "sub"], {})

    assert "--mode is 'sub', but the source is a video; allowed is auto" in line
    assert read(IngestSettings, ["--source", source, "--mode", "auto"], {}).source == source


@pytest.mark.parametrize("options", [["--first-pulse", "clock"], ["--delay-ms", "20"]], ids=str)
def test_pulses_in_time_need_a_rate(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    line = refusal(capsys, SimulatorSettings, ["--delay", "0", *options], {})

    assert f"{options[0]} is {options[1]}, which needs a rate" in line
    assert "allowed is a --delay above 0" in line
    assert read(SimulatorSettings, ["--delay", "0.1", *options], {})


def test_every_option_has_bad_values() -> None:
    tried = {name for _, name in BAD}

    assert tried == {field.name for _, field in FIELDS}


@pytest.mark.parametrize(
    ("command", "name", "text", "value"),
    [
        (IngestSettings, "source", "tcp://camera-7.example:9999", "tcp://camera-7.example:9999"),
        (IngestSettings, "source", "tcp://[::1]:9999", "tcp://[::1]:9999"),
        (IngestSettings, "source", "tcp://10.0.0.7:65535", "tcp://10.0.0.7:65535"),
        (IngestSettings, "image", "CAM-1:FPICTURE <b>", "CAM-1:FPICTURE <b>"),
        (IngestSettings, "image", "", ""),
        (IngestSettings, "max_fps", "0.1", 0.1),
        (IngestSettings, "max_fps", "1000", 1000.0),
        (IngestSettings, "quality", "95", 95),
        (IngestSettings, "metrics_port", "0", 0),
        (IngestSettings, "redis", "redis://h", "redis://h"),
        (IngestSettings, "redis", "redis://:secret@h:6380/2", "redis://:secret@h:6380/2"),
        (IngestSettings, "redis", "rediss://u:p@h:6380/2", "rediss://u:p@h:6380/2"),
        (WebSettings, "redis", "redis+sentinel://a:1,b/beam/1", "redis+sentinel://a:1,b/beam/1"),
        (WebSettings, "redis", "rediss+sentinel://u:p@a/b-1", "rediss+sentinel://u:p@a/b-1"),
        (WebSettings, "redis_ca", "", ""),
        (IngestSettings, "redis", "redis://[::1]:6380/0", "redis://[::1]:6380/0"),
        (SimulatorSettings, "n_images", "-1", -1),
        (SimulatorSettings, "delay", "0", 0.0),
        (SimulatorSettings, "first_pulse", "9007199254740992", 2**53),
        (SimulatorSettings, "first_pulse", "clock", "clock"),
        (SimulatorSettings, "delay_ms", "20", 20.0),
        (WebSettings, "host", "::1", "::1"),
        (WebSettings, "host", "127.0.0.1", "127.0.0.1"),
        (RunSettings, "host", "0.0.0.0", "0.0.0.0"),
        (WebSettings, "published", "localhost", "localhost"),
        (WebSettings, "auth", "proxy", "proxy"),
        (WebSettings, "allowed_hosts", "A.example., b.example", ("a.example", "b.example")),
        (WebSettings, "origins", "https://a.b, http://c:1/", ("https://a.b", "http://c:1")),
        (WebSettings, "contact", "Leitwarte, <4711>", "Leitwarte, <4711>"),
        (RunSettings, "source", "", ""),
        (RunSettings, "open", "1", True),
        (RunSettings, "open", "0", False),
    ],
)
def test_a_good_value_is_accepted(command: type, name: str, text: str, value: object) -> None:
    assert getattr(read(command, [f"{flag(name)}={text}"], {}), name) == value
    assert getattr(read(command, [], {variable(name): text}), name) == value


def test_the_spellings_of_the_specification_are_accepted() -> None:
    for argv in (
        ["-o", "1", "-n", "2", "-d", "3"],
        ["--output_port", "1", "--n_images", "2", "--delay", "3"],
        ["--output-port", "1", "--n-images", "2", "--delay", "3"],
    ):
        options = read(SimulatorSettings, argv, {})
        assert (options.output_port, options.n_images, options.delay) == (1, 2, 3.0)
    web = read(WebSettings, ["-H", "::1", "-P", "80"], {})
    assert (web.host, web.port) == ("::1", 80)


def test_flags_precede_the_environment_and_that_precedes_defaults() -> None:
    environ = {"BEAMCAST_STREAM": "from-environment", "BEAMCAST_QUALITY": "50"}

    options = read(IngestSettings, ["--stream", "from-flag"], environ)

    assert (options.stream, options.quality, options.max_fps) == ("from-flag", 50, 25.0)


def test_a_bad_variable_is_ignored_with_a_flag() -> None:
    assert read(IngestSettings, ["--quality", "50"], {"BEAMCAST_QUALITY": "x"}).quality == 50


@pytest.mark.parametrize(("command", "field"), FIELDS)
def test_an_empty_variable_counts_as_absent(
    command: type, field: dataclasses.Field[object]
) -> None:
    assert getattr(read(command, [], {variable(field.name): ""}), field.name) == field.default


@pytest.mark.parametrize("name", ["BEAMCAST_SORUCE", "BEAMCAST_", "BEAMCAST_source"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_variable_of_ours_stops_the_start(
    capsys: pytest.CaptureFixture[str], command: type, name: str
) -> None:
    line = refusal(capsys, command, [], {name: "tcp://h:1"})

    assert name in line
    assert "BEAMCAST_SOURCE" in line


def test_a_variable_of_another_command_is_accepted() -> None:
    read(WebSettings, [], dict.fromkeys(known_variables(), "") | {"BEAMCAST_SOURCE": "tcp://h:1"})


def test_variables_of_other_programs_are_ignored() -> None:
    assert read(WebSettings, [], {"PORT": "1", "HOST": "x", "beamcast_port": "2"}) == WebSettings()


@pytest.mark.parametrize(
    ("command", "name", "text", "value"),
    [
        (IngestSettings, "redis", "rediss://u:p@h:6380/2\n", "rediss://u:p@h:6380/2"),
        (WebSettings, "redis", " redis://h", "redis://h"),
        (DoctorSettings, "redis", "redis://h", "redis://h"),
        (RunSettings, "source", "rtsp://u:p@h/x\n", "rtsp://u:p@h/x"),
        (IngestSettings, "source", "rtsp://u:p@h/x\r\n", "rtsp://u:p@h/x"),
        (PushSettings, "push_passwords", "a-long-word-of-passage\n", ("a-long-word-of-passage",)),
    ],
)
def test_a_secret_may_stand_in_a_file(
    tmp_path: Path, command: type, name: str, text: str, value: object
) -> None:
    file = tmp_path / "secret"
    file.write_text(text)
    environ = {f"{variable(name)}_FILE": str(file), variable(name): ""}

    assert getattr(read(command, [], environ), name) == value


def test_a_flag_precedes_a_file() -> None:
    environ = {"BEAMCAST_REDIS_FILE": "/nowhere"}

    assert read(WebSettings, ["--redis", "redis://h"], environ).redis == "redis://h"


def test_a_secret_in_two_places_is_rejected(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"BEAMCAST_REDIS": "redis://:geheim@h", "BEAMCAST_REDIS_FILE": str(tmp_path)}

    line = refusal(capsys, WebSettings, [], environ)

    assert "BEAMCAST_REDIS and BEAMCAST_REDIS_FILE are both set; allowed is one of them" in line
    assert "geheim" not in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "cannot be read (it is not text)"),
        (
            b"geheim wort",
            "BEAMCAST_PUSH_PASSWORDS_FILE is invalid; allowed is comma-separated passwords of",
        ),
        (b"a-long-word-of-geheim " * 9000, "BEAMCAST_PUSH_PASSWORDS_FILE is invalid"),
    ],
    ids=str,
)
def test_a_bad_file_stops_the_start_without_its_content(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    line = refusal(capsys, PushSettings, [], {"BEAMCAST_PUSH_PASSWORDS_FILE": str(file)})

    assert message in line
    assert "BEAMCAST_PUSH_PASSWORDS_FILE" in line
    assert "geheim" not in line


def test_what_a_file_holds_is_never_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("geheim")

    line = refusal(capsys, WebSettings, [], {"BEAMCAST_REDIS_FILE": str(tmp_path / "secret")})

    assert line.startswith("python -m web: BEAMCAST_REDIS_FILE is invalid; allowed is")
    assert "geheim" not in line


@pytest.mark.parametrize("command", COMMANDS)
def test_settings_are_frozen(command: type) -> None:
    options = read(command, [], {})

    with pytest.raises(dataclasses.FrozenInstanceError):
        options.log_level = "debug"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_every_default_and_what_is_allowed(
    capsys: pytest.CaptureFixture[str], command: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")

    with pytest.raises(SystemExit) as ended:
        read(command, ["--help"], {})

    assert ended.value.code == 0
    text = capsys.readouterr().out
    for field in dataclasses.fields(command):
        assert flag(field.name) in text
        assert field.metadata["validator"].allowed in text
        assert field.metadata["help"] in text
    assert "default: " in text


@pytest.mark.parametrize("argv", [["--nonsense"], ["nonsense"], ["--stream"]])
def test_an_invalid_command_line_is_rejected(
    capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read(IngestSettings, argv, {})

    assert ended.value.code == 2
    assert argv[0] in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_default_is_allowed(command: type) -> None:
    for field in dataclasses.fields(command):
        text = options.format_default(field.default).replace("empty", "")
        assert field.metadata["validator"].parse(text) == field.default
