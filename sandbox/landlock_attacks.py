"""More hostile programs, for the level `landlock`: the caller's files and processes are in sight.

They fill in the same facts as those of `attacks`, and print HARM when they have what they want.
"""

from .attacks import PRELUDE, Attack

_LOOK = """
import fcntl
def look(path):
    try:
        with open(path, 'rb') as file:
            text = file.read(1 << 16)
    except OSError:
        return
    if text: harm(path)
"""

_READING = {
    "by its path": "look({secret_file!r})",
    "through the root of the process": "look('/proc/self/root' + {secret_file!r})",
    "through the root of the harness": "look('/proc/{harness}/root' + {secret_file!r})",
    "through the harness's working folder": "look('/proc/{harness}/cwd/pyproject.toml')",
    "through the server's root": "look(f'/proc/{{os.getppid()}}/root' + {secret_file!r})",
    "through descriptors of the harness": (
        "for n in range(64):\n    look(f'/proc/{harness}/fd/{{n}}')"
    ),
    "through descriptors of the server": (
        "for n in range(64):\n    look(f'/proc/{{os.getppid()}}/fd/{{n}}')"
    ),
    "environment of the harness": "look('/proc/{harness}/environ')",
    "command line of the harness": "look('/proc/{harness}/cmdline')",
    "memory of the harness": "look('/proc/{harness}/mem')",
    "maps of the harness": "look('/proc/{harness}/maps')",
    "stack and syscall of the harness": (
        "look('/proc/{harness}/stack'); look('/proc/{harness}/syscall'); look('/proc/{harness}/io')"
    ),
    "own environment and maps": "look('/proc/self/environ'); look('/proc/self/maps')",
    "openat2": (
        "how = struct.pack('QQQ', 0, 0, 0)\n"
        "if sc(437, 437, -100, {secret_file!r}.encode(), how, 24) >= 0: harm()"
    ),
    "relative to a folder that gives no right": (
        "d = os.open({folder!r}, os.O_PATH)\n"
        "try: os.open('secret', os.O_RDONLY, dir_fd=d); harm()\n"
        "except PermissionError: pass"
    ),
    "after changing into its folder": "os.chdir({folder!r}); look('secret')",
    "a descriptor without a right, opened anew": (
        "d = os.open({secret_file!r}, os.O_PATH)\n"
        "try: os.read(d, 1); harm()\nexcept OSError: pass\n"
        "r = libc.open(f'/proc/self/fd/{{d}}'.encode(), 0)\nif r >= 0: harm()"
    ),
    "symbolic link": "os.symlink({secret_file!r}, 'l'); look('l')",
    "chain of links": "os.symlink('b', 'a'); os.symlink({folder!r}, 'b'); look('a/secret')",
    "link to the process's root": "os.symlink('/proc/self/root', 'r'); look('r' + {secret_file!r})",
    "hard link": "os.link({secret_file!r}, 'h'); look('h'); harm()",
    "hard link of a descriptor": (
        "d = os.open({secret_file!r}, os.O_PATH)\n"
        "if libc.linkat(d, b'', -100, b'h', 0x1000) == 0: harm()\n"
        "if libc.linkat(-100, f'/proc/self/fd/{{d}}'.encode(), -100, b'h', 0x400) == 0: harm()"
    ),
    "renamed into its own folder": "os.rename({secret_file!r}, 'g'); look('g'); harm()",
    "exchanged with its own file": (
        "open('mine', 'w').close()\n"
        "if libc.renameat2(-100, {secret_file!r}.encode(), -100, b'mine', 2) == 0: harm()"
    ),
    "by handle": (
        "h = ctypes.create_string_buffer(136); struct.pack_into('I', h, 0, 128)\n"
        "m = ctypes.c_int()\n"
        "if sc(303, 264, -100, {secret_file!r}.encode(), h, ctypes.addressof(m), 0) >= 0: harm()\n"
        "if sc(304, 265, -100, h, 0) >= 0: harm()"
    ),
    "copied by the kernel": (
        "w = os.open('w', os.O_CREAT | os.O_RDWR); d = os.open({secret_file!r}, os.O_PATH)\n"
        "for call in (lambda: os.sendfile(w, d, 0, 99), lambda: os.copy_file_range(d, w, 99)):\n"
        "    try: call()\n    except OSError: continue\n    harm()"
    ),
    "mapped": "d = os.open({secret_file!r}, os.O_PATH)\n"
    "mmap.mmap(d, 16, prot=mmap.PROT_READ); harm()",
    "with access mode 3": "if libc.open({secret_file!r}.encode(), 3) >= 0: harm('opened')",
    "listing its folder": "print(os.listdir({folder!r})); harm()",
    "watched": "if sc(254, 27, 0, {secret_file!r}.encode(), 2) >= 0 or sc(294, 26, 0) >= 0: harm()",
    "installed packages": (
        "import sysconfig\n"
        "site = sysconfig.get_path('stdlib') + '/site-packages'\n"
        "print(os.listdir(site)); harm()"
    ),
    "descriptors inherited": (
        "for n in range(4, 4096):\n    try: os.fstat(n)\n    except OSError: continue\n    harm(n)"
    ),
    "descriptor of the harness": (
        "p = sc(434, 434, {harness}, 0)\nif p >= 0: harm('pidfd')\n"
        "if sc(438, 438, 0, 3, 0) >= 0: harm()"
    ),
    "memory of the harness by call": (
        "b = ctypes.create_string_buffer(16); v = struct.pack('QQ', ctypes.addressof(b), 16)\n"
        "for p in ({harness}, {victim}, os.getppid()):\n"
        "    if sc(310, 270, p, v, 1, v, 1, 0) >= 0: harm(p)"
    ),
    "traced": (
        "for p in ({harness}, {victim}, os.getppid()):\n"
        "    if libc.ptrace(16, p, 0, 0) == 0 or libc.ptrace(0x4206, p, 0, 0) == 0: harm(p)"
    ),
    "executed": "os.execv('/bin/cat', ['cat', {secret_file!r}])",
    "executed at a descriptor": (
        "d = os.open(sys.executable, os.O_PATH)\nif sc(322, 281, d, b'', 0, 0, 0x1000) >= 0: harm()"
    ),
    "compared": "if sc(312, 272, os.getpid(), {harness}, 1, 0, 3) >= 0: harm()",
    "shared memory and queues": (
        "if libc.shmget(1, 64, 0o1600) >= 0 or libc.semget(1, 1, 0o1600) >= 0: harm()\n"
        "if libc.msgget(1, 0o1600) >= 0 or sc(240, 180, b'q', 0o102, 0o600, 0) >= 0: harm()"
    ),
    "keys": "if sc(250, 219, 0, -4, 1) >= 0 or sc(249, 218, b'user', b'k', 0, -4) >= 0: harm()",
}

