package dev.kvbench.bench;

import dev.kvbench.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Every n-th configuration of a run, so that a scheduler can spread a sweep over GPUs and hosts.
 *
 * @param index 1 to {@code count}
 * @param count number of shards
 */
public record Shard(int index, int count) {

    /** Checks the numbers. */
    public Shard {
        if (count < 1 || index < 1 || index > count) {
            throw new UserError("--shard " + index + "/" + count + ": must be k/n with k from 1 to n");
        }
    }

    /**
     * @param text "k/n"
     * @return the shard
     * @throws UserError if it is not that
     */
    public static Shard parse(String text) {
        if (!text.matches("\\d{1,9}/\\d{1,9}")) {
            throw new UserError("--shard " + text + ": must be k/n, such as 1/4");
        }
        String[] parts = text.split("/");
        return new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    /**
     * Reads what schedulers tell their jobs: Slurm's array task (SLURM_ARRAY_TASK_ID, _MIN, _COUNT), Kubernetes' indexed
     * job (JOB_COMPLETION_INDEX, with JOB_COMPLETION_COUNT, which the job's template has to set).
     *
     * @param environment the environment
     * @return the shard, if there is one
     * @throws UserError if the values make no sense
     */
    public static Optional<Shard> of(Map<String, String> environment) {
        if (environment.containsKey("SLURM_ARRAY_TASK_ID") && environment.containsKey("SLURM_ARRAY_TASK_COUNT")) {
            int first = number(environment, "SLURM_ARRAY_TASK_MIN", "0");
            return Optional.of(new Shard(number(environment, "SLURM_ARRAY_TASK_ID", null) - first + 1,
                    number(environment, "SLURM_ARRAY_TASK_COUNT", null)));
        }
        if (environment.containsKey("JOB_COMPLETION_INDEX") && environment.containsKey("JOB_COMPLETION_COUNT")) {
            return Optional.of(new Shard(number(environment, "JOB_COMPLETION_INDEX", null) + 1,
                    number(environment, "JOB_COMPLETION_COUNT", null)));
        }
        return Optional.empty();
    }

    private static int number(Map<String, String> environment, String name, String otherwise) {
        String value = environment.getOrDefault(name, otherwise);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new UserError(name + "=" + value + ": must be a whole number", e);
        }
    }

    /** @return its share of a list: items index − 1, index − 1 + count, … */
    <T> List<T> of(List<T> all) {
        return IntStream.range(0, all.size()).filter(i -> i % count == index - 1).mapToObj(all::get).toList();
    }
}
