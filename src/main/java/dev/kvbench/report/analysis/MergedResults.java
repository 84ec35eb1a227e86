package dev.kvbench.report.analysis;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Several results as one to draw. What they were measured on stays visible: a label names its device where devices
 * differ, and its commit, or else its folder, where it would otherwise equal another result's.
 *
 * @param steps all their configurations; the fingerprint is the first one's, or null if their devices differ
 * @param parts each result with its configurations as they are labelled there
 */
public record MergedResults(StepsFile steps, List<LoadedResult> parts) {

    /** What tells two curves apart before their origin does. */
    private record Name(String benchmark, String label, Map<String, String> params) {}

    /**
     * @param results at least one
     * @return them as one, or the only one as it is
     */
    public static MergedResults of(List<LoadedResult> results) {
        return of(results, UnaryOperator.identity());
    }

    /**
     * @param results at least one
     * @return the same, but that all numbers of sequences are one line: where one of them needs its origin all have it
     */
    static MergedResults bySequences(List<LoadedResult> results) {
        return of(results, name -> {
            Map<String, String> params = new TreeMap<>(name.params);
            params.remove("batch");
            return new Name(name.benchmark, name.label, params);
        });
    }

    private static MergedResults of(List<LoadedResult> results, UnaryOperator<Name> line) {
        if (results.size() == 1) {
            return new MergedResults(results.get(0).steps(), results);
        }
        List<StepsFile> files = results.stream().map(LoadedResult::steps).toList();
        boolean todays = files.stream().flatMap(r -> r.configurations().stream()).anyMatch(MergedResults::saysRemoval);
        boolean oneDevice = distinct(files.stream().map(r -> r.fingerprint().deviceName()).toList()) == 1;
        boolean commitsTell = files.stream().allMatch(r -> r.fingerprint().commit() != null)
                && distinct(files.stream().map(r -> r.fingerprint().commit()).toList()) == files.size();
        Map<String, Set<String>> shared = shared(files);
        UnaryOperator<StepsFile.Configuration> labels = c -> todays ? withRemoval(c) : c;
        Set<Name> repeated = repeated(files, shared, labels).stream().map(line).collect(Collectors.toSet());
        List<LoadedResult> parts = results.stream().map(result -> {
            Fingerprint fingerprint = result.steps().fingerprint();
            String device = oneDevice ? "" : ", " + brief(fingerprint.deviceName());
            String origin = ", " + (commitsTell ? "commit " + fingerprint.shortCommit().orElse("unknown")
                    : result.name());
            return result.with(result.steps().configurations().stream().map(labels).map(c -> c.labelled(
                    c.label() + device + (repeated.contains(line.apply(name(c, result.steps(), shared))) ? origin : "")))
                    .toList());
        }).toList();
        StepsFile first = files.get(0);
        List<StepsFile.Configuration> all = parts.stream().flatMap(r -> r.steps().configurations().stream()).toList();
        return new MergedResults(new StepsFile(first.schema(), first.version(), first.created(), first.command(),
                first.units(), oneDevice ? first.fingerprint() : null, all, null), parts);
    }

    /** @return pinned steps of all */
    public List<PinnedPoint> pinned() {
        return parts.stream().flatMap(r -> r.pinned().stream()).toList();
    }

    /** Names that more than one result has. */
    private static Set<Name> repeated(List<StepsFile> results, Map<String, Set<String>> shared,
            UnaryOperator<StepsFile.Configuration> labels) {
        Set<Name> seen = new HashSet<>();
        Set<Name> repeated = new HashSet<>();
        for (StepsFile result : results) {
            Set<Name> own = new LinkedHashSet<>();
            result.configurations().stream().map(labels).forEach(c -> own.add(name(c, result, shared)));
            own.stream().filter(n -> !seen.add(n)).forEach(repeated::add);
        }
        return repeated;
    }

    /** By benchmark the parameters that all its configurations have: others tell nothing apart in a legend. */
    private static Map<String, Set<String>> shared(List<StepsFile> results) {
        Map<String, Set<String>> shared = new HashMap<>();
        results.stream().flatMap(r -> r.configurations().stream()).forEach(c -> shared
                .computeIfAbsent(c.benchmark(), b -> new HashSet<>(c.params().keySet()))
                .retainAll(c.params().keySet()));
        return shared;
    }

    private static Name name(StepsFile.Configuration configuration, StepsFile result, Map<String, Set<String>> shared) {
        Map<String, String> params = new TreeMap<>(configuration.params());
        params.keySet().retainAll(shared.get(configuration.benchmark()));
        // all lengths of a cache are one line
        params.remove(PinnedPoint.CACHE_LENGTH);
        // what ran, whatever was asked for
        params.computeIfPresent("runtime", (name, asked) -> String.valueOf(configuration.runtime()));
        params.computeIfPresent("attention", (name, asked) -> String.valueOf(Form.of(configuration).attention()));
        return new Name(configuration.benchmark(), configuration.label() + result.fingerprint().deviceName(), params);
    }

    /** Whether a label tells how entries went: it says what closes gaps, and says nothing of what does not. */
    private static boolean saysRemoval(StepsFile.Configuration c) {
        int removal = StrategyParameters.recorded(c.params()).get(Parameter.REMOVAL);
        return removal == Parameter.REMOVAL.byDefault() || removal != 0 && c.label().endsWith(removal(removal));
    }

    /** Labels of results that are older than the parameter do not say it, which beside those of today means another. */
    private static StepsFile.Configuration withRemoval(StepsFile.Configuration c) {
        int removal = StrategyParameters.recorded(c.params()).get(Parameter.REMOVAL);
        return removal == 0 || saysRemoval(c) ? c : c.labelled(c.label() + removal(removal));
    }

    private static String removal(int value) {
        return ", " + Parameter.REMOVAL.caption(value);
    }

    /** Without vendor marks and words that tell nothing apart: XChart cuts legends of more than some 65 characters. */
    private static String brief(String device) {
        return device.replaceAll("\\((R|TM)\\)|^NVIDIA |\\s+(Processor|CPU)\\b|\\s*@.*", "");
    }

    private static long distinct(List<String> values) {
        return values.stream().distinct().count();
    }
}
