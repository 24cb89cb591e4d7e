"""Memory that was let go is kept for what comes next, so that the system need not hand it out anew."""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -4, -8
"""Names of glibc's settings (malloc.h, mallopt(3))."""


def keep_pages() -> None:
    """Let all threads take from one heap that never shrinks, where the system's allocator is glibc's.

    Else large arrays are given back one by one, and the system clears the pages of each new one: 1.5 to 8
    microseconds a page of 4 KB on virtual machines, as long as the engine takes to fill it. What was once needed is
    held until the process ends: not for one that waits.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is not None and hasattr(library, "mallopt"):
        for setting, value in ((ARENA_MAX, 1), (MMAP_MAX, 0), (TRIM_THRESHOLD, -1)):
            library.mallopt(setting, value)