_WRITING = {
    "beside the gold": "open({folder!r} + '/planted', 'w'); harm()",
    "over the gold": "open({secret_file!r}, 'w').write('x'); harm()",
    "appended": "open({secret_file!r}, 'a').write('x'); harm()",
    "truncated by path": "os.truncate({secret_file!r}, 0); harm()",
    "truncated through a link": "os.symlink({secret_file!r}, 'l'); os.truncate('l', 0); harm()",
    "truncated while opened": (
        "for flags in (0o1000, 0o1003):\n"
        "    if libc.open({secret_file!r}.encode(), flags) >= 0: harm()\n"
        "    if libc.open(os.__file__.encode(), flags) >= 0: harm()"
    ),
    "library truncated": ("os.truncate(os.__file__, 0)\n"),
    "mode of the gold": "os.chmod({secret_file!r}, 0); harm()",
    "mode through a link": "os.symlink({secret_file!r}, 'l'); os.chmod('l', 0); harm()",
    "mode through a folder link": "os.symlink({folder!r}, 'd'); os.chmod('d/secret', 0); harm()",
    "mode by magic link": (
        "d = os.open({secret_file!r}, os.O_PATH)\n"
        "root = '/proc/self/root' + {secret_file!r}\n"
        "for name in (f'/proc/self/fd/{{d}}', root, '/proc/self/exe'):\n"
        "    if libc.chmod(name.encode(), 0o777) == 0: harm(name)"
    ),
    "mode of a descriptor": "if libc.fchmod(os.open(os.__file__, 0), 0o777) == 0: harm()",
    "mode of the working folder": "if libc.chmod(os.getcwd().encode(), 0o777) == 0: harm()",
    "setuid": (
        "open('s', 'w').close(); os.chmod('s', 0o6755)\nif os.stat('s').st_mode & 0o6000: harm()"
    ),
    "times of the gold": "os.utime({secret_file!r}, (1, 1)); harm()",
    "times of its folder": "os.utime({folder!r}, (1, 1)); harm()",
    "owner": "if libc.chown({secret_file!r}.encode(), 1, 1) == 0: harm()",
    "attributes": "os.setxattr({secret_file!r}, 'user.x', b'1'); harm()",
    "removed": "os.unlink({secret_file!r}); harm()",
    "folder removed": "os.rmdir({folder!r}); harm()",
    "folder made": "os.mkdir({folder!r} + '/planted'); harm()",
    "link made": "os.symlink('x', {folder!r} + '/planted'); harm()",
    "socket made": ("s = socket.socket(socket.AF_UNIX); s.bind({folder!r} + '/planted'); harm()"),
    "fifo made": "os.mkfifo({folder!r} + '/planted'); harm()",
    "in the folder for all": (
        "own = os.path.dirname({folder!r})\n"
        "for f in (own, '/tmp', '/var/tmp', '/dev/shm', '/dev', '/dev/mqueue', '/run'):\n"
        "    try: open(f + '/planted-by-a-program', 'w')\n"
        "    except OSError: continue\n    harm(f)"
    ),
    "beside the working folder": "open('../planted', 'w'); harm()",
    "working folder renamed": "os.rename(os.getcwd(), os.getcwd() + '2'); harm()",
    "working folder removed": "d = os.getcwd(); os.chdir('/'); os.rmdir(d); harm()",
    "locks on the caller's files": (
        "try: fcntl.flock(os.open({secret_file!r}, os.O_PATH), fcntl.LOCK_EX); harm()\n"
        "except OSError: pass\n"
        "fcntl.flock(open(os.__file__), fcntl.LOCK_EX); harm()"
    ),
    "processes' settings": (
        "for n in ('oom_score_adj', 'coredump_filter', 'comm', 'timerslack_ns', 'clear_refs'):\n"
        "    for p in ('self', '{harness}', '{victim}'):\n"
        "        try: open(f'/proc/{{p}}/{{n}}', 'w').write('1')\n"
        "        except OSError: continue\n        harm(p + n)"
    ),
}

