# Ray: a head on the first node, which checks too, and one more node of it on each other node.
head=$$(scontrol show hostnames "$$SLURM_JOB_NODELIST" | head -n 1)
export RAY_ADDRESS="$$head:6379"
srun --overlap --nodes=1 --ntasks=1 -w "$$head" \
  ray start --head --port=6379 --num-cpus=$cpus --include-dashboard=false --block &
pids+=($$!)
if [ "$$SLURM_JOB_NUM_NODES" -gt 1 ]; then
  others=$$((SLURM_JOB_NUM_NODES - 1))
  srun --overlap --nodes="$$others" --ntasks="$$others" --exclude="$$head" \
    bash -c 'until ray start --address="$$RAY_ADDRESS" --num-cpus=$cpus --block; do sleep 2; done' &
  pids+=($$!)
fi
until ray status --address="$$RAY_ADDRESS" >/dev/null 2>&1; do sleep 2; done
