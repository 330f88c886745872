"""System calls that no program may reach, with one attack for each.

The arguments are invalid on purpose. A call that the sandbox stops fails with EPERM or ENOSYS
before the kernel looks at them; any other result means that it was let through.
"""

FORBIDDEN = {  # name -> (x86_64, aarch64); None where the architecture has no such call
    "accept a connection": (43, 202), "accept4": (288, 242), "account processes": (163, 89),
    "add to the adjusted clock": (159, 171), "adjust any clock": (305, 266),
    "asynchronous reads": (206, 0), "bind": (49, 200), "change another's pages": (279, 239),
    "compare processes": (312, 272), "connect": (42, 203), "copy between processes": (311, 271),
    "create a timer": (222, 107), "descriptor of another": (438, 438),
    "directory cookies": (212, 18), "domain name": (171, 162), "exec": (59, 221),
    "exec at": (322, 281), "extended attributes": (188, 5), "file handles": (303, 264),
    "io priority": (251, 30), "jump to another table": (154, None), "key request": (249, 218),
    "listen": (50, 201), "lock all memory": (151, 230), "lock memory": (149, 228),
    "lock memory again": (325, 284), "make a node": (133, None), "make a node at": (259, 33),
    "memory file": (319, 279), "memory policy": (238, 237), "mount attributes": (442, 442),
    "move a mount": (429, 429), "move pages of another": (256, 238), "open a tree": (428, 428),
    "open a way": (437, 437), "own attributes": (460, 460), "pages of another": (440, 440),
    "personality": (135, 92), "pick a mount": (433, 433), "policy of a range": (237, 235),
    "prctl": (157, 167), "priority": (141, 140), "process signal by descriptor": (424, 424),
    "queue to a thread": (297, 240), "read ahead": (187, 213), "scheduling attributes": (314, 274),
    "scheduling policy": (144, 119), "secret memory": (447, 447), "seccomp": (317, 277),
    "send many": (307, 269), "send messages": (46, 211), "semaphores": (64, 190),
    "set affinity": (203, 122), "set the time": (164, 170), "set the user": (117, 147),
    "set the groups": (116, 159), "signal descriptor": (289, 74), "signal a thread": (200, 130),
    "socket": (41, 198), "socket options": (54, 208), "splice": (275, 76),
    "splice memory": (278, 75), "start a group": (109, 154), "start a session": (112, 157),
    "sync everything": (162, 81), "tee": (276, 77), "timer descriptor": (283, 85),
    "file system types": (139, None), "hang up": (153, 58),
}  # fmt: skip


def source(x86: int | None, arm: int | None) -> str:
    """The body of one attack."""
    if x86 is None or arm is None:
        guard = "if X:" if arm is None else "if not X:"
    else:
        guard = "if True:"
    return (
        f"{guard}\n"
        f"    bad = ctypes.c_long(-1)\n"
        f"    ctypes.set_errno(0)\n"
        f"    r = sc({x86 or 0}, {arm or 0}, bad, bad, bad, bad, bad, bad)\n"
        f"    if r >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):\n"
        f"        harm(ctypes.get_errno())"
    )
