#!/bin/bash
# A sweep over four GPUs, every fourth configuration on each: sbatch jmh-config/cluster/slurm.sh
#SBATCH --job-name=kvbench
#SBATCH --array=0-3
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=8
#SBATCH --time=02:00:00
#SBATCH --requeue
set -euo pipefail

# the tasks of the array as they were first; one of them submitted again (sbatch --array=2) keeps its share
shards=4

# a requeued task goes on with what its last try left
results=results/sweep-$SLURM_ARRAY_TASK_ID
unfinished=$(find "$results" -maxdepth 1 -name '*.unfinished' 2>/dev/null | head -n 1 || true)
if [ -n "$unfinished" ]; then
    srun java -jar target/benchmarks.jar run --resume "$unfinished"
else
    srun java -jar target/benchmarks.jar run --config sweep --results "$results" --shard "$((SLURM_ARRAY_TASK_ID + 1))/$shards"
fi
