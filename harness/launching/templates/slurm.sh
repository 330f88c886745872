#!/bin/bash
#SBATCH --job-name=$name
#SBATCH --nodes=$nodes
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=$cpus
#SBATCH --mem=$memory
#SBATCH --time=$time
#SBATCH --output=$name-%j.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@120
$partition
# A job that is preempted, or at the end of its time, goes back into the queue; what was done is
# stored, and the next start continues it.
set -euo pipefail

pids=()
main=
again() {
  echo "put back into the queue: start $${SLURM_RESTART_COUNT:-0} ends"
  [ -n "$$main" ] && kill -INT "$$main" 2>/dev/null && wait "$$main" || true
  scontrol requeue "$$SLURM_JOB_ID"
}
trap again USR1
trap 'kill "$${pids[@]}" 2>/dev/null || true' EXIT

export OMP_NUM_THREADS=1 ASSAY_WORKERS=$cpus
$ray
set -- $command
$resume
"$$@" &
main=$$!
wait "$$main"
