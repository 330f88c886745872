"""Tell the weights of a local model apart."""

import hashlib
from pathlib import Path

END_BYTES = 1 << 20
SUFFIXES = (".gguf", ".safetensors", ".bin", ".json")


def fingerprint(path: Path) -> str | None:
    """16 hex digits over a local model's files; None for a hub id.

    Hashes each file's name, size and both ends, to avoid reading gigabytes of weights.
    """
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    kept = [file for file in files if file.suffix in SUFFIXES and file.is_file()]
    if not kept:
        return None
    digest = hashlib.sha256()
    for file in kept:
        size = file.stat().st_size
        digest.update(f"{file.name}\0{size}\0".encode())
        with file.open("rb") as opened:
            digest.update(opened.read(END_BYTES))
            opened.seek(max(0, size - END_BYTES))
            digest.update(opened.read(END_BYTES))
    return digest.hexdigest()[:16]
