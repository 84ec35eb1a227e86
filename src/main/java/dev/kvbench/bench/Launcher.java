package dev.kvbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.Folders;
import dev.kvbench.Reason;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.torch.Libtorch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one configuration at a time through JMH. */
final class Launcher {

    /**
     * A configuration that has ended.
     *
     * @param part what a result keeps of it
     * @param results JMH's results; none if it failed
     * @param memory the most that a process of it took, where that counts
     * @param wantedMemory how memory was too small; empty if it was not
     */
    record Ended(UnfinishedRun.Part part, Collection<RunResult> results, Optional<Budget.Memory> memory,
            Optional<MostSequences.Outcome> wantedMemory) {

        /** One whose memory does not count. */
        Ended(UnfinishedRun.Part part, Collection<RunResult> results) {
            this(part, results, Optional.empty(), Optional.empty());
        }

        /** One that was not begun. */
        static Ended without(UnfinishedRun.Part part) {
            return new Ended(part, List.of());
        }

        /** @return the same of which a result keeps something else */
        Ended with(UnfinishedRun.Part other) {
            return new Ended(other, results, memory, wantedMemory);
        }

        /** @return its series, if it recorded some */
        Optional<StepsFile.Configuration> series() {
            return Optional.ofNullable(part.steps());
        }

        /** @return what was seen of the machine, if anybody looked */
        Optional<Telemetry> telemetry() {
            return series().map(StepsFile.Configuration::telemetry);
        }
    }

    /**
     * What one or more processes of a configuration came to.
     *
     * @param results JMH's results; none if it failed
     * @param trials what the processes told, in the order in which they started
     * @param failure why it failed; null if it did not
     * @param wantedMemory how memory was too small; empty if it was not
     */
    record Ran(Collection<RunResult> results, List<TrialRecord> trials, String failure, Optional<MostSequences.Outcome> wantedMemory) {

        /** Such as did not fail. */
        Ran(Collection<RunResult> results, List<TrialRecord> trials) {
            this(results, trials, null, Optional.empty());
        }

        /** @return the same of processes that ran one at a time and did not fail */
        static Ran joined(List<Ran> forks) {
            return new Ran(JoinedForks.of(forks.stream().map(Ran::results).toList()),
                    forks.stream().flatMap(f -> f.trials.stream()).toList());
        }
    }

    /** Makes all of Java's heap resident at the start, so that it is no part of what decoding takes later. */
    static final List<String> HEAP_ASIDE = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    private final CommandLineOptions options;
    private final RunConfig.Effort effort;
    private final Path records;
    private final PrintStream out;

    /**
     * @param options JMH's options
     * @param effort how often to measure where they do not say, or null where the benchmark says
     * @param records a folder for what a benchmark's process tells beside JMH's results; made anew for each configuration
     * @param out where JMH prints
     */
    Launcher(CommandLineOptions options, RunConfig.Effort effort, Path records, PrintStream out) {
        this.options = options;
        this.effort = effort;
        this.records = records;
        this.out = out;
    }

    /**
     * @param one what to run
     * @param alone whether it is one process of several, the next of which is to be started by another call
     * @param iterationDone told after every iteration, warm-up or not, what it measured
     * @return what came of it
     * @throws IOException if files cannot be written or read
     */
    Ran run(RunPlan.Configuration one, boolean alone, Consumer<String> iterationDone) throws IOException {
        Folders.deleteIfThere(records);
        Files.createDirectory(records);
        ConfigurationOutput output = new ConfigurationOutput(OutputFormatFactory.createFormatInstance(
                out, options.verbosity().orElse(VerboseMode.NORMAL)), iterationDone,
                StepsNeeded.by(one.benchmark()).map(needed -> needed.sizes(one.params())).orElseGet(one::describe));
        Collection<RunResult> finished = List.of();
        String thrown = "JMH gave no result and no reason";
        System.setProperty(Recorder.FOLDER, records.toAbsolutePath().toString());
        try {
            finished = new Runner(optionsOf(one, alone), output.format()).run();
        } catch (RunnerException e) {
            thrown = Reason.of(e);
        }
        List<TrialRecord> trials = TrialRecord.all(records);
        Folders.deleteIfThere(records);
        String failure = finished.isEmpty() ? output.reason().orElse(thrown) : null;
        return new Ran(finished, trials, failure, failure == null ? Optional.empty() : output.wantedMemory());
    }

    /**
     * @param one a configuration
     * @param ran what all of its processes came to, or the one that failed
     * @return what a run keeps of that
     * @throws IOException if JMH's results cannot be written
     */
    static Ended ended(RunPlan.Configuration one, Ran ran) throws IOException {
        return new Ended(part(one, json(ran.results), ran.trials, ran.failure), ran.results, ran.trials.stream().map(TrialRecord::memory)
                .filter(Objects::nonNull).max(Comparator.comparingLong(Budget.Memory::peakBytes)), ran.wantedMemory);
    }

    private static UnfinishedRun.Part part(
            RunPlan.Configuration one, JsonNode jmh, List<TrialRecord> trials, String failure) {
        if (trials.isEmpty()) {
            return new UnfinishedRun.Part(jmh, null, failure, null, null, false);
        }
        TrialRecord.Ran ran = trials.get(0).ran();
        return new UnfinishedRun.Part(jmh, failure == null ? ResultAssembly.configuration(one, trials) : null, failure,
                ran.libtorch(), ran.threads(), ran.device().equals("gpu"));
    }

    private Options optionsOf(RunPlan.Configuration one, boolean alone) {
        List<String> jvmArgs = new ArrayList<>(options.getJvmArgsAppend().orElse(List.of()));
        jvmArgs.add("-D" + Recorder.FOLDER + "=" + records.toAbsolutePath());
        jvmArgs.addAll(Libtorch.jvmArgs());
        if (Budgeted.is(one) && !Libtorch.device(one.params().get("device")).isGpu()) {
            jvmArgs.addAll(HEAP_ASIDE);
        }
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .parent(JmhOptions.ofOneConfiguration(options))
                .include("^" + Pattern.quote(one.benchmark()) + "$")
                .addProfiler(StepTimeProfiler.class)
                .jvmArgsAppend(jvmArgs.toArray(String[]::new));
        one.params().forEach(builder::param);
        if (Budgeted.is(one)) {
            // an operation is a token of one sequence
            builder.operationsPerInvocation(Integer.parseInt(one.params().get(Sequences.BATCH)));
        }
        if (alone) {
            builder.forks(1);
        }
        if (effort != null) {
            if (!alone && !options.getForkCount().hasValue()) {
                builder.forks(effort.forks());
            }
            if (!options.getWarmupIterations().hasValue()) {
                builder.warmupIterations(effort.warmupIterations());
            }
            if (!options.getMeasurementIterations().hasValue()) {
                builder.measurementIterations(effort.iterations());
            }
            if (!options.shouldDoGC().hasValue()) {
                builder.shouldDoGC(effort.gc());
            }
        }
        return builder.build();
    }

    private static JsonNode json(Collection<RunResult> results) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8))
                .writeOut(results);
        return Json.MAPPER.readTree(json.toByteArray());
    }
}
