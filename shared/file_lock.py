"""Lock a file that is being recorded against other recordings."""

import errno
import fcntl
import os
import struct

NO_LOCKS = errno.ENOSYS, errno.ENOLCK, errno.EINVAL, errno.EOPNOTSUPP
"""the errors of a file system without locks"""


def is_being_written(path: str | os.PathLike[str]) -> bool:
    """Whether another process is recording into this file, which exists."""
    try:
        os.close(open_locked(path))
    except BlockingIOError:
        return True
    except OSError:  # reported when the file is opened for writing
        pass
    return False


def open_locked(path: str | os.PathLike[str], flags: int = 0) -> int:
    """Open and lock a file; return the descriptor, which holds the lock until it is closed. Raises
    OSError, of these BlockingIOError if another recording holds the lock.

    The lock belongs to this descriptor alone ("open file description lock"), because HDF5 opens and
    closes the file several times. HDF5 does not know of the lock: readers are not locked out. On a
    file system without locks the file is opened without one.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o666)
    whole_file = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)  # struct flock
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, whole_file)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            os.close(file)
            message = "another recording is writing it"
            raise type(error)(error.errno, message, str(path)) from None
    return file
