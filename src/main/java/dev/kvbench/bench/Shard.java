package dev.kvbench.bench;

import dev.kvbench.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every n-th configuration of a run, so that a scheduler can spread a sweep over GPUs and hosts.
 *
 * @param index 1 to {@code count}
 * @param count number of shards
 */
public record Shard(int index, int count) {

    private static final String WAY_OUT = "say which share this is with `run --shard K/N`, 1/1 for all of it";

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
     * Reads what schedulers tell their jobs: Slurm's array task (SLURM_ARRAY_TASK_ID, _MIN, _MAX, _STEP, _COUNT), Kubernetes'
     * indexed job (JOB_COMPLETION_INDEX, with JOB_COMPLETION_COUNT, which the job's template has to set).
     *
     * @param environment the environment
     * @return the shard, if a scheduler shares something out
     * @throws UserError if what it tells does not say which share this is; running everything in every task is no answer
     */
    public static Optional<Shard> of(Map<String, String> environment) {
        if (environment.containsKey("SLURM_ARRAY_TASK_ID")) {
            return Optional.of(slurm(environment));
        }
        return environment.containsKey("JOB_COMPLETION_INDEX") ? Optional.of(kubernetes(environment)) : Optional.empty();
    }

    /**
     * @param environment the environment
     * @return the variable by which a scheduler tells a task from others, with its value; empty outside an array of tasks
     */
    public static Optional<String> task(Map<String, String> environment) {
        return Stream.of("SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX").filter(environment::containsKey)
                .map(name -> name + "=" + environment.get(name)).findFirst();
    }

    /**
     * @param environment the environment
     * @return what to say where Slurm started several tasks side by side, which are no array: each runs everything
     */
    public static Optional<String> sideBySide(Map<String, String> environment) {
        String tasks = environment.getOrDefault("SLURM_STEP_NUM_TASKS", "1");
        return tasks.equals("1") || !environment.containsKey("SLURM_PROCID") ? Optional.empty()
                : Optional.of("# SLURM_PROCID=" + environment.get("SLURM_PROCID") + " of SLURM_STEP_NUM_TASKS=" + tasks
                        + ": each of these tasks runs everything; start one, or a job array, or " + WAY_OUT);
    }

    /** An array is what MIN, MAX and STEP make, if COUNT agrees. One task alone may be one of many, submitted again. */
    private static Shard slurm(Map<String, String> environment) {
        long id = number(environment, "SLURM_ARRAY_TASK_ID", null);
        if (!environment.containsKey("SLURM_ARRAY_TASK_COUNT")) {
            throw new UserError("SLURM_ARRAY_TASK_ID=" + id + " without SLURM_ARRAY_TASK_COUNT: Slurm does not say how many tasks there"
                    + " are; " + WAY_OUT);
        }
        long count = number(environment, "SLURM_ARRAY_TASK_COUNT", null);
        long min = number(environment, "SLURM_ARRAY_TASK_MIN", "0");
        long step = number(environment, "SLURM_ARRAY_TASK_STEP", "1");
        long max = number(environment, "SLURM_ARRAY_TASK_MAX", Long.toString(min + (count - 1) * step));
        String array = "SLURM_ARRAY_TASK_ID=" + id + " of SLURM_ARRAY_TASK_MIN=" + min + ", _MAX=" + max + ", _STEP=" + step + ", _COUNT="
                + count;
        if (count == 1) {
            throw new UserError(array + ": an array of one task may be one of many, submitted again; " + WAY_OUT);
        }
        boolean fits = step >= 1 && count > 1 && max - min == (count - 1) * step && id >= min && id <= max && (id - min) % step == 0;
        if (!fits) {
            throw new UserError(array + ": no array MIN-MAX:STEP of COUNT tasks, so this task's place in it is unknown; " + WAY_OUT);
        }
        return new Shard((int) ((id - min) / step + 1), (int) count);
    }

    private static Shard kubernetes(Map<String, String> environment) {
        int index = number(environment, "JOB_COMPLETION_INDEX", null);
        if (!environment.containsKey("JOB_COMPLETION_COUNT")) {
            throw new UserError("JOB_COMPLETION_INDEX=" + index + " without JOB_COMPLETION_COUNT: the job's template has to set it to"
                    + " the job's completions; or " + WAY_OUT);
        }
        int count = number(environment, "JOB_COMPLETION_COUNT", null);
        if (index < 0 || index >= count) {
            throw new UserError("JOB_COMPLETION_INDEX=" + index + " with JOB_COMPLETION_COUNT=" + count + ": must be from 0 to below it;"
                    + " set the count to the job's completions, or " + WAY_OUT);
        }
        return new Shard(index + 1, count);
    }

    private static int number(Map<String, String> environment, String name, String fallback) {
        String value = environment.getOrDefault(name, fallback);
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
