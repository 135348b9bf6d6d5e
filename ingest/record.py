"""``python -m ingest.record``: every pulse of a bsread stream into one HDF5 file."""

import argparse
import dataclasses
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any, NamedTuple

from ingest.recorder import NoSource, Recorder, RecordQueue
from ingest.sources.bsread.socket import BsreadSocket
from shared import settings, validators
from shared.file_lock import is_being_written
from shared.hdf5 import Recording
from shared.line_writer import QueuedStream, standard_output
from shared.log import set_up_log
from shared.options import CommonSettings, option
from shared.signals import on_termination

UPDATE_PERIOD_S = 1.0
"""how often the file is flushed, and progress written to a terminal"""
UPDATES_PER_LINE = 5
"""how often progress is written where there is no terminal"""
MAX_WRITERS = 4
MAX_QUEUE_BYTES = 512 * 1024 * 1024
EXIT_INCOMPLETE = 3
"""exit status when received pulses or values are not in the file"""
LOSSES = ("dropped", "unreadable", "left_out")
"""counts of received pulses and values that are not in the file"""

DESCRIPTION = """Records every pulse directly from the source, with all its images and values in
their own types, into one HDF5 file, which is complete also after Ctrl-C. A PUSH source splits its
messages among its readers: beside a running ingest a recording takes frames away from it, and gets
only some of them itself. A PUB source sends everything to each reader. Exit status: 0 when
everything that was received is in the file, 3 when received pulses or values are missing in it (the
last line counts them), 1 when nothing could be recorded, 2 for an invalid option."""


def _count(text: str) -> int:
    value = int(text)
    if value != -1 and not 0 < value <= 2**31:
        raise ValueError
    return value


@dataclasses.dataclass(frozen=True)
class RecordSettings(CommonSettings):
    """python -m ingest.record"""

    source: str = option(
        settings.IngestSettings.source, validators.TCP_ADDRESS, "the bsread stream to record"
    )
    mode: str = option(
        settings.IngestSettings.mode,
        validators.choice("auto", "sub", "pull"),
        "how to connect; auto detects the kind of source",
    )
    n_pulses: int = option(
        -1,
        validators.Validator(_count, f"an integer from 1 to {2**31}, or -1"),
        "how many pulses to record; -1 records until Ctrl-C",
        "-n",
    )
    seconds: float = option(
        math.inf, validators.number(0.1, 1e9, "s"), "the maximum duration of the recording"
    )


class Command(NamedTuple):
    """The parsed command line."""

    path: Path
    force: bool
    options: RecordSettings


def read_command(argv: Sequence[str], environ: Mapping[str, str]) -> Command:
    """Parse the command line; raises SystemExit after printing one line when it is invalid."""
    parser = argparse.ArgumentParser(prog=RecordSettings.__doc__, description=DESCRIPTION)
    parser.add_argument("path", metavar="OUT.h5", type=Path, help="the file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    for field in dataclasses.fields(RecordSettings):
        metadata = field.metadata
        parser.add_argument(
            *metadata["flags"],
            "--" + field.name.replace("_", "-"),
            dest=field.name,
            metavar=field.name.upper(),
            help=f"{metadata['help']} ({metadata['validator'].allowed}; default: {field.default})",
        )
    given = vars(parser.parse_args(argv))
    path, force = given.pop("path"), given.pop("force")
    flags = [f"--{name}={text}" for name, text in given.items() if text is not None]
    return Command(path, force, settings.read(RecordSettings, flags, environ))


def path_error(path: Path, force: bool) -> str:
    """Return why the file cannot be written, as far as can be checked before; empty when it can."""
    if path.is_dir():
        return f"{path} is a folder; give the name of a file"
    if path.exists() and not force:
        return f"{path} exists; choose another name, or use --force to overwrite it"
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}; create it first"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return f"{path} is not writable; choose another place"
    if path.exists() and is_being_written(path):
        return f"Another recording is writing {path}; stop it, or choose another name"
    return ""


