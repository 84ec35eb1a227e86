package dev.kvbench.ab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.MultisetStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * JMH's results of several processes, as its files tell them, in one as JMH would write it. The builds that wrote them may be of
 * other versions, so that files are all there is; JMH's own statistics are made anew of their raw data.
 */
final class JoinedJmh {

    private static final double CONFIDENCE = 0.999;
    private static final String RAW = "rawData";
    private static final String HISTOGRAM = "rawDataHistogram";

    private JoinedJmh() {}

    /**
     * @param processes by process, in order, at least one: an entry of {@code jmh.json} of the same benchmark and parameters
     * @return one entry, whose forks are the processes
     */
    static ObjectNode of(List<JsonNode> processes) {
        ObjectNode joined = processes.get(0).deepCopy();
        joined.put("forks", processes.size());
        joined.set("primaryMetric", metric(processes.stream().map(p -> p.path("primaryMetric")).toList()));
        ObjectNode metrics = joined.putObject("secondaryMetrics");
        processes.get(0).path("secondaryMetrics").fieldNames().forEachRemaining(name -> {
            List<JsonNode> all = processes.stream().map(p -> p.path("secondaryMetrics").path(name)).toList();
            if (all.stream().allMatch(JsonNode::isObject)) {
                metrics.set(name, metric(all));
            }
        });
        return joined;
    }

    private static ObjectNode metric(List<JsonNode> processes) {
        ObjectNode joined = processes.get(0).deepCopy();
        String raw = joined.has(HISTOGRAM) ? HISTOGRAM : RAW;
        ArrayNode forks = joined.putArray(raw);
        processes.forEach(p -> p.path(raw).forEach(forks::add));
        Statistics all = statistics(forks);
        double[] interval = all.getConfidenceIntervalAt(CONFIDENCE);
        number(joined, "score", score(processes, raw).applyAsDouble(all));
        number(joined, "scoreError", all.getMeanErrorAt(CONFIDENCE));
        ArrayNode ends = joined.putArray("scoreConfidence");
        Stream.of(interval[0], interval[1]).forEach(end -> {
            if (Double.isNaN(end)) {
                ends.add("NaN");
            } else {
                ends.add(end);
            }
        });
        if (joined.path("scorePercentiles") instanceof ObjectNode percentiles) {
            List<String> names = new ArrayList<>();
            percentiles.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> number(percentiles, name, all.getPercentile(Double.parseDouble(name))));
        }
        return joined;
    }

    /** JMH adds most metrics up by their mean, some by their sum or extreme, and does not write which. */
    private static ToDoubleFunction<Statistics> score(List<JsonNode> processes, String raw) {
        List<ToDoubleFunction<Statistics>> kinds = List.of(Statistics::getMean, Statistics::getSum, Statistics::getMax,
                Statistics::getMin);
        return kinds.stream().filter(kind -> processes.stream().allMatch(p -> {
            double said = p.path("score").asDouble();
            return Math.abs(kind.applyAsDouble(statistics(p.path(raw))) - said) <= 1e-6 * Math.abs(said);
        })).findFirst().orElse(Statistics::getMean);
    }

    /** Of values by process and iteration, where an iteration is a number, or a histogram [[value, how often], …]. */
    private static Statistics statistics(JsonNode forks) {
        ListStatistics values = new ListStatistics();
        MultisetStatistics histograms = new MultisetStatistics();
        forks.forEach(fork -> fork.forEach(iteration -> {
            if (iteration.isArray()) {
                iteration.forEach(bucket -> histograms.addValue(bucket.path(0).asDouble(), bucket.path(1).asLong()));
            } else {
                values.addValue(iteration.asDouble());
            }
        }));
        return histograms.getN() > 0 ? histograms : values;
    }

    private static void number(ObjectNode of, String name, double value) {
        if (Double.isNaN(value)) {
            of.put(name, "NaN");
        } else {
            of.put(name, value);
        }
    }
}
