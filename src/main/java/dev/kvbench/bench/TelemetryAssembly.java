package dev.kvbench.bench;

import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.telemetry.EnergyPerToken;
import dev.kvbench.telemetry.Speed;
import dev.kvbench.telemetry.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** Makes of what each process saw of the machine what a result says of it. */
final class TelemetryAssembly {

    private TelemetryAssembly() {}

    /**
     * @param trials what a configuration's processes told, in the order in which they started
     * @param params its parameters
     * @return what they saw together; null if nobody looked
     */
    static Telemetry of(List<TrialRecord> trials, Map<String, String> params) {
        List<Telemetry.Sample> samples = new ArrayList<>();
        List<Telemetry.Probe> probes = new ArrayList<>();
        Map<String, String> absent = new LinkedHashMap<>();
        for (int fork = 1; fork <= trials.size(); fork++) {
            Observation.Seen seen = trials.get(fork - 1).seen();
            if (seen == null) {
                return null;
            }
            int of = fork;
            samples.addAll(samples(of, seen.looks()));
            seen.probes().forEach(p -> probes.add(new Telemetry.Probe(of, p.at(), p.of(), p.value())));
            seen.absent().forEach(absent::putIfAbsent);
        }
        List<Observation.Seen> all = trials.stream().map(TrialRecord::seen).toList();
        return new Telemetry(samples, probes, energy(all, samples, absent.get(Watch.ENERGY), prompt(params)),
                memory(all, samples), absent.isEmpty() ? null : absent);
    }

    private static int prompt(Map<String, String> params) {
        return Integer.parseInt(params.getOrDefault(StepsNeeded.PROMPT_TOKENS, "0"));
    }

    private static List<Telemetry.Sample> samples(int fork, List<Observation.Look> looks) {
        List<Telemetry.Sample> samples = new ArrayList<>();
        int warmups = 0;
        int measurements = 0;
        for (Observation.Look look : looks) {
            samples.add(look.warmup()
                    ? new Telemetry.Sample(fork, StepsFile.Iteration.WARMUP, ++warmups, look.tokens(), look.seen(), look.live())
                    : new Telemetry.Sample(fork, StepsFile.Iteration.MEASUREMENT, ++measurements, look.tokens(), look.seen(),
                            look.live()));
        }
        return samples;
    }

    /** Of the slowest counter, where processes found it to move at different times. */
    private static Telemetry.Energy energy(List<Observation.Seen> all, List<Telemetry.Sample> samples, String absent, int prompt) {
        if (all.stream().anyMatch(s -> s.updateSeconds() == null)) {
            return Telemetry.Energy.none(null, null, absent);
        }
        return EnergyPerToken.of(all.get(0).counter(), all.stream().mapToDouble(Observation.Seen::updateSeconds).max().orElseThrow(),
                all.get(0).longestSeconds(), samples, prompt);
    }

    private static Telemetry.Memory memory(List<Observation.Seen> all, List<Telemetry.Sample> samples) {
        Observation.Cache cache = all.stream().map(Observation.Seen::cache).filter(Objects::nonNull).findFirst().orElse(null);
        return new Telemetry.Memory(most(samples, Telemetry.Seen::deviceBytes), cache == null ? null : cache.held(),
                cache == null ? null : cache.allocated(), cache == null ? null : cache.freed(),
                most(samples, Telemetry.Seen::residentPeakBytes));
    }

    private static Long most(List<Telemetry.Sample> samples, Function<Telemetry.Seen, Long> of) {
        return samples.stream().map(Telemetry.Sample::seen).map(of).filter(Objects::nonNull).max(Long::compare).orElse(null);
    }

    /**
     * @param parts what a run's configurations left, by their place in the plan
     * @param order in which their processes ran
     * @return how fast the machine was at the run's start, middle and end; null if nobody measured
     */
    static List<StepsFile.Drift> drifts(List<UnfinishedRun.Part> parts, List<TurnOrder.Turn> order) {
        List<Telemetry.Probe> probes = order.stream().flatMap(turn -> Stream.ofNullable(parts.get(turn.kind()).steps())
                .map(StepsFile.Configuration::telemetry).filter(Objects::nonNull).flatMap(t -> t.probes().stream())
                .filter(p -> turn.fork() == TurnOrder.Turn.ALL || p.fork() == turn.fork())).toList();
        List<StepsFile.Drift> drifts = Stream.of(Speed.values()).map(speed -> drift(speed, probes)).filter(Objects::nonNull).toList();
        return drifts.isEmpty() ? null : drifts;
    }

    private static StepsFile.Drift drift(Speed speed, List<Telemetry.Probe> probes) {
        double[] values = probes.stream().filter(p -> p.of().equals(speed.words())).mapToDouble(Telemetry.Probe::value).toArray();
        return values.length < 2 ? null : new StepsFile.Drift(speed.words(), speed.unit(), values[0],
                values.length < 3 ? null : values[values.length / 2], values[values.length - 1]);
    }
}
