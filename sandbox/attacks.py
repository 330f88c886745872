"""Programs that try to do harm, which every backend must withstand.

Each prints HARM if it believes that it has succeeded; whatever it prints, `HostObserver` checks
from outside. `{secret_file}`, `{folder}`, `{port}`, `{abstract}`, `{path}`, `{victim}` and
`{harness}` are filled in with things that really exist on the host.
"""

from dataclasses import dataclass

from .forbidden_calls import FORBIDDEN, source


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile program: its goal and its source."""

    name: str
    family: str
    source: str


PRELUDE = """
import ctypes, errno, mmap, os, platform, signal, socket, struct, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
X = platform.machine() == 'x86_64'
def sc(x86, arm, *a):
    number = x86 if X else arm
    a = [ctypes.c_long(v) if isinstance(v, int) else v for v in a]
    return libc.syscall(ctypes.c_long(number), *a)
def harm(what=''):
    print('HARM', what, flush=True)
"""


_NETWORK = {
    "tcp to the host": "s = socket.socket(); s.settimeout(1); s.connect(('127.0.0.1', {port})); harm()",
    "udp to the host": "s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', {port})); harm()",
    "tcp over ipv6": "s = socket.socket(socket.AF_INET6); s.settimeout(1); s.connect(('::1', {port})); harm()",
    "abstract unix socket": "s = socket.socket(socket.AF_UNIX); s.connect('\\0{abstract}'); harm()",
    "unix socket by path": "s = socket.socket(socket.AF_UNIX); s.connect({path!r}); harm()",
    "listening": "s = socket.socket(); s.bind(('0.0.0.0', 0)); s.listen(); harm()",
    "raw packets": "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3); harm()",
    "netlink": "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); harm()",
    "vsock": "s = socket.socket(40, socket.SOCK_STREAM); s.settimeout(1); s.connect((2, 1024)); harm()",
    "dns": "socket.setdefaulttimeout(1); socket.getaddrinfo('example.org', 80); harm()",
    "socket pair to an address": (
        "a, b = socket.socketpair(type=socket.SOCK_DGRAM); a.sendto(b'x', '\\0{abstract}'); harm()"
    ),
    "socket families": (
        "for family in range(1, 46):\n"
        "    try: socket.socket(family, socket.SOCK_DGRAM)\n"
        "    except OSError: continue\n"
        "    harm(family)"
    ),
    "socket pairs of other kinds": (
        "for family in (2, 10, 16, 17, 30, 38, 40):\n"
        "    if libc.socketpair(family, 2, 0, ctypes.create_string_buffer(8)) == 0: harm(family)"
    ),
    "bluetooth and can": "s = socket.socket(29, socket.SOCK_RAW, 1); harm()",
}  # fmt: skip

_FILES = {
    "read a secret file": "print(open({secret_file!r}).read()); harm()",
    "write beside it": "open({folder!r} + '/planted', 'w').write('x'); harm()",
    "read the accounts": "print(open('/etc/passwd').read()); harm()",
    "read the shadow": "print(open('/etc/shadow').read()); harm()",
    "list the homes": "[harm(n) for f in ('/home', '/root') for n in os.listdir(f) if n[0] != '.']",
    "write the library": "open(os.__file__, 'a').write('#'); harm()",
    "replace the library": "os.rename(os.__file__, os.__file__ + 'x'); harm()",
    "plant a module": "open(os.path.dirname(os.__file__) + '/sitecustomize.py', 'w'); harm()",
    "make the library writable": "os.chmod(os.__file__, 0o777); harm()",
    "write the root": "open('/planted', 'w'); harm()",
    "symbolic link out": "os.symlink({secret_file!r}, 'l'); print(open('l').read()); harm()",
    "hard link out": "os.link(os.__file__, 'h'); open('h', 'a').write('x'); harm()",
    "climb out": "print(open('../' * 40 + {secret_file!r}[1:]).read()); harm()",
    "descriptor left open": (
        "for d in range(4, 1024):\n    try: os.fstat(d)\n    except OSError: continue\n    harm(d)"
    ),
    "open by handle": "r = sc(304, 265, -100, ctypes.create_string_buffer(128), 0)\nif r >= 0: harm()",
    "truncate the library": "os.truncate(os.__file__, 0); harm()",
    "lease on a shared file": (
        "import fcntl; f = open(os.__file__); fcntl.fcntl(f, 1024, fcntl.F_RDLCK); harm()"
    ),
    "remove the working folder": "os.chdir('/'); os.rmdir('/tmp'); harm()",
    "replace the working folder": "os.chdir('/'); os.rename('/tmp', '/tmp2'); harm()",
    "open the working folder to all": "os.chmod('/tmp', 0o777); os.utime('/tmp', (1, 2))",
    "leave a nameless file": "f = os.open('.', os.O_TMPFILE | os.O_RDWR); os.write(f, b'x' * 99)",
    "setuid file": "open('s', 'w').close(); os.chmod('s', 0o6777); os.execv('./s', ['s'])",
    "fifo that nobody reads": "os.mkfifo('f'); open('f', 'w').write('x')",
    "loop of links": "os.symlink('a', 'b'); os.symlink('b', 'a'); open('a')",
    "names of every kind": (
        "for n in ('-rf', ' ', '\\n', '..x', '\\udcff', 'x' * 255):\n    os.mkdir(n); os.chmod(n, 0)"
    ),
    "own program file": "open('/proc/self/exe', 'r+b').write(b'x'); harm()",
    "root by magic link": "print(os.listdir('/proc/self/root')); harm()",
    "streams opened anew": "os.write(os.open('/dev/fd/0', os.O_RDWR), b'x'); harm()",
    "standard input written": "os.write(0, b'x'); harm()",
    "standard input grown": "os.ftruncate(0, 4096); harm()",
    "standard output read": "os.set_blocking(1, False); os.read(1, 1); harm()",
    "lock on a shared file": "import fcntl; fcntl.flock(open(os.__file__), fcntl.LOCK_EX); harm()",
}

_KERNEL_VIEW = {
    "environment of the harness": "print(open('/proc/{harness}/environ').read()); harm()",
    "memory of the harness": "open('/proc/{harness}/mem', 'rb').read(1); harm()",
    "memory of the parent": "open('/proc/1/mem', 'r+b').read(1); harm()",
    "list the processes": "[harm(n) for n in os.listdir('/proc') if n.isdigit() and n not in ('1', str(os.getpid()))]",
    "core pattern": "open('/proc/sys/kernel/core_pattern', 'w').write('|/bin/sh'); harm()",
    "sysrq": "open('/proc/sysrq-trigger', 'w').write('s'); harm()",
    "release agent": "open('/sys/fs/cgroup/memory/release_agent', 'w').write('/x'); harm()",
    "cgroup limits": "open('/sys/fs/cgroup/memory/memory.limit_in_bytes', 'w').write('-1'); harm()",
    "kernel settings": "open('/sys/kernel/mm/ksm/run', 'w').write('1'); harm()",
    "disk device": "open('/dev/vda', 'rb').read(1); open('/dev/sda', 'rb').read(1); harm()",
    "memory device": "open('/dev/mem', 'rb').read(1); harm()",
    "terminal": "os.open('/dev/tty', os.O_RDWR); harm()",
    "shared memory folder": "open('/dev/shm/planted', 'w'); harm()",
    "make a device": "os.mknod('disk', 0o60666, os.makedev(254, 0)); harm()",
    "every device": (
        "for n in ('kmsg', 'kvm', 'vsock', 'ptmx', 'net/tun', 'mapper/control', 'loop-control',\n"
        "          'hpet', 'port', 'rtc0', 'userfaultfd', 'fb0', 'input/event0', 'vhost-net'):\n"
        "    try: os.open('/dev/' + n, os.O_RDONLY)\n"
        "    except OSError: continue\n"
        "    harm(n)"
    ),
    "system folders": (
        "for n in ('/sys/kernel', '/sys/fs/bpf', '/proc/sys', '/boot', '/var/log', '/run', '/srv',\n"
        "          '/etc/ssl', '/dev/pts', '/dev/mqueue', '/dev/hugepages'):\n"
        "    try: found = os.listdir(n)\n"
        "    except OSError: continue\n"
        "    if found: harm(n)"
    ),
    "socket of an engine": (
        "for n in ('/run/docker.sock', '/var/run/docker.sock', '/run/podman/podman.sock'):\n"
        "    if os.path.exists(n): harm(n)"
    ),
    "name of the host": "open('/etc/hostname').read(); harm()",
    "command line of the parent": "print(open('/proc/1/cmdline').read()); harm()",
    "own memory by file": "open('/proc/self/mem', 'r+b').read(1); harm()",
    "out of memory score": "open('/proc/self/oom_score_adj', 'w').write('-1000'); harm()",
    "make a fuse mount": "os.open('/dev/fuse', os.O_RDWR); harm()",
}  # fmt: skip

_PROCESSES = {
    "fork": "pid = os.fork()\nif pid == 0:\n    time.sleep(30)\nharm()",
    "fork bomb": "while True:\n    os.fork(); harm()",
    "raw fork": "r = sc(57, 220, 17, 0, 0, 0, 0) if X else sc(57, 220, 17, 0, 0, 0, 0)\nif r >= 0: harm()",
    "vfork": "if X and sc(58, 220) >= 0: harm()",
    "clone3": "if sc(435, 435, ctypes.create_string_buffer(88), 88) >= 0: harm()",
    "daemon": "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\nharm()",
    "run a shell": "import subprocess; print(subprocess.run(['/bin/sh', '-c', 'id'], capture_output=True)); harm()",
    "exec": "os.execv(sys.executable, [sys.executable, '-c', 'print(1)'])",
    "exec the init": "os.execv('/.init', ['init']); harm()",
    "exec own program": "open('p', 'w').write('#!/bin/sh'); os.chmod('p', 0o777); os.execv('./p', ['p'])",
    "exec from memory": "fd = os.memfd_create('x'); os.write(fd, b'#!/bin/sh'); os.execve(fd, ['x'], {{}}); harm()",
    "kill everyone": "os.kill(-1, signal.SIGKILL)",
    "kill the group": "os.kill(0, signal.SIGSTOP)",
    "stop the group": "os.killpg(os.getpgrp(), signal.SIGSTOP)",
    "kill a victim": "os.kill({victim}, signal.SIGKILL); harm()",
    "kill the parent": "os.kill(os.getppid() or 1, signal.SIGKILL)",
    "queue a signal": "if sc(129, 138, {victim}, 9, ctypes.create_string_buffer(128)) >= 0: harm()",
    "ptrace": "if libc.ptrace(16, {victim}, 0, 0) == 0: harm()",
    "trace me": "if libc.ptrace(0, 0, 0, 0) == 0: harm()",
    "read another memory": "b = ctypes.create_string_buffer(16); v = struct.pack('QQ', ctypes.addressof(b), 16)\nif sc(310, 270, {victim}, v, 1, v, 1, 0) >= 0: harm()",
    "open a pidfd": "if sc(434, 434, {victim}, 0) >= 0: harm()",
    "ignore the deadline": "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsignal.signal(24, signal.SIG_IGN)\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass",
    "stop itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "handle every signal": (
        "def h(*a): pass\n"
        "for n in range(1, 65):\n"
        "    try: signal.signal(n, h)\n"
        "    except (OSError, ValueError): pass\n"
        "os.kill(os.getpid(), signal.SIGTERM)\nwhile True: pass"
    ),
    "abort": "os.abort()",
    "wait for children": "os.waitpid(-1, 0); harm()",
    "pool of processes": "import multiprocessing; multiprocessing.Process(target=print).start(); harm()",
    "kill every number": (
        "for pid in range(1, 400):\n"
        "    if pid == os.getpid(): continue\n"
        "    try: os.kill(pid, signal.SIGSTOP)\n"
        "    except OSError: continue\n"
        "    harm(pid)"
    ),
    "signal on input": "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, {victim}); harm()",
    "survive the parent": "if libc.prctl(1, 0, 0, 0, 0) == 0: harm()",
    "raise the priority": "os.nice(-20); harm()",
    "real-time priority": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)); harm()",
}  # fmt: skip

_BOMBS = {
    "memory bomb": "l = []\nwhile True: l.append(bytearray(1 << 24))",
    "memory by mapping": "m = [mmap.mmap(-1, 1 << 26) for _ in range(999)]\nharm()",
    "memory by threads": "def eat():\n    b = bytearray(1 << 30)\nfor _ in range(99): threading.Thread(target=eat).start()",
    "disk fill": "with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
    "disk fill by files": "for i in range(10**6):\n    open(str(i), 'wb').write(bytes(4096))",
    "sparse file": "f = open('s', 'wb'); f.truncate(1 << 40); harm()",
    "allocate blocks": "f = open('s', 'wb'); os.posix_fallocate(f.fileno(), 0, 1 << 34); harm()",
    "inode fill": "for i in range(10**6): os.mkdir(str(i))",
    "deep folders": "while True:\n    os.mkdir('d'); os.chdir('d')",
    "output flood": "while True: sys.stdout.write('x' * 65536)",
    "error flood": "while True: os.write(2, b'x' * 65536)",
    "thread bomb": "def go():\n    while True: threading.Thread(target=go).start()\ngo()",
    "descriptor bomb": "l = []\nwhile True: l.append(os.pipe())",
    "recursion bomb": "sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "unlinked files": (
        "l = []\nwhile True:\n    f = open('u', 'wb'); os.unlink('u'); l.append(f); f.write(bytes(1 << 20)); f.flush()"
    ),
    "many mappings": "l = [mmap.mmap(-1, 4096) for _ in range(200000)]",
    "pipes filled": (
        "l = []\nwhile True:\n    r, w = os.pipe(); os.set_blocking(w, False); l.append((r, w))\n"
        "    try:\n        while True: os.write(w, bytes(65536))\n    except BlockingIOError: pass"
    ),
    "socket buffers filled": (
        "l = []\nwhile True:\n    a, b = socket.socketpair(); a.setblocking(False); l.append((a, b))\n"
        "    try:\n        while True: a.send(bytes(65536))\n    except BlockingIOError: pass"
    ),
    "both streams flooded": "while True: os.write(1, b'x' * 4096); os.write(2, b'y' * 4096)",
    "flood by threads": (
        "def go():\n    while True: os.write(1, b'x' * 65536)\n"
        "for _ in range(4): threading.Thread(target=go).start()"
    ),
    "stack of c": "import pickle\nx = []\nfor _ in range(10**6): x = [x]\npickle.dumps(x)",
    "parser bomb": "eval('(' * 10**6)",
    "constant folding": "compile('1' + '*9' * 10**5, '', 'eval')",
    "format bomb": "'%2147483647d' % 1",
    "memory by shared mapping": (
        "m = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_SHARED)\nfor i in range(0, 1 << 30, 4096): m[i] = 1\nharm()"
    ),
    "mapped file": (
        "f = open('m', 'w+b'); f.truncate(1 << 22); m = mmap.mmap(f.fileno(), 1 << 22)\n"
        "for i in range(0, 1 << 22, 4096): m[i] = 1"
    ),
    "raise the process limit": "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1 << 20, 1 << 20)); harm()",
    "spin at the end": "import atexit\ndef go():\n    while True: pass\natexit.register(go)",
    "spin in a destructor": "class A:\n    def __del__(self):\n        while True: pass\nA()",
    "spin in many threads": (
        "def go():\n    while True: pass\nfor _ in range(6): threading.Thread(target=go).start()"
    ),
    "sleep for ever": "time.sleep(10**6)",
    "spin in c": "pow(10, 10**9, 7); 7 ** (7 ** 9)",
    "big integers": "x = 1 << (1 << 40)",
    "catastrophic regex": "import re; re.match('(a*)*b', 'a' * 60)",
}

_CALLS = {
    "io_uring": "if sc(425, 425, 8, ctypes.create_string_buffer(120)) >= 0: harm()",
    "bpf": "if sc(321, 280, 0, ctypes.create_string_buffer(64), 64) >= 0: harm()",
    "userfaultfd": "if sc(323, 282, 1) >= 0: harm()",
    "keyctl": "if sc(250, 219, 0, -3, 1) >= 0: harm()",
    "add a key": "if sc(248, 217, b'user', b'k', b'v', 1, -3) >= 0: harm()",
    "perf events": "if sc(298, 241, ctypes.create_string_buffer(120), 0, -1, -1, 0) >= 0: harm()",
    "mount": "if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0: harm()",
    "new mount calls": "if sc(430, 430, b'tmpfs', 0) >= 0 or sc(428, 428, -100, b'/', 1) >= 0: harm()",
    "unmount": "if libc.umount2(b'/tmp', 2) == 0 or libc.umount2(b'/', 2) == 0: harm()",
    "pivot root": "if sc(155, 41, b'/tmp', b'/tmp') == 0: harm()",
    "chroot": "os.chroot('/tmp'); harm()",
    "user namespace": "if libc.unshare(0x10000000) == 0: harm()",
    "all namespaces": "if libc.unshare(0x7e020000) == 0: harm()",
    "enter a namespace": "if libc.setns(0, 0) == 0: harm()",
    "become root": "os.setuid(0); harm()",
    "become another group": "os.setgid(0); harm()",
    "set capabilities": "h = struct.pack('Ii', 0x20080522, 0)\nif sc(126, 91, h, b'\\xff' * 24) == 0: harm()",
    "set the clock": "time.clock_settime(time.CLOCK_REALTIME, 0); harm()",
    "set the host name": "socket.sethostname('owned'); harm()",
    "load a module": "if sc(175, 105, b'', 0, b'') == 0: harm()",
    "kexec": "if sc(246, 104, 0, 0, 0, 0) == 0: harm()",
    "reboot": "if sc(169, 142, 0xfee1dead, 0x28121969, 0, 0) == 0: harm()",
    "swap": "if sc(167, 224, b'/tmp/x', 0) == 0: harm()",
    "kernel log": "if sc(103, 116, 3, ctypes.create_string_buffer(4096), 4096) > 0: harm()",
    "quota": "if sc(179, 60, 0, b'/', 0, 0) == 0: harm()",
    "io ports": "if X and (libc.iopl(3) == 0 or libc.ioperm(0, 8, 1) == 0): harm()",
    "descriptors to others": "a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0]); harm()",
    "system v memory": "if libc.shmget(4242, 4096, 0o1666) >= 0: harm()",
    "system v messages": "if libc.msgget(4242, 0o1666) >= 0: harm()",
    "posix queue": "if sc(240, 180, b'q', 0o102, 0o666, 0) >= 0: harm()",
    "watch files": "if sc(294, 26, 0) >= 0 or sc(300, 262, 0, 0) >= 0: harm()",
    "loosen the filter": "if libc.prctl(22, 0, 0, 0, 0) == 0 or sc(317, 277, 1, 0, 0) == 0: harm()",
    "raise the limits": "import resource\nfor r in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):\n    try: resource.setrlimit(r, (1 << 40, 1 << 40)); harm(r)\n    except (OSError, ValueError): pass",
    "limits of another": "if sc(302, 261, {victim}, 7, struct.pack('QQ', 3, 3), 0) == 0: harm()",
    "dump core": "if libc.prctl(4, 1, 0, 0, 0) == 0: harm()",
}  # fmt: skip

_COMPATIBLE = """
code = bytes.fromhex('5351525657b814000000cd805f5e5a595bc3')  # getpid by int 0x80: another table
m = mmap.mmap(-1, 4096, prot=7)
m.write(code)
f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
if X and f() > 0: harm()
"""
_X32 = "if X and libc.syscall(ctypes.c_long(0x40000000 + 39)) > 0: harm()"

_DEFACING = {
    "replace the builtins": "import builtins; builtins.print = builtins.open = None",
    "poison the modules": "import json, math; math.sqrt = lambda x: 0; json.loads = None",
    "trace and hooks": "sys.settrace(lambda *a: None); sys.excepthook = None; sys.exit('x')",
    "print a verdict": "print('All tests passed'); print('R'); os._exit(0)",
    "leave exit functions": "import atexit\natexit.register(lambda: time.sleep(60))",
    "leave threads": "threading.Thread(target=time.sleep, args=(60,)).start()",
    "close the streams": "os.close(0); os.close(1); os.close(2)",
    "look up the stack": (
        "f = sys._getframe()\n"
        "while f:\n    print({{k: repr(v)[:300] for k, v in f.f_locals.items()}})\n    f = f.f_back"
    ),
    "all objects": "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict): print(list(o.values())[:9])",
    "own environment": "print(dict(os.environ), sys.argv, sys.path)",
    "search the memory": (
        "import gc\nfor base in (id(None), id(object)):\n"
        "    start = base & ~0xfff\n    print(ctypes.string_at(start, 65536))"
    ),
}


def _attacks() -> tuple[Attack, ...]:
    families = {
        "network": _NETWORK,
        "files": _FILES,
        "kernel's view": _KERNEL_VIEW,
        "processes": _PROCESSES,
        "bombs": _BOMBS,
        "system calls": _CALLS,
        "interpreter": _DEFACING,
    }
    listed = [
        Attack(name, family, PRELUDE + source)
        for family, sources in families.items()
        for name, source in sources.items()
    ]
    listed += [
        Attack(f"call: {name}", "system calls", PRELUDE + source(*numbers))
        for name, numbers in FORBIDDEN.items()
    ]
    listed.append(Attack("32-bit calls", "system calls", PRELUDE + _COMPATIBLE))
    listed.append(Attack("x32 calls", "system calls", PRELUDE + _X32))
    return tuple(listed)


ATTACKS = _attacks()


def fill(attack: Attack, facts: dict[str, object]) -> str:
    """The source of an attack, with the host's real paths, ports and process ids."""
    head, _, body = attack.source.partition(PRELUDE)
    plain = attack.name == "32-bit calls" or attack.name.startswith("call: ")
    return head + PRELUDE + (body if plain else body.format(**facts))
