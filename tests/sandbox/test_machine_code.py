"""The machine code of the zygote, disassembled; the tiny init programs, disassembled and run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from assay.sandbox import Program, UsageError, open_sandbox
from assay.sandbox.forkserver import batch, rootfs

capstone = pytest.importorskip("capstone", reason="pip install capstone")

RUNNER = """
push rbx
push r12
mov rbx, rdi
mov r12, rsi
next: test r12, r12
je done
mov rax, qword ptr [rbx]
mov rdi, qword ptr [rbx + 8]
mov rsi, qword ptr [rbx + 0x10]
mov rdx, qword ptr [rbx + 0x18]
mov r10, qword ptr [rbx + 0x20]
mov r8, qword ptr [rbx + 0x28]
mov r9, qword ptr [rbx + 0x30]
syscall
mov rcx, qword ptr [rbx + 0x38]
test rax, rax
js below
jne good
cmp rcx, 2
je stop
cmp rcx, 3
je stay
good: add rbx, 0x40
dec r12
jmp next
below: cmp rcx, 1
je good
stop: neg rax
shl r12, 0x20
or rax, r12
jmp out
done: xor eax, eax
out: pop r12
pop rbx
ret
stay: mov eax, 0x1b4
mov edi, 1
mov esi, 0xffffffff
xor edx, edx
syscall
again: mov eax, 0x22
syscall
jmp again
"""
INITS = {
    "x86_64": """
        xor edi, edi
        lea rsi, [rsp - 0x10]
        mov edx, 1
        xor eax, eax
        syscall
        mov eax, 0xe7
        xor edi, edi
        syscall
    """,
    "aarch64": """
        mov x0, #0
        sub x1, sp, #0x10
        mov x2, #1
        mov x8, #0x3f
        svc #0
        mov x0, #0
        mov x8, #0x5e
        svc #0
    """,
}


def _instructions(machine: str, code: bytes) -> list[tuple[int, str]]:
    """Each instruction's address and text; every byte belongs to one."""
    kind, mode = {
        "x86_64": (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
        "aarch64": (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
    }[machine]
    found = list(capstone.Cs(kind, mode).disasm(code, 0))
    assert sum(one.size for one in found) == len(code)
    return [(one.address, f"{one.mnemonic} {one.op_str}".strip()) for one in found]


def test_the_runner_is_the_intended_program() -> None:
    """Labels of the listing above become the addresses that the jumps go to."""
    code = bytes.fromhex(batch._MACHINE_CODE["x86_64"])
    found = _instructions("x86_64", code)
    lines = [line.partition(": ") for line in RUNNER.strip().splitlines()]
    assert len(lines) == len(found)
    labels = {
        head: hex(address) if address > 9 else str(address)
        for (head, colon, _), (address, _) in zip(lines, found, strict=True)
        if colon
    }
    for (head, colon, tail), (_, text) in zip(lines, found, strict=True):
        words = (tail if colon else head).split(" ")
        assert " ".join(labels.get(word, word) for word in words) == text


def test_the_rules_in_the_code_are_those_of_the_list() -> None:
    rules = batch.MUST_SUCCEED, batch.MAY_FAIL, batch.MUST_BE_POSITIVE, batch.PARKS_CHILD
    assert rules == (0, 1, 2, 3)
    assert batch._WORDS * 8 == 0x40


def test_the_runner_makes_no_call_of_its_own_but_those_of_a_parked_child() -> None:
    """close_range(1, last, 0) and pause(): every other number comes from the list."""
    texts = [
        text for _, text in _instructions("x86_64", bytes.fromhex(batch._MACHINE_CODE["x86_64"]))
    ]
    numbers = [int(text.split(", ")[1], 16) for text in texts if text.startswith("mov eax, 0x")]
    assert numbers == [436, 34]
    assert texts.count("syscall") == 3


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_init_waits_for_the_end_of_its_input(machine: str) -> None:
    code = bytes.fromhex(rootfs._INIT_CODE[machine][1])
    texts = [text for _, text in _instructions(machine, code)]
    texts = [re.sub(r"^movz? ", "mov ", text) for text in texts]  # versions of capstone differ
    assert texts == [line.strip() for line in INITS[machine].strip().splitlines()]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_init_runs_until_its_input_ends(machine: str, tmp_path: Path) -> None:
    command = [str(tmp_path / "init")]
    if machine != os.uname().machine:
        emulator = shutil.which(f"qemu-{machine}") or shutil.which(f"qemu-{machine}-static")
        if emulator is None:
            pytest.skip(f"qemu-{machine} is not installed (apt-get install qemu-user)")
        command.insert(0, emulator)
    image = rootfs.init_image(machine)
    assert image is not None
    (tmp_path / "init").write_bytes(image)
    (tmp_path / "init").chmod(0o755)
    with subprocess.Popen(command, stdin=subprocess.PIPE) as init:
        with pytest.raises(subprocess.TimeoutExpired):
            init.wait(0.5)
        assert init.stdin is not None
        init.stdin.close()
        assert init.wait(10) == 0


def test_machine_code_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_MACHINE_CODE", "perhaps")
    with pytest.raises(UsageError, match="ASSAY_MACHINE_CODE='perhaps' is neither yes nor no"):
        open_sandbox("process", workers=1)
    monkeypatch.setenv("ASSAY_MACHINE_CODE", "0")
    with open_sandbox("process", workers=1) as sandbox:
        assert not sandbox._options.machine_code
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
