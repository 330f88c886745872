"""One file that holds a run, and its verification by anyone: `assay export bundle`, `reverify`.

A bundle is a zip of the run's files, the problems with their golds, the SHA-256 of every record
and of every file, and the versions that made it. Whoever has it can make every verdict again,
without a model or a GPU. What its author changed consistently, completion and verdict alike,
shows only against the bundle's own SHA-256, published elsewhere.
"""

import hashlib
import io
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite, Verdict
from .backends.contract import Completion, Request
from .evaluation import TaskSpec
from .evaluation.endings import judged
from .records import decode_object, encode
from .results import RUN_ID, RunFolder, write_atomically

FORMAT = 1
HEADER, MANIFEST, SUMMARY = "bundle.json", "manifest.json", "summary.json"
PROBLEMS, SAMPLES, DIGESTS = "problems.jsonl", "samples.jsonl", "digests.txt"
RUN_FILES = (MANIFEST, SUMMARY, PROBLEMS, SAMPLES)
REQUIRED = (HEADER, MANIFEST, PROBLEMS, SAMPLES, DIGESTS)
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that equal runs are equal bundles."""
Key = tuple[str, str, int]
"""(suite, problem id, sample number)."""


@dataclass(frozen=True, slots=True)
class BundleFault:
    """Something in a bundle that is not as it says."""

    where: str
    """A file of the bundle, a problem, or a sample as `SUITE/PROBLEM#SAMPLE`."""
    what: str


@dataclass(slots=True)
class Reverified:
    """What came of making every verdict again."""

    sha256: str
    """Of the bundle's header, which holds the hashes of all else."""
    records: int = 0
    same: int = 0
    """Records whose verdict came out the same."""
    findings: list[BundleFault] = field(default_factory=list)
    unverified: list[BundleFault] = field(default_factory=list)
    """Records whose problem cannot be checked here, or whose check failed on our side."""


