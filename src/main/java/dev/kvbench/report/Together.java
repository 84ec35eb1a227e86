package dev.kvbench.report;

import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several results as one to draw. What they were measured on stays visible: a label names its device where devices
 * differ, and its commit, or else its folder, where it would otherwise equal another result's.
 */
final class Together {

    private Together() {}

    /** What tells two curves apart before their origin does. */
    private record Name(String label, Map<String, String> params) {}

    /**
     * @param folders at least one result
     * @return all their configurations; the fingerprint is the first one's, or null if their devices differ
     */
    static StepsFile of(List<ResultFolder> folders) {
        List<StepsFile> results = folders.stream().map(ResultFolder::readSteps).toList();
        boolean oneDevice = distinct(results.stream().map(r -> r.fingerprint().deviceName()).toList()) == 1;
        boolean commitsTell = results.stream().allMatch(r -> r.fingerprint().commit() != null)
                && distinct(results.stream().map(r -> r.fingerprint().commit()).toList()) == results.size();
        Set<Name> repeated = repeated(results);
        List<StepsFile.Configuration> all = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            StepsFile result = results.get(i);
            String device = oneDevice ? "" : ", " + brief(result.fingerprint().deviceName());
            String origin = ", " + (commitsTell
                    ? "commit " + result.fingerprint().commit().replaceFirst("^(.{8}).*", "$1")
                    : String.valueOf(folders.get(i).path().toAbsolutePath().normalize().getFileName()));
            for (StepsFile.Configuration c : result.configurations()) {
                all.add(labelled(c, c.label() + device + (repeated.contains(name(c, result)) ? origin : "")));
            }
        }
        StepsFile first = results.get(0);
        return new StepsFile(first.schema(), first.version(), first.created(), first.command(), first.units(),
                oneDevice ? first.fingerprint() : null, all, null);
    }

    /** Names that more than one result has. */
    private static Set<Name> repeated(List<StepsFile> results) {
        Set<Name> seen = new HashSet<>();
        Set<Name> repeated = new HashSet<>();
        for (StepsFile result : results) {
            Set<Name> own = new LinkedHashSet<>();
            result.configurations().forEach(c -> own.add(name(c, result)));
            own.stream().filter(n -> !seen.add(n)).forEach(repeated::add);
        }
        return repeated;
    }

    private static Name name(StepsFile.Configuration configuration, StepsFile result) {
        return new Name(configuration.label() + result.fingerprint().deviceName(), configuration.params());
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
