"""The isolation that a server is started for."""

import os

from . import landlock
from .container_isolation import ContainerIsolation
from .isolation import IsolationSteps
from .landlock_isolation import LandlockIsolation
from .namespaces import NamespaceIsolation


def isolation_for(settings: dict[str, object], harness: int) -> IsolationSteps:
    """The isolation that the settings ask for. Raises OSError where it lacks a folder."""
    if settings["level"] == "container":
        return ContainerIsolation()
    wanted = settings["rootfs"]
    assert isinstance(wanted, dict)
    if settings["level"] == "namespaces":
        return NamespaceIsolation(wanted, harness)
    folders, newest = settings["folders"], settings.get("landlock_abi") or landlock.NEWEST_ABI
    assert isinstance(folders, list)
    assert isinstance(newest, int)
    return LandlockIsolation(wanted, [os.fspath(folder) for folder in folders], newest)
