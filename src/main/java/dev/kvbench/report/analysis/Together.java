package dev.kvbench.report.analysis;

import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Several results as one to draw. What they were measured on stays visible: a label names its device where devices
 * differ, and its commit, or else its folder, where it would otherwise equal another result's.
 */
public final class Together {

    private Together() {}

    /** What tells two curves apart before their origin does. */
    private record Name(String benchmark, String label, Map<String, String> params) {}

    /**
     * @param folders at least one result
     * @return all their configurations; the fingerprint is the first one's, or null if their devices differ
     */
    public static StepsFile of(List<ResultFolder> folders) {
        return of(folders, folders.stream().map(ResultFolder::readSteps).toList());
    }

    /** The same of folders whose {@code results} are read. */
    public static StepsFile of(List<ResultFolder> folders, List<StepsFile> results) {
        boolean oneDevice = distinct(results.stream().map(r -> r.fingerprint().deviceName()).toList()) == 1;
        boolean commitsTell = results.stream().allMatch(r -> r.fingerprint().commit() != null)
                && distinct(results.stream().map(r -> r.fingerprint().commit()).toList()) == results.size();
        Map<String, Set<String>> shared = shared(results);
        Set<Name> repeated = repeated(results, shared);
        List<StepsFile.Configuration> all = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            StepsFile result = results.get(i);
            String device = oneDevice ? "" : ", " + brief(result.fingerprint().deviceName());
            String origin = ", " + (commitsTell
                    ? "commit " + result.fingerprint().shortCommit().orElse("unknown")
                    : folders.get(i).name());
            for (StepsFile.Configuration c : result.configurations()) {
                all.add(labelled(c, c.label() + device + (repeated.contains(name(c, result, shared)) ? origin : "")));
            }
        }
        StepsFile first = results.get(0);
        return new StepsFile(first.schema(), first.version(), first.created(), first.command(), first.units(),
                oneDevice ? first.fingerprint() : null, all, null);
    }

    /** Names that more than one result has. */
    private static Set<Name> repeated(List<StepsFile> results, Map<String, Set<String>> shared) {
        Set<Name> seen = new HashSet<>();
        Set<Name> repeated = new HashSet<>();
        for (StepsFile result : results) {
            Set<Name> own = new LinkedHashSet<>();
            result.configurations().forEach(c -> own.add(name(c, result, shared)));
            own.stream().filter(n -> !seen.add(n)).forEach(repeated::add);
        }
        return repeated;
    }

    /** By benchmark the parameters that all its configurations have: others tell nothing apart in a legend. */
    private static Map<String, Set<String>> shared(List<StepsFile> results) {
        Map<String, Set<String>> shared = new HashMap<>();
        results.stream().flatMap(r -> r.configurations().stream()).forEach(c -> shared
                .computeIfAbsent(c.benchmark(), b -> new HashSet<>(c.params().keySet())).retainAll(c.params().keySet()));
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

    /**
     * @param results what a file is {@link #of}
     * @param together that file
     * @return for each result its configurations as they are labelled there
     */
    public static List<StepsFile> parts(List<StepsFile> results, StepsFile together) {
        List<StepsFile> parts = new ArrayList<>();
        int at = 0;
        for (StepsFile own : results) {
            int end = at + own.configurations().size();
            parts.add(new StepsFile(own.schema(), own.version(), own.created(), own.command(), own.units(), own.fingerprint(),
                    together.configurations().subList(at, end), own.failures()));
            at = end;
        }
        return parts;
    }

    /**
     * @param folders results
     * @param parts their {@link #parts}
     * @return for each result its pinned steps, labelled as there
     */
    public static List<List<PinnedPoint>> pinned(List<ResultFolder> folders, List<StepsFile> parts) {
        List<List<PinnedPoint>> points = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            points.add(folders.get(i).hasJmh() ? PinnedPoint.all(parts.get(i), folders.get(i).readJmh()) : List.of());
        }
        return points;
    }

    private static StepsFile.Configuration labelled(StepsFile.Configuration c, String label) {
        return new StepsFile.Configuration(c.benchmark(), label, c.params(), c.weights(), c.attention(), c.runtime(),
                c.device(), c.cacheBytesPerEntry(), c.gpu(), c.iterations());
    }

    /** Without vendor marks and words that tell nothing apart: XChart cuts legends of more than some 65 characters. */
    private static String brief(String device) {
        return device.replaceAll("\\((R|TM)\\)|^NVIDIA |\\s+(Processor|CPU)\\b|\\s*@.*", "");
    }

    private static long distinct(List<String> values) {
        return values.stream().distinct().count();
    }
}
