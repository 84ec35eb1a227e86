package dev.kvbench.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.compare.Comparison;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where results come from, what failed in them, and what limits what they say. */
final class Origins {

    /** Below this many generations no test tells two medians apart at 5 %. */
    private static final int FEW = 4;

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
            fields.put("runtime", joined(steps, c -> String.valueOf(c.runtime())));
            fields.put("attention", joined(steps,
                    c -> AttentionForm.isOf(c.runtime()) ? String.valueOf(c.attention()) : "the kernel's own"));
            fields.put("weights", joined(steps, c -> String.valueOf(c.weights())));
            return new Report.Origin(result.name(), fields);
        }).toList();
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
        measured.stream().mapToInt(m -> m.host().length).min().ifPresent(fewest -> {
            if (fewest < FEW) {
                notes.add("Some configurations have only " + fewest + (fewest == 1 ? " generation" : " generations")
                        + ": differences below " + Comparison.NOISE_PERCENT
                        + " % are not called real; run more iterations (-i).");
            }
        });
        if (files.stream().anyMatch(f -> Boolean.TRUE.equals(f.fingerprint().dirty()))) {
            notes.add("The working tree differed from the commit.");
        }
        Set<String> devices = new LinkedHashSet<>();
        files.forEach(f -> devices.add(f.fingerprint().deviceName()));
        if (devices.size() > 1) {
            notes.add("Measured on different devices: " + String.join("; ", devices) + ".");
        }
        long failed = files.stream().filter(f -> f.failures() != null).mapToLong(f -> f.failures().size()).sum();
        if (failed > 0) {
            notes.add(failed + (failed == 1 ? " configuration" : " configurations")
                    + " failed; the reasons are at the end.");
        }
        return notes;
    }
}
