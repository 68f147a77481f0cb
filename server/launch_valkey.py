"""Becomes Valkey: notes its process id in the lock file and, on Linux, ends when its server ends.

Run as a script with `<parent pid> <lock descriptor> <binary>`, the configuration on its standard
input. A function handed to `subprocess` to run between fork and exec could do the same, but not
safely in a process with threads.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become_valkey(parent: int, lock: int, binary: str) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            sys.exit(1)
    os.umask(0o077)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    os.set_inheritable(lock, True)
    os.execv(binary, [binary, "-"])


if __name__ == "__main__":
    become_valkey(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
