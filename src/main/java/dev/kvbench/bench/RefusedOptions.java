package dev.kvbench.bench;

import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.profile.ProfilerFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.WarmupMode;

/** Options of JMH that the benchmarks do not take, each refused with its reason and the way out. */
final class RefusedOptions {

    /** Those that are refused whatever their value, but for one that changes nothing. */
    static final List<String> ALL = List.of("-t", "-tg", "-wf", "-wm", "-wmb", "-opi", "-bs", "-wbs", "-jvm");

    private RefusedOptions() {}

    /**
     * Refuses what would run otherwise than a result says: a decode loop is one thread's, every record that a process
     * leaves counts as a fork's, and an operation is one call of a benchmark's method. What is left in JMH's hands: how often
     * and how long (-i, -wi, -r, -w, -f, -to, where -f 0 has a warning of JMH's own), the unit (-tu, which results carry), one
     * mode (-bm), what happens between operations (-gc, -si, -foe, -prof), and what forks get besides what they need
     * (-jvmArgs, -jvmArgsAppend, -jvmArgsPrepend).
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
        checkOperations(options);
        for (ProfilerConfig profiler : options.getProfilers()) {
            try {
                ProfilerFactory.getProfilerOrException(profiler);
            } catch (ProfilerException e) {
                throw new UserError("-prof " + profiler.getKlass() + ": " + Reason.of(e)
                        + "; `-lprof` lists profilers", e);
            }
        }
        checkJvm(options);
        if (options.getOutput().hasValue()) {
            Writable.file("-o", Path.of(options.getOutput().get()));
        }
        JmhOptions.resultFile(options).ifPresent(file -> Writable.file("-rff", file));
    }

    /** A score is the time of one call. */
    private static void checkOperations(CommandLineOptions options) {
        String why = ": an operation is one call of a benchmark, whose time is the result; leave it out, or take -i for more calls";
        if (options.getOperationsPerInvocation().hasValue()) {
            throw new UserError("-opi " + options.getOperationsPerInvocation().get() + why);
        }
        if (options.getOutput().orElse("").matches("pi\\d+")) {
            throw new UserError("-o" + options.getOutput().get() + why);
        }
        if (options.getMeasurementBatchSize().orElse(1) != 1) {
            throw new UserError("-bs " + options.getMeasurementBatchSize().get() + why);
        }
        if (options.getWarmupBatchSize().orElse(1) != 1) {
            throw new UserError("-wbs " + options.getWarmupBatchSize().get() + why.replace("-i", "-wi"));
        }
    }

    /** A result names the JVM that runs this, and where nothing is forked, nothing else takes arguments. */
    private static void checkJvm(CommandLineOptions options) {
        if (options.getJvm().hasValue()) {
            String jvm = options.getJvm().get();
            Path program = program(jvm).orElseThrow(() ->
                    new UserError("-jvm " + jvm + ": no such program; leave -jvm out for the JVM that runs this"));
            if (!same(program, Path.of(System.getProperty("java.home"), "bin", "java"))) {
                throw new UserError("-jvm " + jvm + ": a result names the JVM that runs all of it; leave -jvm out and start `" + jvm
                        + " -jar`");
            }
        }
        Stream<Collection<String>> arguments = Stream.of(options.getJvmArgs(), options.getJvmArgsAppend(), options.getJvmArgsPrepend())
                .map(given -> given.orElse(List.of()));
        if (options.getForkCount().orElse(1) == 0 && arguments.anyMatch(given -> !given.isEmpty())) {
            throw new UserError("-f 0 with -jvmArgs, -jvmArgsAppend or -jvmArgsPrepend: no JVM is started that would take them; leave one"
                    + " of the two out");
        }
    }

    private static boolean same(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Refuses modes that make several generations of one iteration, of which a result keeps one.
     *
     * @param options JMH's options
     * @param benchmark the short name of a benchmark that takes one generation an iteration
     * @throws UserError if one of them is such
     */
    static void checkGenerations(CommandLineOptions options, String benchmark) {
        for (Mode mode : options.getBenchModes()) {
            if (mode != Mode.SingleShotTime) {
                throw new UserError("-bm " + mode.shortLabel() + ": " + benchmark + " takes one generation an iteration, of which every"
                        + " step is kept; leave it out, or name another benchmark");
            }
        }
    }

    /**
     * Refuses modes whose score is none of what the benchmark is for.
     *
     * @param options JMH's options
     * @param benchmark the short name of a benchmark that counts tokens
     * @throws UserError if one of them is such
     */
    static void checkTokens(CommandLineOptions options, String benchmark) {
        for (Mode mode : options.getBenchModes()) {
            if (mode != Mode.Throughput) {
                throw new UserError("-bm " + mode.shortLabel() + ": " + benchmark + " counts tokens, and step.time beside them is the time"
                        + " of a step; leave it out");
            }
        }
    }

    /** The file of a program, given by path or found as a shell finds it. */
    private static Optional<Path> program(String name) {
        Stream<Path> places = name.contains("/") ? Stream.of(Path.of(name))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).map(folder -> Path.of(folder, name));
        return places.filter(Files::isExecutable).findFirst();
    }
}
