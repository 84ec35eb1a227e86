package dev.kvbench.quality;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.UserError;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Units;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Times of steps from a benchmark's result: of whole generations ({@code DecodeLoop}), else of steps whose window is held
 * full ({@code DecodeStep}), where the full cache's is the one with the most entries. All are of one removal: of
 * replacing entries if there are such times.
 */
public final class MeasuredTimes {

    /** What all times must have in common: everything but the strategy and the parameters that a time is looked up by. */
    private static final List<String> SHARED = Stream.concat(Stream.of("model", "dtype", "batch", "tokens", "promptTokens", "positions"),
            EnumSet.complementOf(EnumSet.of(Parameter.WINDOW, Parameter.HEAVY_HITTERS, Parameter.REMOVAL)).stream()
                    .map(Parameter::label)).toList();
    private static final String STEP = ".DecodeStepBenchmark.step";
    private static final String LOOP = ".DecodeLoopBenchmark.decode";

    /**
     * A time.
     *
     * @param params all parameters that it belongs to
     * @param evicts those of the strategy
     * @param ms per step
     */
    private record Timed(Map<String, String> params, StrategyParameters evicts, Estimate ms) {

        Timed(Map<String, String> params, Estimate ms) {
            this(params, StrategyParameters.recorded(params), ms);
        }

        /** Entries that steps were held at; 0 of whole generations. */
        int cacheLength() {
            return Integer.parseInt(params.getOrDefault("cacheLength", "0"));
        }

        int window() {
            return evicts.get(Parameter.WINDOW);
        }

        /** Of strategies that evict nothing 0. */
        int removal() {
            return evicts.get(Parameter.REMOVAL);
        }
    }

    private final ResultFolder folder;
    private final StepsFile steps;
    private final List<Timed> timed = new ArrayList<>();
    private final String what;
    /** How entries went while all of these times were measured; empty where none did. */
    private final String removal;

    /**
     * @param folder a benchmark's result
     * @throws UserError if it has no such times, or several that differ in more than what is evicted
     */
    public MeasuredTimes(ResultFolder folder) {
        this.folder = folder;
        steps = folder.readSteps();
        generations();
        boolean generations = !timed.isEmpty();
        if (!generations && folder.hasJmh()) {
            heldSteps();
        }
        if (timed.isEmpty()) {
            throw new UserError("--times " + folder.path()
                    + ": has no times of DecodeLoop or DecodeStep; make them with: run --config strategies");
        }
        int best = timed.stream().mapToInt(Timed::removal).filter(r -> r != 0)
                .boxed().min(Comparator.comparing(r -> r != Parameter.REMOVAL.byDefault())).orElse(0);
        timed.removeIf(t -> t.removal() != 0 && t.removal() != best);
        removal = best == 0 ? "" : " · " + Parameter.REMOVAL.label() + "=" + Parameter.REMOVAL.shown(best);
        for (String name : SHARED) {
            Set<String> values = new LinkedHashSet<>();
            timed.stream().map(t -> t.params.get(name)).filter(v -> v != null && !v.equals(StrategyParameters.UNREAD)).forEach(values::add);
            if (values.size() > 1) {
                throw new UserError("--times " + folder.path() + ": has " + name + "=" + String.join(", ", values)
                        + "; give a result with one of them");
            }
        }
        what = generations ? timed.get(0).params.get("tokens") + " tokens" : "full window, all = "
                + timed.stream().filter(t -> t.window() == 0).mapToInt(Timed::cacheLength).max().orElse(0) + " entries";
    }

    private void generations() {
        for (StepsFile.Configuration c : steps.configurations()) {
            double[] ms = c.iterations().stream().filter(i -> i.phase().equals(StepsFile.Iteration.MEASUREMENT))
                    .mapToDouble(i -> StepTiming.perStep(i.stepNanos())).toArray();
            if (c.benchmark().endsWith(LOOP) && ms.length > 0) {
                timed.add(new Timed(c.params(), StepTiming.estimate(ms)));
            }
        }
    }

    private void heldSteps() {
        for (JsonNode result : folder.readJmh()) {
            JsonNode metric = result.path("primaryMetric");
            OptionalDouble toMs = Units.factor(metric.path("scoreUnit").asText(), "ms/op");
            if (result.path("benchmark").asText().endsWith(STEP) && toMs.isPresent()) {
                Map<String, String> params = new HashMap<>();
                result.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
                JsonNode interval = metric.path("scoreConfidence");
                double score = metric.path("score").asDouble();
                double factor = toMs.getAsDouble();
                Timed one = new Timed(params, new Estimate(factor * score, factor * interval.path(0).asDouble(score),
                        factor * interval.path(1).asDouble(score)));
                if (one.window() == 0 || one.window() == one.cacheLength()) {
                    timed.add(one);
                }
            }
        }
    }

    QualityFile.Times source() {
        Map<String, String> params = timed.get(0).params;
        String batch = params.get("batch");
        return new QualityFile.Times(folder.name(),
                params.get("model") + " · " + params.get("dtype") + " · " + what + " · "
                        + (batch.equals("1") ? "1 sequence" : batch + " sequences") + removal + " · " + steps.fingerprint().deviceName());
    }

    /**
     * @param quality a result of {@code quality}
     * @return the same with these times instead of its own
     * @throws UserError if there are too few to plot
     */
    public QualityFile in(QualityFile quality) {
        List<QualityFile.Configuration> all = quality.configurations().stream()
                .map(c -> c.timed(of(c.strategy(), c.window(), c.heavyHitters()))).toList();
        if (all.stream().filter(c -> c.time() != null).count() < 2) {
            throw new UserError("--times " + folder.path()
                    + ": has fewer than two of the strategies and windows of this result of `quality`");
        }
        return quality.timed(source(), all);
    }

    /**
     * @param strategy a strategy's name
     * @param window its window; null if it has none
     * @param heavyHitters its heavy hitters; null if it reads none
     * @return ms per step with that strategy and window; of several numbers of heavy hitters with the nearest, of several
     *     runtimes with the fastest; null if it was not measured
     */
    Estimate of(String strategy, Integer window, Integer heavyHitters) {
        int kept = window == null ? 0 : window;
        int heavy = heavyHitters == null ? 0 : heavyHitters;
        return timed.stream()
                .filter(t -> t.params.get(StrategyParameters.STRATEGY).equals(strategy) && t.window() == kept)
                .min(Comparator.comparingInt((Timed t) -> -t.cacheLength())
                        .thenComparingInt(t -> Math.abs(t.evicts.get(Parameter.HEAVY_HITTERS) - heavy))
                        .thenComparingDouble(t -> t.ms.value()))
                .map(Timed::ms).orElse(null);
    }
}
