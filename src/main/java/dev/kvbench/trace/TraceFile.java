package dev.kvbench.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvbench.UserError;
import dev.kvbench.results.Json;
import dev.kvbench.results.Renamed;
import dev.kvbench.results.Required;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Removal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a strategy did in every step of one sequence, for checking it from outside. Tokens are named by their original
 * index: 0 is the first token fed. Entries are given per layer and head where those differ: a list of layers, each a
 * list of heads, each a list of entries; one layer or one head where all share one set.
 *
 * @param schema {@link #SCHEMA}
 * @param version {@link #VERSION}
 * @param strategy name of the strategy
 * @param label the strategy by its name with its parameters
 * @param window most entries kept; absent if nothing is evicted
 * @param heavyHitters entries kept for their score
 * @param evictEvery steps from one eviction to the next
 * @param removal what happens to the slot of an entry that goes; absent if nothing is evicted
 * @param runtime what ran the steps; absent in files that do not say
 * @param model the model's name
 * @param weights "synthetic", or which checkpoint
 * @param positions "original" or "cache"
 * @param steps one per step
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"schema", "version"})
public record TraceFile(
        String schema,
        int version,
        String strategy,
        @Required String label,
        Integer window,
        int heavyHitters,
        int evictEvery,
        String removal,
        String runtime,
        String model,
        String weights,
        String positions,
        @Required List<Step> steps) {

    /** By {@linkplain Renamed today's name}. */
    public TraceFile {
        label = Renamed.label(label);
    }

    /** Value of {@code schema}. */
    public static final String SCHEMA = "kvbench/trace";

    /** The version written. */
    public static final int VERSION = 1;

    /**
     * @param file a file
     * @return whether it says that it is a trace
     */
    public static boolean is(Path file) {
        try (JsonParser json = Json.MAPPER.createParser(file.toFile())) {
            // the schema comes first
            return Files.isRegularFile(file) && json.nextToken() == JsonToken.START_OBJECT
                    && "schema".equals(json.nextFieldName()) && SCHEMA.equals(json.nextTextValue());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * @param file a trace
     * @return its content
     * @throws UserError if it cannot be read or is not a whole trace
     */
    public static TraceFile read(Path file) {
        TraceFile trace = Json.large(file, TraceFile.class, "a valid " + SCHEMA + " file");
        if (trace == null || trace.version != VERSION || trace.steps.isEmpty() || !trace.steps.stream().allMatch(Step::sound)) {
            throw new UserError(file + ": not a valid " + SCHEMA + " file of version " + VERSION);
        }
        List<String> removals = Arrays.stream(Removal.values()).map(Removal::label).toList();
        if (trace.removal != null && !removals.contains(trace.removal)) {
            throw new UserError(file + ": removal \"" + trace.removal + "\" is none of " + removals);
        }
        return trace.window == null || trace.removal != null ? trace : trace.asBefore();
    }

    /** One that is older than {@code removal}, with what ran then. */
    private TraceFile asBefore() {
        return new TraceFile(schema, version, strategy, label, window, heavyHitters, evictEvery,
                Parameter.REMOVAL.shown(Parameter.REMOVAL.before()), runtime, model, weights, positions, steps);
    }

    /**
     * One step.
     *
     * @param step 0, 1, …: the original index of the token fed; a prompt fed in one pass is one step, its last token's
     * @param token the token fed
     * @param position its position id
     * @param next the token chosen
     * @param cacheLengthBefore entries held before the step
     * @param cacheLengthAfter entries held after it
     * @param kept original indices in the cache after the step, ascending
     * @param evicted original indices dropped in this step, ascending
     * @param scores scores of those kept, in their order; absent for strategies without
     * @param logits logits of the step, [V]; absent unless asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            int step,
            long token,
            int position,
            long next,
            int cacheLengthBefore,
            int cacheLengthAfter,
            @Required List<List<long[]>> kept,
            List<List<long[]>> evicted,
            List<List<float[]>> scores,
            float[] logits) {

        private boolean sound() {
            return !kept.isEmpty() && Stream.of(kept, evicted == null ? List.<List<long[]>>of() : evicted)
                    .flatMap(List::stream).flatMap(List::stream).allMatch(Step::ascending);
        }

        private static boolean ascending(long[] indices) {
            return indices != null && IntStream.range(1, indices.length).allMatch(i -> indices[i - 1] < indices[i]);
        }
    }
}