def write_bundle(folder: RunFolder, out: Path) -> Path:
    """Write the bundle of a run into the folder `out`; returns its path.

    Raises UsageError for a run without samples and a folder that cannot be written.
    """
    manifest, summary = folder.manifest(), folder.summary()
    samples = ordered_samples(folder)
    if not samples:
        raise UsageError(f"run {folder.run_id!r} has no samples to bundle")
    digests = "".join(f"{hashlib.sha256(line).hexdigest()}\n" for line in samples)
    files = {
        MANIFEST: encode(manifest),
        **({SUMMARY: encode(summary)} if summary is not None else {}),
        PROBLEMS: b"".join(encode(line) + b"\n" for line in _problem_lines(folder, manifest)),
        SAMPLES: b"".join(line + b"\n" for line in samples),
        DIGESTS: digests.encode(),
    }
    header = {
        "format": FORMAT,
        "run_id": folder.run_id,
        "assay": version("assay"),
        "versions": manifest.get("versions", {}),
        "tasks": {task["name"]: task.get("hash") for task in manifest["config"]["tasks"]},
        "records": len(samples),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    files = {HEADER: json.dumps(header, indent=1, sort_keys=True).encode(), **files}
    path = out / f"{folder.run_id}.assay.zip"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    write_atomically(path, _zipped(files))
    return path


def ordered_samples(folder: RunFolder) -> list[bytes]:
    """The records of a run as lines, in one order; a run stores them as they come."""
    ordered = sorted(
        folder.samples(), key=lambda one: (one["suite"], one["problem_id"], one["sample"])
    )
    return [encode(record) for record in ordered]


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()


def _problem_lines(folder: RunFolder, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The run's problems; of a run stored before they were kept, from its suites."""
    known = set()
    for line in folder.problems():
        known.add((line["suite"], line["problem_id"]))
        yield line
    suites = load_suites(manifest, None)
    for record in folder.samples():
        key = record["suite"], record["problem_id"]
        problem = None if key in known else _find(suites.get(key[0]), key[1])
        known.add(key)
        if problem is not None:
            yield {"suite": key[0], "problem_id": key[1],
                   "prompt_hash": record.get("prompt_hash"),
                   "messages": [{"role": "user", "content": problem.prompt}],
                   "answer": problem.answer}  # fmt: skip


def load_suites(manifest: Mapping[str, Any], data_dir: str | None) -> dict[str, Suite | UsageError]:
    """The suites of a run, or why one cannot be loaded here."""
    found: dict[str, Suite | UsageError] = {}
    for task in manifest.get("config", {}).get("tasks", []):
        options = dict(task.get("options", {}))
        if data_dir is not None:
            options.pop("path", None)
            if "data_dir" in _options(task["name"]):
                options["data_dir"] = data_dir
        try:
            found[task["name"]] = TaskSpec(task["name"], options).load()
        except UsageError as error:
            found[task["name"]] = error
    return found


def _options(suite: str) -> Mapping[str, Any]:
    from ..tasks.registry import options_of

    try:
        return options_of(suite)
    except UsageError:
        return {}


def _find(suite: Suite | UsageError | None, problem_id: str) -> Problem | None:
    if not isinstance(suite, Suite):
        return None
    try:
        return suite.find(problem_id)
    except UsageError:
        return None


# ---- unpacking ------------------------------------------------------------------------------
def unpack_bundle(path: Path, into: Path) -> tuple[RunFolder, str]:
    """The run of a bundle, unpacked into the folder `into`, and the SHA-256 of its header.

    Raises UsageError for what is no bundle and for a file without the hash that the bundle
    states. Verdicts are not made again: `reverify` does that.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            header, digest = _opened(path, archive)
            wrong = _wrong_hashes(archive, header)
            if wrong:
                raise UsageError(
                    f"{path}: {', '.join(wrong)} does not have the hash that the bundle states: "
                    "it was changed or damaged; ask its author for it again"
                )
            run_id = header.get("run_id")
            if not isinstance(run_id, str) or not RUN_ID.fullmatch(run_id):
                raise UsageError(f"{path}: {run_id!r} is no run id")
            target = into / run_id
            target.mkdir(parents=True)
            for name in RUN_FILES:
                if name in archive.namelist():
                    with archive.open(name) as source, (target / name).open("wb") as file:
                        shutil.copyfileobj(source, file)
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f"{path} cannot be read as a bundle: {error}") from error
    return RunFolder(target), digest


def _opened(path: Path, archive: zipfile.ZipFile) -> tuple[dict[str, Any], str]:
    """The header of a bundle and its SHA-256. Raises UsageError for what is no bundle."""
    missing = [name for name in REQUIRED if name not in archive.namelist()]
    if missing:
        raise UsageError(f"{path} is no bundle: it lacks {', '.join(missing)}")
    raw = archive.read(HEADER)
    header = decode_object(raw) or {}
    if header.get("format") != FORMAT:
        raise UsageError(f"{path}: format {header.get('format')!r} of a bundle is not {FORMAT}")
    return header, hashlib.sha256(raw).hexdigest()


def _wrong_hashes(archive: zipfile.ZipFile, header: Mapping[str, Any]) -> list[str]:
    """The files without the hash that the header states."""
    stated = header.get("files")
    stated = stated if isinstance(stated, dict) else {}
    return [
        name
        for name in sorted({*REQUIRED[1:], *stated})
        if stated.get(name) != _digest_of(archive, name)
    ]


# ---- verification ---------------------------------------------------------------------------
def reverify(path: Path, data_dir: str | None = None, expected: str | None = None) -> Reverified:
    """Make every verdict of a bundle again, and name whatever is not as the bundle says.

    `expected` is the published SHA-256 of the bundle. Raises UsageError for a file that is no
    bundle, or one of another version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _reverify(path, archive, data_dir, expected)
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f"{path} cannot be read as a bundle: {error}") from error


def _reverify(
    path: Path, archive: zipfile.ZipFile, data_dir: str | None, expected: str | None
) -> Reverified:
    header, digest = _opened(path, archive)
    result = Reverified(digest)
    if expected is not None and expected.lower() != result.sha256:
        result.findings.append(BundleFault(HEADER, f"is not the bundle with SHA-256 {expected}"))
    for name in _wrong_hashes(archive, header):
        result.findings.append(BundleFault(name, "does not have the hash that the bundle states"))
    manifest = decode_object(archive.read(MANIFEST)) or {}
    suites = load_suites(manifest, data_dir)
    problems = _stored_problems(archive, suites, result)
    _check_records(archive, suites, problems, result)
    if header.get("records") != result.records:
        what = f"{result.records} records, not {header.get('records')} as the bundle states"
        result.findings.append(BundleFault(SAMPLES, what))
    return result


def _digest_of(archive: zipfile.ZipFile, name: str) -> str | None:
    try:
        with archive.open(name) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    except (KeyError, zipfile.BadZipFile):
        return None


def _stored_problems(
    archive: zipfile.ZipFile, suites: Mapping[str, Suite | UsageError], result: Reverified
) -> dict[tuple[str, str], Problem]:
    """The problems of this version's suites, where they are those of the bundle."""
    found: dict[tuple[str, str], Problem] = {}
    with archive.open(PROBLEMS) as lines:
        for raw in lines:
            line = decode_object(raw) or {}
            key = (str(line.get("suite")), str(line.get("problem_id")))
            problem = _find(suites.get(key[0]), key[1])
            if problem is None:
                continue
            if not _same_gold(line, problem):
                where = f"{key[0]}/{key[1]}"
                result.findings.append(BundleFault(where, "has another gold than the suite here"))
            found[key] = problem
    return found


def _same_gold(line: Mapping[str, Any], problem: Problem) -> bool:
    if "answer_hash" in line:
        digest = hashlib.sha256(problem.answer.encode("utf-8", "surrogatepass")).hexdigest()
        return bool(line["answer_hash"] == digest)
    return bool(line.get("answer") == problem.answer)


@dataclass(frozen=True, slots=True)
class _Check:
    """A record to verify."""

    where: str
    stored: Mapping[str, Any]
    tampered: bool
    completion: Completion


def _check_records(
    archive: zipfile.ZipFile,
    suites: Mapping[str, Suite | UsageError],
    problems: Mapping[tuple[str, str], Problem],
    result: Reverified,
) -> None:
    digests = archive.read(DIGESTS).decode("ascii", "replace").split()
    seen: set[Key] = set()
    checks: list[_Check] = []
    with archive.open(SAMPLES) as lines:
        for number, raw in enumerate(lines):
            result.records += 1
            record = decode_object(raw) or {}
            key, where = _key_of(record, number)
            digest = hashlib.sha256(raw.rstrip(b"\n")).hexdigest()
            tampered = number >= len(digests) or digest != digests[number]
            if tampered:
                result.findings.append(BundleFault(where, "does not have the hash of its record"))
            if key is None or key in seen:
                what = "is a sample that the bundle holds already" if key else "is no record"
                result.findings.append(BundleFault(where, what))
                continue
            seen.add(key)
            suite, problem = suites.get(key[0]), problems.get(key[:2])
            if problem is None or not isinstance(suite, Suite):
                why = str(suite) if isinstance(suite, UsageError) else "its problem is not here"
                result.unverified.append(BundleFault(where, why))
                continue
            request = Request(suite, problem, key[2], 0)
            checks.append(_Check(where, record["verdict"], tampered, _completion(request, record)))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for check, verdict in zip(checks, pool.map(_verdict, checks), strict=True):
            _compare(check, verdict, result)


def _key_of(record: Mapping[str, Any], number: int) -> tuple[Key | None, str]:
    """What identifies a record, and its name; None for what is no record."""
    suite, problem, sample = (record.get(k) for k in ("suite", "problem_id", "sample"))
    texts = (suite, problem, record.get("completion"), record.get("finish_reason", "stop"))
    sound = all(isinstance(text, str) for text in texts) and isinstance(sample, int)
    if not sound or not isinstance(record.get("verdict"), dict):
        return None, f"{SAMPLES}:{number + 1}"
    return (str(suite), str(problem), int(sample or 0)), f"{suite}/{problem}#{sample}"


def _completion(request: Request, record: Mapping[str, Any]) -> Completion:
    error = record.get("error")
    return Completion(
        request,
        record["completion"],
        finish_reason=record.get("finish_reason", "stop"),
        error=None if error is None else str(error),
    )


def _verdict(check: _Check) -> Verdict:
    request = check.completion.request
    return judged(check.completion, lambda text: request.suite.verify(request.problem, text))


def _compare(check: _Check, verdict: Verdict, result: Reverified) -> None:
    """Note whether the verdict is the stored one."""
    if verdict.status == "checker_error":
        result.unverified.append(BundleFault(check.where, verdict.reason))
        return
    before = tuple(check.stored.get(name) for name in ("status", "score", "extracted"))
    after = (verdict.status, verdict.score, verdict.extracted)
    if before == after:
        result.same += not check.tampered
        return
    what = f"was {_shown(before)}, is {_shown(after)}"
    result.findings.append(BundleFault(check.where, what))


def _shown(verdict: tuple[Any, ...]) -> str:
    status, score, extracted = verdict
    return f"{status} ({score}, answer {str(extracted)[:60]!r})"