_PROCESSES = {
    "kill the parent": "os.kill(os.getppid(), signal.SIGKILL); harm()",
    "kill the harness": "os.kill({harness}, signal.SIGSTOP); harm()",
    "kill everything": (
        "for n in (-1, 0, -{harness}, 1):\n"
        "    try: os.kill(n, signal.SIGSTOP)\n    except OSError: continue\n    harm(n)"
    ),
    "signal a thread of another": (
        "if sc(234, 131, {harness}, {harness}, 19) >= 0 or sc(200, 130, {harness}, 19) >= 0: harm()"
    ),
    "signal by the descriptor's owner": (
        "r, w = os.pipe()\nfor n in (8, 10, 15):\n    if libc.fcntl(r, n, {harness}) == 0: harm(n)"
    ),
    "timer that signals another": (
        "event = struct.pack('QiiI', 0, 9, 4, {harness}) + bytes(64)\n"
        "if sc(222, 107, 0, event, ctypes.byref(ctypes.c_int())) >= 0: harm()"
    ),
    "limits of the harness": (
        "if sc(302, 261, {harness}, 1, struct.pack('QQ', 0, 0), 0) == 0: harm()"
    ),
    "limit on core files": (
        "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0)); harm()"
    ),
    "dump core": "os.abort()",
    "priority of the harness": "os.setpriority(os.PRIO_PROCESS, {harness}, 19); harm()",
    "processors of the harness": (
        "if sc(203, 122, {harness}, 8, struct.pack('Q', 1)) >= 0: harm()"
    ),
    "session": "if sc(112, 157) >= 0 or sc(109, 154, 0, {harness}) >= 0: harm()",
    "fork without libc": "r = sc(56, 220, 17, 0, 0, 0, 0)\nif r >= 0: harm()",
    "process with shared memory": "r = sc(56, 220, 0x4111, 0, 0, 0, 0)\nif r >= 0: harm()",
    "sibling": "r = sc(56, 220, 0x8000 | 17, 0, 0, 0, 0)\nif r >= 0: harm()",
    "no longer end with the server": "if libc.prctl(1, 0, 0, 0, 0) == 0: harm()",
    "look at itself no more": "if libc.prctl(4, 0, 0, 0, 0) == 0: harm()",
    "another filter": (
        "if libc.prctl(22, 1, 0, 0, 0) == 0 or sc(317, 277, 1, 8, 0) >= 0: harm()\n"
        "if sc(446, 446, 0, 0) >= 0 or sc(444, 444, 0, 0, 1) >= 0: harm()"
    ),
    "userfaultfd, bpf and perf": (
        "if sc(323, 282, 1) >= 0: harm()\n"
        "if sc(321, 280, 0, ctypes.create_string_buffer(64), 64) >= 0: harm()\n"
        "if sc(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0) >= 0: harm()"
    ),
    "io_uring": "if sc(425, 425, 8, ctypes.create_string_buffer(120)) >= 0: harm()",
    "abstract socket": (
        "a, b = socket.socketpair()\n"
        "if sc(42, 203, a.fileno(), struct.pack('H', 1) + b'\\0x', 4) >= 0: harm()\n"
        "if sc(49, 200, a.fileno(), struct.pack('H', 1) + b'\\0x', 4) >= 0: harm()"
    ),
    "terminal input": "import termios\nif libc.ioctl(0, 0x5412, b'x') == 0: harm()",
}

