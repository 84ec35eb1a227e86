package dev.kvbench.bench;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Which benchmarks a run has, and which values of their parameters: JMH's options win over a file of jmh-config/. */
final class Selection {

    private final CommandLineOptions options;
    private final RunConfig config;
    private final Map<String, BenchmarkListEntry> all;

    /**
     * @param options JMH's options as the user gave them
     * @param config what holds where they are silent, or null
     */
    Selection(CommandLineOptions options, RunConfig config) {
        this.options = options;
        this.config = config;
        all = BenchmarkList.defaultList().getAll(silent(), List.of()).stream()
                .collect(Collectors.toMap(BenchmarkListEntry::getUsername, e -> e, (a, b) -> a));
    }

    /**
     * @return the benchmarks that the options, or else the configuration, name
     * @throws UserError if there are none, or a parameter is given that no benchmark has
     */
    Set<BenchmarkListEntry> benchmarks() {
        List<String> includes = options.getIncludes();
        if (includes.isEmpty() && config != null) {
            includes = config.include();
        }
        Set<BenchmarkListEntry> found;
        try {
            found = BenchmarkList.defaultList().find(silent(), includes, options.getExcludes());
        } catch (PatternSyntaxException e) {
            throw new UserError("benchmark " + e.getPattern() + ": not a regular expression: " + e.getDescription()
                    + "; `-l` lists names", e);
        }
        if (found.isEmpty()) {
            throw new UserError("no benchmark matches " + includes + meant(includes) + " `-l` lists them");
        }
        found.stream().filter(b -> b.getMode() == Mode.SingleShotTime).forEach(b -> RefusedOptions.checkGenerations(
                options, called(b.getUsername())));
        found.stream().filter(b -> b.getMode() == Mode.Throughput).forEach(b -> RefusedOptions.checkTokens(
                options, called(b.getUsername())));
        if (config != null) {
            mustBeKnown(config.params().keySet(), parameters(all.values()));
        }
        mustBeKnown(JmhOptions.parameterNames(options), parameters(found));
        return found;
    }

    /**
     * @param parameter a benchmark's parameter
     * @return the values given for it; null where the benchmark's own hold
     */
    List<String> values(String parameter) {
        if (options.getParameter(parameter).hasValue()) {
            return List.copyOf(options.getParameter(parameter).get());
        }
        return config == null ? null : config.params().get(parameter);
    }

    /**
     * @param benchmark JMH's name of a benchmark
     * @return what its annotations say
     */
    BenchmarkListEntry annotated(String benchmark) {
        return all.get(benchmark);
    }

    /** A benchmark is named by its class, as the README does. */
    private static String called(String benchmark) {
        return benchmark.replaceAll(".*\\.(\\w+)Benchmark\\.\\w+$", "$1");
    }

    private String meant(List<String> includes) {
        // as tables of results call a benchmark with several methods
        Optional<String> method = all.keySet().stream().map(name -> name.replaceAll(".*\\.(\\w+Benchmark\\.\\w+)$", "$1"))
                .filter(name -> includes.contains(name.replace("Benchmark.", "."))).findFirst();
        if (method.isPresent()) {
            return ": did you mean '" + method.get() + "'?";
        }
        Set<String> known = new TreeSet<>();
        all.keySet().forEach(name -> known.add(called(name)));
        return includes.stream().flatMap(name -> Suggestions.closest(name, known).stream()).findFirst()
                .map(name -> ": did you mean '" + name + "'?").orElse(";");
    }

    private static OutputFormat silent() {
        return OutputFormatFactory.createFormatInstance(
                new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT);
    }

    private static Set<String> parameters(Collection<BenchmarkListEntry> benchmarks) {
        Set<String> names = new TreeSet<>();
        benchmarks.forEach(b -> names.addAll(b.getParams().orElse(Map.of()).keySet()));
        return names;
    }

    private static void mustBeKnown(Collection<String> names, Set<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw Suggestions.unknown("parameter", name, known);
            }
        }
    }
}