class Progress:
    """Reports how far the recording is; on a terminal in one line that is rewritten."""

    def __init__(self, recorder: Recorder, requested: int, out: IO[str]) -> None:
        self._recorder = recorder
        self._requested = requested
        self._out = out
        self._updates = 0
        self._last = (time.monotonic(), 0)
        """time and count of the last line"""

    def update(self) -> None:
        """Report progress; called every UPDATE_PERIOD_S."""
        self._updates += 1
        if self._out.isatty():
            # The cursor goes back, so that a log line in between overwrites this one.
            self._out.write(f"{self._format_line()}\x1b[K\r")
        elif self._updates % UPDATES_PER_LINE == 0:
            self._out.write(f"{self._format_line()}\n")
        self._out.flush()

    def end(self) -> None:
        """Clear the line of the terminal for the output that follows."""
        if self._out.isatty():
            self._out.write("\x1b[K")
            self._out.flush()

    def summary(self) -> str:
        """Return how much is in the file, and how much is not."""
        counts = self._recorder.counts()
        written = self._recorder.written.counts
        requested = f" of {self._requested}" if self._requested > 0 else ""
        lost = ", ".join(f"{name} {counts[name]}" for name in ("missed", *LOSSES))
        return f"{written['written']}{requested} pulses, {written['bytes'] / 1e6:.1f} MB, {lost}"

    def _format_line(self) -> str:
        now, count = time.monotonic(), self._recorder.written.counts["written"]
        last_time, last_count = self._last
        self._last = now, count
        rate = (count - last_count) / (now - last_time)
        return f"{self.summary()}, {rate:.1f} Hz, {self._recorder.queue_length} waiting"


def run(recorder: Recorder, seconds: float, progress: Progress) -> None:
    """Record until all pulses are written; raises the error that ended it, such as NoSource."""
    writers = min(MAX_WRITERS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(1 + writers, "record") as executor:
        futures = [executor.submit(recorder.receive, seconds)]
        futures += [executor.submit(recorder.write) for _ in range(writers)]
        for future in futures:
            future.add_done_callback(lambda _: recorder.stop.set())
        while wait(futures, UPDATE_PERIOD_S).not_done:
            recorder.flush()
            progress.update()
    for future in futures:
        future.result()


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return its exit status: 0 when everything received is in the file, also
    after a signal; EXIT_INCOMPLETE when it is not; 1 when nothing could be recorded."""
    path, force, options = read_command(argv, environ)
    out: Any = QueuedStream(set_up_log(options))
    if message := path_error(path, force):
        return _fail(message, out)

    def create() -> Recording:
        title = f"Recording of {options.source}"
        return Recording(str(path), title, {"source": options.source}, replace=force)

    source = BsreadSocket(options.source, options.mode, time.monotonic())
    recorder = Recorder(source, create, options.n_pulses, RecordQueue(MAX_QUEUE_BYTES))
    progress = Progress(recorder, options.n_pulses, out)
    on_termination(recorder.stop.set)
    try:
        run(recorder, options.seconds, progress)
    except NoSource as error:
        return _fail(f"{error} Nothing was written.", out)
    finally:
        recorder.close()
        progress.end()
    if recorder.write_error:
        message = f"{path} cannot be written: {recorder.write_error}."
        return _fail(f"{message} The file contains {progress.summary()}", out)
    if not recorder.written.counts["written"]:
        return _fail(f"No pulse arrived from {options.source}; {path} was not written", out)
    print(f"{path}: {progress.summary()}", file=standard_output())
    counts = recorder.counts()
    if any(counts[name] for name in LOSSES):
        print("Some received pulses or values are not in the file; see the counts above", file=out)
        return EXIT_INCOMPLETE
    return 0


def _fail(message: str, out: IO[str]) -> int:
    print(message, file=out)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
