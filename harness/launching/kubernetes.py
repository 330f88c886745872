"""Manifests for Kubernetes: a Deployment with its Service, or a cluster or service for KubeRay."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .filling import filled

NAME = r"^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$"
IMAGE = r"^[a-zA-Z0-9][a-zA-Z0-9._/:@-]{0,250}$"
MEMORY = r"^[1-9][0-9]{0,6}(Mi|Gi)$"
RAY_VERSION = r"^[0-9]+\.[0-9]+\.[0-9]+$"


class KubernetesSettings(BaseModel):
    """What runs in Kubernetes, and how large."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["server", "ray", "rayservice"] = Field(
        default="server",
        description="assay serve with a Service; a Ray cluster; or assay serve on one (KubeRay).",
    )
    image: str = Field(
        default="assay:latest", pattern=IMAGE, description="Container image with assay."
    )
    replicas: int = Field(default=2, ge=1, le=1000, description="Pods, or nodes of Ray.")
    ray_version: str = Field(
        default="2.60.0", pattern=RAY_VERSION, description="Version of Ray in the image."
    )


def kubernetes_manifest(settings: KubernetesSettings, name: str, cpus: int, memory: str) -> str:
    """The manifest, as YAML."""
    values = settings.model_dump() | {"name": name, "cpus": cpus, "memory": memory}
    return filled(f"{settings.kind}.yaml", values)
