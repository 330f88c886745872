"""The filter itself, run by a small interpreter of classic BPF, for both architectures."""

import errno
import struct
from itertools import product

import pytest
from assay.sandbox.forbidden_calls import FORBIDDEN
from assay.sandbox.forkserver import kernel, seccomp

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
OWN = seccomp._OWN_PID


def decide(text: bytes, arch: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would return for one call; the semantics are those of linux/filter.h."""
    filled = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *filled)
    lines = list(struct.iter_unpack("<HBBI", text))
    at, held = 0, 0
    while True:
        code, true, false, value = lines[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            held &= value
        elif code in (0x15, 0x35):
            holds = held == value if code == 0x15 else held >= value
            at += true if holds else false
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"an instruction {code:#x} that nobody wrote")


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def column(machine: str) -> int:
    return list(ARCHITECTURES).index(machine)


def verdict(machine: str, number: int, *arguments: int) -> int:
    return decide(seccomp.build_filter(machine), ARCHITECTURES[machine], number, arguments)


def test_every_listed_call_is_allowed(machine: str) -> None:
    for name, numbers in seccomp._NUMBERS.items():
        number = numbers[column(machine)]
        if number is not None:
            assert verdict(machine, number) == ALLOW, name


def test_every_number_that_is_not_listed_is_refused(machine: str) -> None:
    listed = {numbers[column(machine)] for numbers in seccomp._NUMBERS.values()}
    special = {
        numbers[column(machine)]
        for numbers in (
            seccomp._CLONE, seccomp._SOCKETPAIR, seccomp._SENDTO, seccomp._IOCTL,
            seccomp._PRLIMIT, seccomp._FCNTL, seccomp._ARCH_PRCTL, *seccomp._SIGNALS,
            *seccomp._LISTXATTR,
        )
    }  # fmt: skip
    refused = {0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS}
    for number in set(range(600)) - listed - special:
        assert verdict(machine, number, 2**32 - 1, 2**32 - 1) in refused, number


def test_the_attacked_calls_are_not_in_the_list(machine: str) -> None:
    listed = {numbers[column(machine)] for numbers in seccomp._NUMBERS.values()}
    for name, numbers in FORBIDDEN.items():
        number = numbers[column(machine)]
        assert number is None or number not in listed, name


def test_signals_go_to_oneself_alone(machine: str) -> None:
    for numbers, pid in product(seccomp._SIGNALS, (0, 1, 2**32 - 1, OWN + 1)):
        assert verdict(machine, numbers[column(machine)], OWN, 9) == ALLOW
        assert verdict(machine, numbers[column(machine)], pid, 9) == 0x50000 | errno.EPERM


@pytest.mark.parametrize(
    ("numbers", "arguments", "allowed"),
    [
        (seccomp._CLONE, (0x3D0F00,), True),  # what pthread_create asks for
        (seccomp._CLONE, (17,), False),  # fork
        (seccomp._CLONE, (0x4111,), False),  # vfork
        (seccomp._CLONE, (0x3D0F00 | 0x10000000,), False),  # a thread in a new user namespace
        (seccomp._CLONE, (0x3D0F00 | 0x80,), False),  # in a new time namespace
        (seccomp._SOCKETPAIR, (1, 1), True),
        (seccomp._SOCKETPAIR, (1, 1 | 0o2000000), True),
        (seccomp._SOCKETPAIR, (1, 2), False),
        (seccomp._SOCKETPAIR, (16, 1), False),
        (seccomp._SENDTO, (3, 0, 0, 0, 0), True),
        (seccomp._SENDTO, (3, 0, 0, 0, 4096), False),
        (seccomp._SENDTO, (3, 0, 0, 0, 1 << 32), False),
        (seccomp._IOCTL, (0, 0x5421), True),
        (seccomp._IOCTL, (0, 0x5412), False),  # TIOCSTI
        (seccomp._FCNTL, (0, 1030), True),
        (seccomp._FCNTL, (0, 1024), False),  # F_SETLEASE
        (seccomp._FCNTL, (0, 8), False),  # F_SETOWN
        (seccomp._PRLIMIT, (0,), True),
        (seccomp._PRLIMIT, (77,), False),
        (seccomp._CLONE3, (), False),
    ],
)
def test_arguments_decide(
    machine: str, numbers: tuple[int, int], arguments: tuple[int, ...], allowed: bool
) -> None:
    assert (verdict(machine, numbers[column(machine)], *arguments) == ALLOW) is allowed


def test_only_thread_storage_may_be_set_by_arch_prctl() -> None:
    number = seccomp._ARCH_PRCTL[0]
    assert verdict("x86_64", number, 0x1002) == ALLOW
    for option in (0x1001, 0x1003, 0x1012, 0x2003, 0x4001, 0x5001):
        assert verdict("x86_64", number, option) == 0x50000 | errno.EPERM


def test_a_foreign_table_of_calls_kills() -> None:
    text = seccomp.build_filter("x86_64")
    assert decide(text, 0x40000003, 1) == KILL  # 32-bit calls
    assert decide(text, ARCHITECTURES["x86_64"], 0x40000000 + 1) == KILL  # x32
    assert decide(text, ARCHITECTURES["aarch64"], 64) == KILL


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(kernel.KernelError, match="riscv64"):
        seccomp.build_filter("riscv64")


def test_behind_landlock_alone_nothing_is_changed_unasked(machine: str) -> None:
    """What Landlock does not govern: modes, times, lengths by path, and how a file is opened."""
    text = seccomp.build_filter(machine, shared_files=True)

    def said(numbers: tuple[int | None, int | None], *arguments: int) -> int:
        number = numbers[column(machine)]
        return decide(text, ARCHITECTURES[machine], -1 if number is None else number, arguments)

    eperm, unsupported = 0x50000 | errno.EPERM, 0x50000 | errno.EOPNOTSUPP
    assert said(seccomp._OPENAT, 0, 0, 0o1102) == ALLOW  # O_CREAT | O_TRUNC | O_RDWR
    assert said(seccomp._OPENAT, 0, 0, 0o2000000) == ALLOW  # O_CLOEXEC
    assert said(seccomp._OPENAT, 0, 0, 0o1000) == eperm  # O_TRUNC | O_RDONLY
    assert said(seccomp._OPENAT, 0, 0, 0o3) == eperm
    assert said(seccomp._OPENAT, 0, 0, 0o1003) == eperm
    assert said(seccomp._OPENAT, 0, 0, 0o20200002) == unsupported  # O_TMPFILE | O_RDWR
    assert said(seccomp._FALLOCATE) == unsupported
    assert said(seccomp._PRLIMIT, 0, 4, 4096) == eperm  # RLIMIT_CORE, set
    assert said(seccomp._PRLIMIT, 0, 4, 1 << 32) == eperm
    assert said(seccomp._PRLIMIT, 0, 4, 0) == ALLOW  # and read
    assert said(seccomp._PRLIMIT, 0, 3, 4096) == ALLOW  # RLIMIT_STACK
    assert said(seccomp._PRLIMIT, 1, 3, 0) == eperm
    for name, numbers in seccomp.ASKED.items():
        if name != "clone" and numbers[column(machine)] is not None:
            assert said(numbers) == ALLOW, name  # so that the question decides


def test_the_server_is_asked_about_these_calls(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "MACHINE", machine)
    text = bytes(seccomp.QuestionFilter()._buffer)
    thread, fork = (0x3D0F00,), (0x01200011,)
    asked = {
        number
        for number in range(600)
        if decide(text, ARCHITECTURES[machine], number, thread) != ALLOW
    }
    clone = seccomp.ASKED["clone"][column(machine)]
    assert decide(text, ARCHITECTURES[machine], clone or -1, fork) == ALLOW
    assert asked == {
        numbers[column(machine)]
        for numbers in seccomp.ASKED.values()
        if numbers[column(machine)] is not None
    }
    assert decide(text, 0x40000003, next(iter(asked))) == ALLOW  # the allow-list kills it
