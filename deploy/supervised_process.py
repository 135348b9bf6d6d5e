"""One program that ``make run`` keeps running: started, listened to, started again, ended."""

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from shared.line_writer import standard_output

STABLE_AFTER_S = 30.0
"""A program that ran this long starts its next back-off from the beginning."""


class SupervisedProcess:
    """A program whose output goes to our own, each line after the program's name.

    All methods belong to the main thread: the kernel ends a child when the *thread* that started it
    is gone, which is how no child outlives us even if we are killed.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        ready: Callable[[int], bool] = lambda pid: True,
    ) -> None:
        """``ready(pid)`` tells whether the program with this process id does its work."""
        self.name = name
        self.command = command
        self.environ = environ
        self.ready = ready
        self.was_ready = False
        self.last_lines: deque[str] = deque(maxlen=20)
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._start_again_at = 0.0
        self._back_off_s = 0.5

    def start(self) -> None:
        """Starts the program; it dies with us."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *self.command],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
        )
        threading.Thread(target=self._pass_output_on, args=(self._process,), daemon=True).start()

    def check_ready(self) -> bool:
        """Whether it has done its work at least once."""
        if not self.was_ready and self._process and self.ended() is None:
            self.was_ready = self.ready(self._process.pid)
        return self.was_ready

    def ended(self) -> str | None:
        """How it ended, in words; None while it runs."""
        code = self._process.poll() if self._process else None
        if code is None:
            return None
        return f"exit status {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def keep_running(self) -> None:
        """Starts it again, with growing pauses, when it has ended."""
        how = self.ended()
        if self._process and how is not None:
            if time.monotonic() - self._started_at > STABLE_AFTER_S:
                self._back_off_s = 0.5
            self._process = None
            self._start_again_at = time.monotonic() + self._back_off_s
            print_line(f"{self.name} ended ({how}); it starts again in {self._back_off_s:g} s")
            self._back_off_s = min(2 * self._back_off_s, 8.0)
        elif not self._process and time.monotonic() >= self._start_again_at:
            self.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """Asks it to end, and ends it when it does not."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            print_line(f"{self.name} did not end within {patience_s:g} s and was killed")
            self._process.kill()
            self._process.wait()

    def _pass_output_on(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.last_lines.append(line.rstrip())
                print_line(f"{self.name:<9} | {line.rstrip()}")


def print_line(text: str) -> None:
    """One line to the terminal, whole even when several threads speak."""
    standard_output().write(text + "\n")
