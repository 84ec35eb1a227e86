package dev.kvbench.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A file of {@code jmh-config/}: what to run where the command line does not say.
 *
 * @param description what the run is for
 * @param include benchmarks, as JMH's regular expressions
 * @param params values by parameter
 * @param cpu how often on the CPU
 * @param gpu how often on a GPU
 */
public record RunConfig(
        String description, List<String> include, Map<String, List<String>> params, Effort cpu, Effort gpu) {

    /**
     * How often to measure.
     *
     * @param forks fresh JVMs
     * @param warmupIterations iterations that do not count
     * @param iterations iterations that do
     * @param gc whether garbage is collected before each of them, so that the heap holds what is in use alone; false where a file
     *     does not say
     */
    public record Effort(int forks, int warmupIterations, int iterations, boolean gc) {}

    /**
     * @param onGpu whether a GPU can run
     * @return the effort there
     */
    Effort effort(boolean onGpu) {
        return onGpu ? gpu : cpu;
    }

    /**
     * @param name the name of a configuration, see {@link ConfigFiles}, or a file
     * @return its content
     * @throws UserError if there is no such file or it is not a configuration
     */
    public static RunConfig read(String name) {
        String file = name;
        RunConfig config;
        try {
            ConfigFiles.Found found = ConfigFiles.find(name);
            file = found.place();
            config = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()
                    .readValue(found.content(), RunConfig.class);
        } catch (JsonProcessingException e) {
            throw JsonFault.of(Path.of(file), "a run configuration", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + Reason.of(e), e);
        }
        if (config == null || config.include == null || config.params == null || config.cpu == null || config.gpu == null) {
            throw new UserError(file + ": not a run configuration: include, params, cpu and gpu are required");
        }
        for (Effort effort : List.of(config.cpu, config.gpu)) {
            if (effort.forks < 0 || effort.warmupIterations < 0 || effort.iterations < 1) {
                throw new UserError(file + ": forks=" + effort.forks + ", warmupIterations=" + effort.warmupIterations + ", iterations="
                        + effort.iterations + ": must be at least 0, 0 and 1");
            }
        }
        return config;
    }
}
