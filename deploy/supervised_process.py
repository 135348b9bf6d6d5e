"""A program that ``make run`` starts, restarts when it ends, and stops."""

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from shared.line_writer import standard_output

STABLE_AFTER_S = 30.0
"""A program that ran longer than this is restarted with the shortest pause."""


class SupervisedProcess:
    """A child process; its output is passed on, each line prefixed with the program's name.

    All methods are for the main thread: the kernel kills a child when the *thread* that started it
    ends, so that no child outlives this process even if it is killed.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        ready: Callable[[int], bool] = lambda pid: True,
    ) -> None:
        """``ready(pid)`` returns whether the program with this process id works."""
        self.name = name
        self.command = command
        self.environ = environ
        self.ready = ready
        self.was_ready = False
        self.last_lines: deque[str] = deque(maxlen=20)
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._restart_at = 0.0
        self._back_off_s = 0.5

    def start(self) -> None:
        """Start the program; it is killed when this process ends."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *self.command],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C must not reach it: processes are stopped in order
        )
        threading.Thread(target=self._forward_output, args=(self._process,), daemon=True).start()

    def check_ready(self) -> bool:
        """Whether the program has been ready at least once."""
        if not self.was_ready and self._process and self.exit_reason() is None:
            self.was_ready = self.ready(self._process.pid)
        return self.was_ready

    def exit_reason(self) -> str | None:
        """Return how the program ended; None while it runs."""
        code = self._process.poll() if self._process else None
        if code is None:
            return None
        return f"exit status {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def keep_running(self) -> None:
        """Restart the program if it has ended, after pauses that double."""
        reason = self.exit_reason()
        if self._process and reason is not None:
            if time.monotonic() - self._started_at > STABLE_AFTER_S:
                self._back_off_s = 0.5
            self._process = None
            self._restart_at = time.monotonic() + self._back_off_s
            print_line(f"{self.name} ended ({reason}); restarting in {self._back_off_s:g} s")
            self._back_off_s = min(2 * self._back_off_s, 8.0)
        elif not self._process and time.monotonic() >= self._restart_at:
            self.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Terminate the program; kill it if it does not end in time."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            print_line(f"{self.name} did not end within {timeout_s:g} s and was killed")
            self._process.kill()
            self._process.wait()

    def _forward_output(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.last_lines.append(line.rstrip())
                print_line(f"{self.name:<9} | {line.rstrip()}")


def print_line(text: str) -> None:
    """Print a line to the terminal; lines of several threads do not mix."""
    standard_output().write(text + "\n")
