package dev.kvbench.ab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.telemetry.EnergyPerToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** One result of what the processes of a build left, each of which is a fork of it: as if one run had started all of them. */
final class JoinedRuns {

    private JoinedRuns() {}

    /** What tells a configuration from others of a result. */
    private record Key(String benchmark, Map<String, String> params) {}

    /**
     * @param processes what each left, in order, at least one
     * @param command that made all of them
     * @param turns with what they ran in turn
     * @param work a folder on the file system of the results
     * @param results the folder of results
     * @return the result
     * @throws IOException if it cannot be written
     */
    static ResultFolder settle(List<ResultFolder> processes, List<String> command, StepsFile.Turns turns, Path work, Path results)
            throws IOException {
        Path folder = Files.createDirectory(work.resolve("result-" + turns.side()));
        List<StepsFile> files = processes.stream().map(ResultFolder::readSteps).toList();
        StepsFile steps = of(files, command, turns);
        new ResultFolder(folder).writeSteps(steps);
        Json.write(folder.resolve(ResultFolder.JMH_FILE), jmh(steps, processes));
        for (ResultFolder process : processes) {
            Path log = process.path().resolve(ResultFolder.JMH_LOG);
            if (Files.isRegularFile(log)) {
                Files.write(folder.resolve(ResultFolder.JMH_LOG), Files.readAllBytes(log), StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        }
        return new ResultFolder(ResultName.settle(folder, results,
                ResultName.of(Instant.parse(steps.created()), steps.fingerprint().commit(), steps.fingerprint())));
    }

    static StepsFile of(List<StepsFile> files, List<String> command, StepsFile.Turns turns) {
        StepsFile first = files.get(0);
        Set<Key> keys = new LinkedHashSet<>();
        for (StepsFile file : files) {
            file.configurations().forEach(c -> keys.add(new Key(c.benchmark(), c.params())));
            failures(file).forEach(f -> keys.add(new Key(f.benchmark(), f.params())));
        }
        List<StepsFile.Configuration> configurations = new ArrayList<>();
        List<StepsFile.Failure> failures = new ArrayList<>();
        for (Key key : keys) {
            List<Optional<StepsFile.Configuration>> all = files.stream().map(f -> find(f, key)).toList();
            if (all.stream().allMatch(Optional::isPresent)) {
                configurations.add(joined(all.stream().map(Optional::orElseThrow).toList()));
            } else {
                failures.add(new StepsFile.Failure(key.benchmark, key.params, failure(files, key)));
            }
        }
        return new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, first.created(), command, StepsFile.UNITS, first.fingerprint(),
                configurations, failures.isEmpty() ? null : failures, StepsFile.Drift.joined(files), null, turns);
    }

    private static List<StepsFile.Failure> failures(StepsFile file) {
        return file.failures() == null ? List.of() : file.failures();
    }

    private static Optional<StepsFile.Configuration> find(StepsFile file, Key key) {
        return file.configurations().stream().filter(c -> key.equals(new Key(c.benchmark(), c.params()))).findFirst();
    }

    /** Why the first process failed that did. */
    private static String failure(List<StepsFile> files, Key key) {
        int at = IntStream.range(0, files.size()).filter(i -> find(files.get(i), key).isEmpty()).findFirst().orElseThrow();
        String why = failures(files.get(at)).stream().filter(f -> key.equals(new Key(f.benchmark(), f.params()))).findFirst()
                .map(StepsFile.Failure::message).orElse("it has no result of this configuration");
        return "process " + (at + 1) + " of " + files.size() + ": " + why;
    }

    private static StepsFile.Configuration joined(List<StepsFile.Configuration> processes) {
        StepsFile.Configuration first = processes.get(0);
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int i = 0; i < processes.size(); i++) {
            int fork = i + 1;
            processes.get(i).iterations().forEach(one -> iterations.add(new StepsFile.Iteration(fork, one.phase(), one.iteration(),
                    one.stepNanos(), one.deviceNanos(), one.promptNanos())));
        }
        return new StepsFile.Configuration(first.benchmark(), first.label(), first.params(), first.weights(), first.attention(),
                first.runtime(), first.device(), first.cacheBytesPerEntry(), first.gpu(), iterations, first.asked(),
                first.drawnEntries(), telemetry(processes.stream().map(StepsFile.Configuration::telemetry).toList()),
                budget(processes.stream().map(StepsFile.Configuration::budget).toList()));
    }

