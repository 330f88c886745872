"""Whether the Hugging Face Hub can be reached: one short attempt, remembered for the process."""

import functools
import http.client
import os
import ssl
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

TIMEOUT = 5.0
"""Seconds until the hub counts as out of reach."""
OFFLINE_VARIABLE = "HF_HUB_OFFLINE"


def go_offline_if_unreachable() -> str | None:
    """Why the hub cannot be used, in a few words; None when it answers.

    When it cannot be used, the clients of the hub are switched to their offline mode for the
    rest of the process: they serve what is in their cache and do not retry for minutes.
    """
    reason = _unreachable()
    if reason is not None:
        os.environ[OFFLINE_VARIABLE] = "1"
        # Clients read the variable when they are imported; one may be imported already.
        for module in ("huggingface_hub.constants", "datasets.config"):
            if module in sys.modules:
                setattr(sys.modules[module], OFFLINE_VARIABLE, True)
    return reason


def has_datasets() -> bool:
    """Whether the cache of the client `datasets` holds anything that it could load offline."""
    home = os.environ.get("HF_HOME") or "~/.cache/huggingface"
    named = os.environ.get("HF_DATASETS_CACHE") or f"{home}/datasets"
    hub_cache = os.environ.get("HF_HUB_CACHE") or f"{home}/hub"
    folders = (Path(named).expanduser(), *Path(hub_cache).expanduser().glob("datasets--*"))
    return any(folder.is_dir() and any(folder.iterdir()) for folder in folders)


@functools.cache
def _unreachable() -> str | None:
    if os.environ.get(OFFLINE_VARIABLE, "").lower() in ("1", "true", "yes", "on"):
        return f"{OFFLINE_VARIABLE} is set"
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    outcome: list[str | None] = []
    # A look-up of the name has no timeout of its own, so a thread makes the attempt.
    attempt = threading.Thread(target=lambda: outcome.append(_ask(endpoint)), daemon=True)
    attempt.start()
    attempt.join(TIMEOUT + 1)
    reason = outcome[0] if outcome else "timed out"
    return None if reason is None else f"{endpoint} cannot be reached: {reason}"


def _ask(endpoint: str) -> str | None:
    """Why there is no answer; None when there is one, whatever its status."""
    try:
        request = urllib.request.Request(endpoint, method="HEAD")
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return None
    except urllib.error.HTTPError:
        return None
    except (OSError, ValueError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(
            cause, ssl.SSLError
        ):  # something answers; the clients have settings of theirs
            return None
        text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        return " ".join(text.split())[:100] or type(error).__name__
