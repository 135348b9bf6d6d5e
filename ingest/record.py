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

from ingest.backlog import Backlog
from ingest.recorder import NoSource, Recorder
from ingest.sources.bsread.socket import BsreadSocket
from shared import settings, validators
from shared.file_lock import is_being_written
from shared.hdf5 import Recording
from shared.line_writer import QueuedStream, standard_output
from shared.log import set_up_log
from shared.options import Common, option
from shared.signals import on_ending

BEAT_S = 1.0
"""how often the disk gets what came, and a terminal the progress"""
BEATS_A_LINE = 5
"""how often progress is said where there is no terminal"""
MOST_WRITERS = 4
BACKLOG_BYTES = 512 * 1024 * 1024
NOT_WHOLE = 3
"""exit status when something that came is not in the file"""
LOSSES = ("dropped", "unreadable", "left_out")
"""counts of what came and is not in the file"""

ABOUT = """Takes every pulse straight from the source, with all its images and values in their own
types, into one HDF5 file, which is whole also after Ctrl-C. A PUSH source splits its messages among
its readers: beside a running ingest a recording takes frames away from it, and gets only some
itself. A PUB source gives each reader all. Exit status: 0 when all that came is in the file, 3 when
pulses or values that came are not in it (the last line counts them), 1 when nothing could be
recorded, 2 for a wrong option."""


def _count(text: str) -> int:
    value = int(text)
    if value != -1 and not 0 < value <= 2**31:
        raise ValueError
    return value


@dataclasses.dataclass(frozen=True)
class RecordSettings(Common):
    """python -m ingest.record"""

    source: str = option(
        settings.IngestSettings.source, validators.TCP_ADDRESS, "the bsread stream to record"
    )
    mode: str = option(
        settings.IngestSettings.mode,
        validators.choice("auto", "sub", "pull"),
        "how to listen; auto finds out what the source is",
    )
    n_pulses: int = option(
        -1,
        validators.Validator(_count, f"an integer from 1 to {2**31}, or -1"),
        "how many pulses to record; -1 goes on until Ctrl-C",
        "-n",
    )
    seconds: float = option(
        math.inf, validators.number(0.1, 1e9, "s"), "how long to record at most"
    )


class Command(NamedTuple):
    """What the command line says."""

    path: Path
    force: bool
    options: RecordSettings


def read_command(argv: Sequence[str], environ: Mapping[str, str]) -> Command:
    """Raises SystemExit after one clear line when it cannot be."""
    parser = argparse.ArgumentParser(prog=RecordSettings.__doc__, description=ABOUT)
    parser.add_argument("path", metavar="OUT.h5", type=Path, help="the file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    for field in dataclasses.fields(RecordSettings):
        about = field.metadata
        parser.add_argument(
            *about["flags"],
            "--" + field.name.replace("_", "-"),
            dest=field.name,
            metavar=field.name.upper(),
            help=f"{about['meaning']} ({about['check'].allowed}; default: {field.default})",
        )
    given = vars(parser.parse_args(argv))
    path, force = given.pop("path"), given.pop("force")
    flags = [f"--{name}={text}" for name, text in given.items() if text is not None]
    return Command(path, force, settings.read(RecordSettings, flags, environ))


def refusal(path: Path, force: bool) -> str:
    """Why the file cannot be written, as far as that can be seen before; empty when it can."""
    if path.is_dir():
        return f"{path} is a folder; the name of a file is needed"
    if path.exists() and not force:
        return f"{path} exists; choose another name, or let --force overwrite it"
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}; create it first"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return f"{path} may not be written; choose another place"
    if path.exists() and is_being_written(path):
        return f"Another recording is writing {path}; end that one, or choose another name"
    return ""


class Progress:
    """Says how far the recording is: on a terminal in one line, rewritten."""

    def __init__(self, recorder: Recorder, wanted: int, out: IO[str]) -> None:
        self._recorder = recorder
        self._wanted = wanted
        self._out = out
        self._beats = 0
        self._said = (time.monotonic(), 0)

    def beat(self) -> None:
        """Called each BEAT_S."""
        self._beats += 1
        if self._out.isatty():
            # The cursor goes back, so that what is logged meanwhile overwrites this.
            self._out.write(f"{self._line()}\x1b[K\r")
        elif self._beats % BEATS_A_LINE == 0:
            self._out.write(f"{self._line()}\n")
        self._out.flush()

    def end(self) -> None:
        """Leaves the terminal an empty line for what is said next."""
        if self._out.isatty():
            self._out.write("\x1b[K")
            self._out.flush()

    def summary(self) -> str:
        """What is in the file, and what is not."""
        counts = self._recorder.about()
        written = self._recorder.written.counts
        wanted = f" of {self._wanted}" if self._wanted > 0 else ""
        lost = ", ".join(f"{name} {counts[name]}" for name in ("missed", *LOSSES))
        return f"{written['written']}{wanted} pulses, {written['bytes'] / 1e6:.1f} MB, {lost}"

    def _line(self) -> str:
        now, count = time.monotonic(), self._recorder.written.counts["written"]
        since, before = self._said
        self._said = now, count
        rate = (count - before) / (now - since)
        return f"{self.summary()}, {rate:.1f} Hz, {self._recorder.waiting} waiting"


def run(recorder: Recorder, seconds: float, progress: Progress) -> None:
    """Records until all is written; raises what ended it, such as NoSource."""
    writers = min(MOST_WRITERS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(1 + writers, "record") as threads:
        parts = [threads.submit(recorder.receive, seconds)]
        parts += [threads.submit(recorder.write) for _ in range(writers)]
        for part in parts:
            part.add_done_callback(lambda _: recorder.stop.set())
        while wait(parts, BEAT_S).not_done:
            recorder.flush()
            progress.beat()
    for part in parts:
        part.result()


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Returns 0 when all that came is in the file, also when it was told to stop; NOT_WHOLE when
    something is not; 1 when nothing could be recorded."""
    path, force, options = read_command(argv, environ)
    out: Any = QueuedStream(set_up_log(options))
    problem = refusal(path, force)
    if problem:
        return _failed(problem, out)

    def create() -> Recording:
        title = f"Recording of {options.source}"
        return Recording(str(path), title, {"source": options.source}, replace=force)

    source = BsreadSocket(options.source, options.mode, time.monotonic())
    recorder = Recorder(source, create, options.n_pulses, Backlog(BACKLOG_BYTES))
    progress = Progress(recorder, options.n_pulses, out)
    on_ending(recorder.stop.set)
    try:
        run(recorder, options.seconds, progress)
    except NoSource as nothing:
        return _failed(f"{nothing} Nothing was written.", out)
    finally:
        recorder.close()
        progress.end()
    if recorder.fault:
        problem = f"{path} cannot be written: {recorder.fault}. In it: {progress.summary()}"
        return _failed(problem, out)
    if not recorder.written.counts["written"]:
        return _failed(f"No pulse came from {options.source}; {path} was not written", out)
    print(f"{path}: {progress.summary()}", file=standard_output())
    counts = recorder.about()
    if any(counts[name] for name in LOSSES):
        print("Not all that came is in the file: see the counts above", file=out)
        return NOT_WHOLE
    return 0


def _failed(problem: str, out: IO[str]) -> int:
    print(problem, file=out)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