_EXHAUSTION = {
    "threads": (
        "end = threading.Event(); n = 0\n"
        "try:\n    while n < 100: threading.Thread(target=end.wait, daemon=True).start(); n += 1\n"
        "except RuntimeError: pass\n"
        "if n > 8: harm(n)\nos._exit(0)"
    ),
    "threads without libc": (
        "code = mmap.mmap(-1, 4096, prot=7); code.write(bytes.fromhex('b8220000000f05ebf7'))\n"
        "entry = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "stacks = mmap.mmap(-1, 1 << 20)\n"
        "base = ctypes.addressof(ctypes.c_char.from_buffer(stacks))\n"
        "raw = mmap.mmap(-1, 4096, prot=7)\n"
        # mov eax, 56; syscall; test eax, eax; jnz back; jmp to `entry`; back: ret
        "raw.write(bytes.fromhex('b8380000000f0585c0750c48b8') + struct.pack('Q', entry)\n"
        "          + bytes.fromhex('ffe0c3'))\n"
        "kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_long, ctypes.c_long)\n"
        "start = kind(ctypes.addressof(ctypes.c_char.from_buffer(raw)))\n"
        "n = 0\n"
        "while X and n < 200 and start(0x10f00, base + 4096 * (n + 1)) > 0: n += 1\n"
        "if n > 8: harm(n)\nos._exit(0)"
    ),
    "space by many files": (
        "for n in range(64):\n    open(str(n), 'wb').write(bytes(1 << 20))\ntime.sleep(0.2); harm()"
    ),
    "space by removed files": (
        "held = []\n"
        "for n in range(32):\n"
        "    f = open('f', 'wb', buffering=0); os.unlink('f')\n"
        "    f.write(bytes(1 << 20)); held.append(f)\n"
        "time.sleep(0.2)\nwith open('more', 'wb') as f: f.write(b'x')\nharm()"
    ),
    "space by removed, mapped files": (
        "held = []\n"
        "for n in range(200):\n"
        "    with open('f', 'w+b', buffering=0) as f:\n"
        "        os.unlink('f'); f.write(bytes(1 << 20))\n"
        "        held.append(mmap.mmap(f.fileno(), 4096))\n"
        "time.sleep(0.2); harm()"
    ),
    "space without writing": (
        "f = open('f', 'wb')\n"
        "if libc.fallocate(f.fileno(), 0, ctypes.c_long(0), ctypes.c_long(1 << 20)) == 0: harm()"
    ),
    "files without a name": "os.open('.', os.O_TMPFILE | os.O_RDWR); harm()",
    "one large file": "f = open('f', 'wb'); f.truncate(1 << 40); harm()",
    "one large file by path": "open('f', 'wb').close(); os.truncate('f', 1 << 40); harm()",
    "inodes": ("for n in range(10**6): os.mkdir(str(n))\nharm()"),
    "inodes deep down": ("for n in range(10**6):\n    os.mkdir('d'); os.chdir('d')\nharm()"),
    "links": "open('f', 'w').close()\nfor n in range(10**6): os.link('f', str(n))\nharm()",
    "memory": "x = []\nwhile True: x.append(bytearray(1 << 24))",
    "pipes": (
        "x = []\nwhile True:\n    r, w = os.pipe(); x.append(w); fcntl.fcntl(w, 1031, 1 << 24)"
    ),
    "questions to the server": (
        "open('f', 'w').close(); end = time.monotonic() + 30\n"
        "while time.monotonic() < end: libc.chmod(b'f', 0o600)\nharm()"
    ),
}

