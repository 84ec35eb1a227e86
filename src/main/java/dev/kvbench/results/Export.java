package dev.kvbench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A result in the forms that other tools read. */
public enum Export {
    /**
     * Entries of github-action-benchmark's tool "customSmallerIsBetter": the median step where there are series, else
     * JMH's score, each in the unit that it names. Throughput is left out.
     */
    GITHUB_ACTION {
        @Override
        public void write(ResultFolder folder, Appendable out) throws IOException {
            writeEntries(folder, false, out);
        }
    },

    /** Entries of github-action-benchmark's tool "customBiggerIsBetter": JMH's scores that are throughput. */
    GITHUB_ACTION_BIGGER {
        @Override
        public void write(ResultFolder folder, Appendable out) throws IOException {
            writeEntries(folder, true, out);
        }
    },

    /** Bencher's own format, for its adapter "json". */
    BENCHER {
        @Override
        public void write(ResultFolder folder, Appendable out) throws IOException {
            BencherMetrics.write(folder, out);
        }
    },

    /** A line per step, for data frames: benchmark, every parameter, fork, phase, iteration, step, times in ns. */
    CSV {
        @Override
        public void write(ResultFolder folder, Appendable out) throws IOException {
            StepsFile steps = folder.readSteps();
            Set<String> names = new TreeSet<>();
            steps.configurations().forEach(c -> names.addAll(c.params().keySet()));
            out.append(Csv.line(record("benchmark", names, "fork", "phase", "iteration", "step", "host_ns", "device_ns")));
            for (StepsFile.Configuration configuration : steps.configurations()) {
                List<String> params = names.stream().map(n -> configuration.params().getOrDefault(n, "")).toList();
                for (StepsFile.Iteration iteration : configuration.iterations()) {
                    for (int t = 0; t < iteration.stepNanos().length; t++) {
                        out.append(Csv.line(record(configuration.benchmark(), params, "" + iteration.fork(), iteration.phase(),
                                "" + iteration.iteration(), "" + (t + 1), "" + iteration.stepNanos()[t],
                                iteration.deviceNanos() == null ? "" : "" + iteration.deviceNanos()[t])));
                    }
                }
            }
        }
    };

    private static void writeEntries(ResultFolder folder, boolean biggerIsBetter, Appendable out) throws IOException {
        ArrayNode entries = Json.MAPPER.createArrayNode();
        Map<Map<String, String>, Map<String, String>> lasting = lasting(folder);
        for (JsonNode result : folder.readJmh()) {
            JsonNode step = result.path("secondaryMetrics").path("step.time.p50");
            JsonNode metric = step.isMissingNode() ? result.path("primaryMetric") : step;
            boolean throughput = step.isMissingNode() && result.path("mode").asText().equals("thrpt");
            if (throughput != biggerIsBetter) {
                continue;
            }
            String name = benchmark(result) + params(result, lasting).entrySet().stream()
                    .map(p -> " " + p.getKey() + "=" + p.getValue()).collect(Collectors.joining());
            double score = metric.path("score").asDouble(Double.NaN);
            if (!Double.isFinite(score)) {
                System.err.println("left out: " + name + ": its score is no number");
                continue;
            }
            ObjectNode entry = entries.addObject();
            entry.put("name", name);
            entry.put("unit", metric.path("scoreUnit").asText());
            entry.put("value", score);
            double error = metric.path("scoreError").asDouble(Double.NaN);
            if (!Double.isNaN(error)) {
                entry.put("range", "± " + error);
            }
        }
        if (entries.isEmpty()) {
            throw new UserError(folder.path() + ": has no " + (biggerIsBetter ? "throughput; times are of --format github-action"
                    : "time; throughput is of --format github-action-bigger"));
        }
        out.append(entries.toPrettyString()).append('\n');
    }

    /** @return of a result's configurations, by the parameters that ran, those that name them in other results too */
    static Map<Map<String, String>, Map<String, String>> lasting(ResultFolder folder) throws IOException {
        Map<Map<String, String>, Map<String, String>> lasting = new HashMap<>();
        if (Files.exists(folder.path().resolve(ResultFolder.STEPS_FILE))) {
            folder.readSteps().configurations().forEach(c -> lasting.put(c.params(), c.lasting()));
        }
        return lasting;
    }

    /** @return those of one of JMH's results, in order */
    static SortedMap<String, String> params(JsonNode result, Map<Map<String, String>, Map<String, String>> lasting) {
        Map<String, String> params = new TreeMap<>();
        result.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
        return new TreeMap<>(lasting.getOrDefault(params, params));
    }

    /** @return "DecodeStep.step" of an entry of JMH's file */
    static String benchmark(JsonNode result) {
        return result.path("benchmark").asText().replaceFirst("^.*\\.(\\w+)Benchmark\\.", "$1.");
    }

    private static List<String> record(String benchmark, Collection<String> params, String... rest) {
        List<String> record = new ArrayList<>(List.of(benchmark));
        record.addAll(params);
        record.addAll(Arrays.asList(rest));
        return record;
    }

    /**
     * @param folder a result
     * @param out receives it
     * @throws UserError if the result cannot be read
     * @throws IOException if out fails
     */
    public abstract void write(ResultFolder folder, Appendable out) throws IOException;
}
