"""What to submit to a cluster: manifests for Kubernetes, a script for Slurm, filled in."""

from .kubernetes import KubernetesSettings, kubernetes_manifest
from .slurm import SlurmSettings, slurm_script

__all__ = ["KubernetesSettings", "SlurmSettings", "kubernetes_manifest", "slurm_script"]