    /** What a process took is the most that one of them did. */
    private static Budget budget(List<Budget> processes) {
        Budget first = processes.get(0);
        return processes.stream().anyMatch(Objects::isNull) ? null : new Budget(first.budgetBytes(), first.most(), first.limit(),
                first.heldEntries(), processes.stream().map(Budget::memory).max(Comparator.comparingLong(Budget.Memory::peakBytes))
                        .orElseThrow(), first.search());
    }

    private static Telemetry telemetry(List<Telemetry> processes) {
        if (processes.stream().anyMatch(Objects::isNull)) {
            return null;
        }
        List<Telemetry.Sample> samples = new ArrayList<>();
        List<Telemetry.Probe> probes = new ArrayList<>();
        for (int i = 0; i < processes.size(); i++) {
            int fork = i + 1;
            processes.get(i).samples().forEach(s ->
                    samples.add(new Telemetry.Sample(fork, s.phase(), s.iteration(), s.tokens(), s.seen(), s.live())));
            processes.get(i).probes().forEach(p -> probes.add(new Telemetry.Probe(fork, p.at(), p.of(), p.value())));
        }
        Telemetry first = processes.get(0);
        return new Telemetry(samples, probes, energy(processes.stream().map(Telemetry::energy).toList(), samples),
                memory(processes.stream().map(Telemetry::memory).toList()), first.absent());
    }

    private static Telemetry.Energy energy(List<Telemetry.Energy> processes, List<Telemetry.Sample> samples) {
        if (processes.stream().anyMatch(Objects::isNull)) {
            return null;
        }
        Optional<Telemetry.Energy> none = processes.stream().filter(e -> e.joulesPerToken() == null).findFirst();
        if (none.isPresent()) {
            return none.get();
        }
        // each process has looked how long its counter may go unasked, and at its prompt
        return EnergyPerToken.of(processes.get(0).counter(), processes.stream().mapToDouble(Telemetry.Energy::updateSeconds).max()
                .orElseThrow(), null, samples, 0);
    }

    private static Telemetry.Memory memory(List<Telemetry.Memory> processes) {
        Telemetry.Memory first = processes.get(0);
        return processes.stream().anyMatch(Objects::isNull) ? first
                : new Telemetry.Memory(most(processes, Telemetry.Memory::devicePeakBytes),
                first.cacheBytes(), first.cacheAllocatedBytes(), first.cacheFreedBytes(),
                most(processes, Telemetry.Memory::hostPeakBytes));
    }

    private static Long most(List<Telemetry.Memory> of, Function<Telemetry.Memory, Long> what) {
        return of.stream().map(what).filter(Objects::nonNull).max(Long::compare).orElse(null);
    }

    private static ArrayNode jmh(StepsFile steps, List<ResultFolder> processes) {
        List<JsonNode> files = processes.stream().map(p -> p.hasJmh() ? p.readJmh() : Json.MAPPER.createArrayNode()).toList();
        ArrayNode joined = Json.MAPPER.createArrayNode();
        Set<Key> failed = new LinkedHashSet<>();
        failures(steps).forEach(f -> failed.add(new Key(f.benchmark(), f.params())));
        for (JsonNode one : files.get(0)) {
            Key key = key(one);
            List<JsonNode> all = files.stream().flatMap(file -> IntStream.range(0, file.size()).mapToObj(file::get)
                    .filter(r -> key.equals(key(r))).findFirst().stream()).toList();
            if (all.size() == files.size() && !failed.contains(key)) {
                joined.add(JoinedJmh.of(all));
            }
        }
        return joined;
    }

    private static Key key(JsonNode result) {
        return new Key(result.path("benchmark").asText(), Json.MAPPER.convertValue(result.path("params"),
                Json.MAPPER.getTypeFactory().constructMapType(Map.class, String.class, String.class)));
    }
}
