"""Keep other recordings from a file that is being written."""

import errno
import fcntl
import os
import struct

NO_LOCKS = errno.ENOSYS, errno.ENOLCK, errno.EINVAL, errno.EOPNOTSUPP
"""what a file system says that has no locks"""


def is_being_written(path: str | os.PathLike[str]) -> bool:
    """Whether another process is recording into this file, which exists."""
    try:
        os.close(open_locked(path))
    except BlockingIOError:
        return True
    except OSError:  # which is said when it is to be written
        pass
    return False


def open_locked(path: str | os.PathLike[str], flags: int = 0) -> int:
    """A file descriptor that keeps other recordings from the file until it is closed; raises
    OSError, BlockingIOError where another has it.

    The lock is that of the descriptor and no other of the process ("open file description lock"),
    as HDF5 opens and closes the file several times. HDF5 knows nothing of it, and its readers are
    not kept out. Where the file system has no locks there is none.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o666)
    whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)  # struct flock
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, whole)
    except OSError as problem:
        if problem.errno not in NO_LOCKS:
            os.close(file)
            said = "another recording is writing it"
            raise type(problem)(problem.errno, said, str(path)) from None
    return file
