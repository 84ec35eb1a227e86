package dev.kvbench.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.report.analysis.DrawnEntries;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.PromptTimes;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.analysis.Soak;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where results come from, what failed in them, and what limits what they say. */
final class Origins {

    /** What results with the simplified H2O say, which carries the paper's name. */
    static final String H2O = "h2o is H2O with one set of entries for all heads, a simplification; the paper's own, with a set per head,"
            + " is h2o-head.";

    private Origins() {}

    static List<Report.Origin> of(List<LoadedResult> results) {
        return results.stream().map(result -> {
            StepsFile steps = result.steps();
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("started", steps.created());
            fields.put("arguments", String.join(" ", steps.command() == null ? List.of() : steps.command()));
            // as it stands in the file: peers have fields of their own
            for (Map.Entry<String, JsonNode> field : result.fingerprint().properties()) {
                fields.put(field.getKey(), field.getValue().asText());
            }
            copyBandwidth(steps).ifPresent(bandwidth -> fields.put("copy bandwidth", bandwidth));
            String iterations = String.join("; ", iterations(result));
            if (!iterations.isEmpty()) {
                fields.put("forks × iterations", iterations);
            }
            fields.put("runtime", joined(steps, c -> String.valueOf(c.runtime())));
            fields.put("attention", joined(steps,
                    c -> AttentionForm.isOf(c.runtime()) ? String.valueOf(c.attention()) : "the kernel's own"));
            fields.put("weights", joined(steps, c -> String.valueOf(c.weights())));
            return new Report.Origin(result.name(), fields);
        }).toList();
    }

    /** Read and written within device memory, from the slowest process to the fastest. */
    private static Optional<String> copyBandwidth(StepsFile steps) {
        DoubleSummaryStatistics terabytes = steps.configurations().stream().filter(c -> c.gpu() != null)
                .mapToDouble(c -> c.gpu().copyBytesPerSecond() / 1e12).summaryStatistics();
        if (terabytes.getCount() == 0) {
            return Optional.empty();
        }
        String least = String.format(Locale.ROOT, "%.2f", terabytes.getMin());
        String most = String.format(Locale.ROOT, "%.2f", terabytes.getMax());
        return Optional.of((least.equals(most) ? least : least + " to " + most) + " TB/s");
    }

    /** By benchmark, in words; of JMH's file, or where there is none of the series. */
    private static List<String> iterations(LoadedResult result) {
        Map<String, Set<String>> counts = new LinkedHashMap<>();
        if (result.jmh() != null) {
            result.jmh().forEach(run -> count(counts, run.path("benchmark").asText(), processes(run),
                    run.path("measurementIterations").asInt(), run.path("warmupIterations").asInt()));
        } else {
            result.steps().configurations().stream().filter(StepsFile.Configuration::hasSeries).forEach(c -> {
                int forks = (int) c.iterations().stream().map(StepsFile.Iteration::fork).distinct().count();
                count(counts, c.benchmark(), forks, c.measured().size() / forks,
                        (c.iterations().size() - c.measured().size()) / forks);
            });
        }
        return counts.entrySet().stream().map(e -> e.getKey() + " " + String.join(" or ", e.getValue())).toList();
    }

    /** No fork is the process that JMH itself runs in; 0 where nothing is said. */
    private static int processes(JsonNode run) {
        return run.has("forks") ? Math.max(1, run.path("forks").asInt()) : 0;
    }

    private static void count(Map<String, Set<String>> counts, String benchmark, int forks, int iterations, int warmUps) {
        // results that are older or not JMH's may not say
        if (forks > 0 && iterations > 0) {
            counts.computeIfAbsent(Score.shortName(benchmark), b -> new LinkedHashSet<>()).add(forks + " × " + iterations
                    + (warmUps > 0 ? " after " + warmUps + " of warm-up each" : ""));
        }
    }

    private static String joined(StepsFile steps, Function<StepsFile.Configuration, String> of) {
        return steps.configurations().stream().map(of).filter(v -> !v.equals("null")).distinct()
                .collect(Collectors.joining(", "));
    }

    static List<Report.Failed> failures(List<StepsFile> files) {
        return files.stream().filter(f -> f.failures() != null).flatMap(f -> f.failures().stream())
                .map(f -> new Report.Failed(String.valueOf(f.benchmark()), words(f.params()),
                String.valueOf(f.message())))
                .toList();
    }

    private static String words(Map<String, String> params) {
        return params == null ? "" : new TreeMap<>(params).entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    static List<String> notes(List<StepsFile> files, List<Measured> measured) {
        List<String> notes = new ArrayList<>();
        if (!measured.isEmpty() && measured.stream().allMatch(m -> "synthetic".equals(m.configuration().weights()))) {
            notes.add("Weights are synthetic: latency depends on shapes, not on values, but the text means nothing.");
        }
        if (files.stream().flatMap(f -> f.configurations().stream())
                .anyMatch(c -> Strategies.H2O.label().equals(c.params().get(StrategyParameters.STRATEGY)))) {
            notes.add(H2O);
        }
        if (measured.isEmpty()) {
            // no curves, whose legend would say it
            String words = files.stream().flatMap(f -> f.configurations().stream())
                    .map(c -> c.params().get(StrategyParameters.STRATEGY)).distinct()
                    .flatMap(name -> Strategies.wordsOf(name).map(is -> name + ": " + is).stream()).collect(Collectors.joining("; "));
            if (!words.isEmpty()) {
                notes.add("Strategies: " + words + ".");
            }
        }
        PromptTimes.sentence(measured).ifPresent(notes::add);
        Soak.sentence(measured).ifPresent(notes::add);
        files.stream().flatMap(f -> DrawnEntries.sentence(f.configurations()).stream()).distinct().forEach(notes::add);
        return notes;
    }
}
