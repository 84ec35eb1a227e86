package dev.kvbench.bench;

import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.results.Writable;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.profile.ProfilerFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.WarmupMode;

/** What JMH's own parser does not tell of a command line, and which of JMH's options the benchmarks do not take. */
final class CommandLine {

    private CommandLine() {}

    /**
     * @param arguments the command line
     * @return names that {@code -p NAME=…} gave, known to a benchmark or not
     */
    static List<String> parameterNames(List<String> arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).equals("-p") && arguments.get(i + 1).contains("=")) {
                names.add(arguments.get(i + 1).split("=", 2)[0]);
            }
        }
        return names;
    }

    /**
     * Refuses what would run otherwise than a result says: a decode loop is one thread's, and every record that a process
     * leaves counts as a fork's.
     *
     * @param options JMH's options
     * @throws UserError if one of them is such
     */
    static void check(CommandLineOptions options) {
        int threads = options.getThreads().orElse(1);
        if (threads != 1) {
            throw new UserError("-t " + (threads < 1 ? "max" : threads) + ": a benchmark runs in one thread, with libtorch's threads"
                    + " below it; leave -t out, or take -p batch=N for more sequences");
        }
        int[] groups = options.getThreadGroups().orElse(new int[] {1});
        if (IntStream.of(groups).sum() != 1) {
            throw new UserError("-tg " + String.join(",", IntStream.of(groups).mapToObj(Integer::toString).toList())
                    + ": a benchmark runs in one thread; leave -tg out");
        }
        if (options.getWarmupForkCount().orElse(0) > 0) {
            throw new UserError("-wf " + options.getWarmupForkCount().get()
                    + ": every fork of a configuration counts, and warms up by itself; leave -wf out");
        }
        if (options.getWarmupMode().orElse(WarmupMode.INDI) != WarmupMode.INDI) {
            throw new UserError("-wm " + options.getWarmupMode().get() + ": configurations run, and warm up, one at a time; leave -wm out");
        }
        if (!options.getWarmupIncludes().isEmpty()) {
            throw new UserError("-wmb " + String.join(",", options.getWarmupIncludes())
                    + ": configurations run, and warm up, one at a time; leave -wmb out");
        }
        if (options.getBenchModes().size() > 1 || options.getBenchModes().contains(Mode.All)) {
            throw new UserError("-bm " + String.join(",", options.getBenchModes().stream().map(Mode::shortLabel).sorted().toList())
                    + ": a result has one mode per benchmark; name one");
        }
        for (ProfilerConfig profiler : options.getProfilers()) {
            try {
                ProfilerFactory.getProfilerOrException(profiler);
            } catch (ProfilerException e) {
                throw new UserError("-prof " + profiler.getKlass() + ": " + Reason.of(e)
                        + "; `-lprof` lists profilers", e);
            }
        }
        if (options.getJvm().hasValue() && !program(options.getJvm().get())) {
            throw new UserError("-jvm " + options.getJvm().get() + ": no such program; leave -jvm out for the JVM that runs this");
        }
        if (options.getOutput().hasValue()) {
            Writable.file("-o", Path.of(options.getOutput().get()));
        }
        resultFile(options).ifPresent(file -> Writable.file("-rff", file));
    }

    /**
     * Refuses what would make several generations of one iteration, of which a result keeps one.
     *
     * @param options JMH's options
     * @param benchmark the short name of a benchmark that takes one generation an iteration
     * @throws UserError if one of them is such
     */
    static void checkGenerations(CommandLineOptions options, String benchmark) {
        String why = ": " + benchmark + " takes one generation an iteration, of which every step is kept; leave it out, or name"
                + " another benchmark";
        for (Mode mode : options.getBenchModes()) {
            if (mode != Mode.SingleShotTime) {
                throw new UserError("-bm " + mode.shortLabel() + why);
            }
        }
        if (options.getMeasurementBatchSize().orElse(1) != 1) {
            throw new UserError("-bs " + options.getMeasurementBatchSize().get() + why);
        }
        if (options.getWarmupBatchSize().orElse(1) != 1) {
            throw new UserError("-wbs " + options.getWarmupBatchSize().get() + why);
        }
    }

    private static boolean program(String name) {
        return name.contains("/") ? Files.isExecutable(Path.of(name))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).anyMatch(p -> Files.isExecutable(Path.of(p, name)));
    }

    /**
     * @param options JMH's options
     * @return where they want JMH's result, beside the result folder
     */
    static Optional<Path> resultFile(CommandLineOptions options) {
        return options.getResult().hasValue() || options.getResultFormat().hasValue()
                ? Optional.of(Path.of(options.getResult().orElse("jmh-result." + format(options).toString().toLowerCase(Locale.ROOT))))
                : Optional.empty();
    }

    static ResultFormatType format(CommandLineOptions options) {
        return options.getResultFormat().orElse(ResultFormatType.CSV);
    }

    /**
     * JMH adds the patterns of a parent to those of its child, so a child that runs one benchmark of several needs
     * a parent that names none.
     *
     * @param options JMH's options
     * @return the same, with no benchmark named
     */
    static Options withoutIncludes(Options options) {
        return (Options) Proxy.newProxyInstance(
                CommandLine.class.getClassLoader(), new Class<?>[] {Options.class},
                new NoIncludes(options));
    }

    /** JMH sends options to its forks. */
    private record NoIncludes(Options options) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws ReflectiveOperationException {
            return method.getName().equals("getIncludes") ? List.of() : method.invoke(options, arguments);
        }
    }
}
