package dev.kvbench.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What JMH measured of benchmarks that keep no series. */
final class Scores {

    private Scores() {}

    static List<Report.Score> of(StepsFile steps, JsonNode jmh) {
        List<StepsFile.Configuration> bare = steps.configurations().stream().filter(c -> c.iterations().isEmpty()).toList();
        Captions captions = new Captions(steps, bare);
        List<Report.Score> scores = new ArrayList<>();
        for (StepsFile.Configuration configuration : bare) {
            for (JsonNode result : jmh) {
                if (PinnedPoint.isOf(result, configuration)) {
                    JsonNode metric = result.path("primaryMetric");
                    double error = metric.path("scoreError").asDouble(Double.NaN);
                    scores.add(new Report.Score(configuration.benchmark().replaceFirst("^.*\\.(\\w+)Benchmark\\.(\\w+)$", "$1.$2"),
                            captions.legend(configuration), metric.path("score").asDouble(Double.NaN),
                            Double.isFinite(error) ? error : null, metric.path("scoreUnit").asText("")));
                }
            }
        }
        return scores;
    }

    /** Pinned steps as lines over the cache length. */
    static List<Report.Pinned> pinned(StepsFile steps, JsonNode jmh) {
        List<PinnedPoint> points = PinnedPoint.all(steps, jmh);
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).toList());
        Map<String, List<PinnedPoint>> lines = new LinkedHashMap<>();
        points.forEach(p -> lines.computeIfAbsent(captions.legend(p.configuration(), "cacheLength"), l -> new ArrayList<>()).add(p));
        List<Report.Pinned> pinned = new ArrayList<>();
        lines.forEach((name, line) -> pinned.add(new Report.Pinned(name, new Report.Look(pinned.size() % 7, pinned.size() % 4),
                line.stream().mapToInt(PinnedPoint::cacheLength).toArray(), line.stream().mapToDouble(PinnedPoint::ms).toArray(),
                line.stream().mapToDouble(PinnedPoint::error).toArray())));
        return pinned;
    }

    /** @return strategies against the first line that is the full cache, at the longest length that both have */
    static List<String> answers(List<Report.Pinned> pinned) {
        List<String> answers = new ArrayList<>();
        pinned.stream().filter(p -> p.name().startsWith("full cache")).findFirst().ifPresent(full -> {
            for (Report.Pinned line : pinned) {
                for (int i = line.at().length - 1; i >= 0 && line != full; i--) {
                    int at = line.at()[i];
                    int j = java.util.Arrays.stream(full.at()).boxed().toList().indexOf(at);
                    if (j >= 0) {
                        double change = line.ms()[i] / full.ms()[j] - 1;
                        double noise = Math.hypot(line.error()[i], full.error()[j]) / full.ms()[j];
                        answers.add("With " + at + " entries held a step of " + Answers.brief(line.name()) + " takes "
                                + Numbers.percent(change) + (change < 0 ? " less" : " more") + " time than one of the full cache"
                                + (Math.abs(change) <= noise ? ", which cannot be told from noise." : "."));
                        break;
                    }
                }
            }
        });
        return answers;
    }

    /** @return a line's times at its first and last length */
    static String range(Report.Pinned line) {
        int last = line.at().length - 1;
        return "A step of " + Answers.brief(line.name()) + " takes " + Numbers.ms(line.ms()[0]) + " with " + line.at()[0] + " entries held and "
                + Numbers.ms(line.ms()[last]) + " with " + line.at()[last] + ".";
    }
}