_LEAVE = "open('left', 'w').write('x'); os.mkdir('d'); os.mkdir('d/e'); os.symlink('/', 'd/e/l')\n"
_LEAVING = {
    "files": _LEAVE,
    "folders without modes": "os.makedirs('a/b'); os.chmod('a/b', 0); os.chmod('a', 0)",
    "names of every kind": (
        "for n in ('-rf', ' ', '\\n', '..x', '\\udcff', 'x' * 255): os.mkdir(n)"
    ),
    "a read-only folder": "os.mkdir('a'); open('a/f', 'w').close(); os.chmod('a', 0o500)",
    "a thread that writes": (
        "def go():\n"
        "    while True:\n"
        "        try: open(str(time.monotonic_ns()), 'w').close()\n"
        "        except OSError: pass\n"
        "for _ in range(4): threading.Thread(target=go, daemon=True).start()\n"
        "time.sleep(0.05)"
    ),
    "a thread at the end": (
        "import atexit\natexit.register(lambda: [open(str(n), 'w') for n in range(50)])"
    ),
    "times of the folder": "open('a', 'w').close(); os.unlink('a'); os.listdir('.')",
}

_FAMILIES = {
    "landlock: reading": _READING,
    "landlock: writing": _WRITING,
    "landlock: processes": _PROCESSES,
    "landlock: exhaustion": _EXHAUSTION,
    "landlock: leaving": _LEAVING,
}
LANDLOCK_ATTACKS = tuple(
    Attack(f"{family.rpartition(' ')[2]}: {name}", family, PRELUDE + _LOOK + source)
    for family, sources in _FAMILIES.items()
    for name, source in sources.items()
)
