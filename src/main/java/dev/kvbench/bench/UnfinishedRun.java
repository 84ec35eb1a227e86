package dev.kvbench.bench;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.host.Machine;
import dev.kvbench.host.Source;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/**
 * A run in the making: a folder beside the results that holds its plan and every configuration that has ended, so that
 * a run that is killed loses only the one that ran.
 */
final class UnfinishedRun {

    /** What such folders' names end with. */
    static final String SUFFIX = ".unfinished";

    private static final String PLAN = "plan.json";
    private static final int VERSION = 3;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * What is to be run.
     *
     * @param version {@link #VERSION}
     * @param created start of the run, ISO 8601, UTC
     * @param command its arguments
     * @param source what runs
     * @param machine where it began: the processor and the card that are there, whichever runs
     * @param on what else its result is marked with
     * @param config the file of jmh-config/ as it was when the run began; null where JMH's options alone say what to run
     * @param effort its part for the device found then, which JMH's options win over; null without {@code config}
     * @param configurations all that belong to it
     */
    record Plan(int version, String created, List<String> command, Source source, String machine, Fingerprint on,
            RunConfig config, RunConfig.Effort effort, List<RunPlan.Configuration> configurations) {

        /**
         * @param created start of the run
         * @param command its arguments
         * @param config its file of jmh-config/, or null
         * @param configurations what to run
         * @return the plan of a run that begins here and now
         */
        static Plan here(Instant created, List<String> command, RunConfig config, List<RunPlan.Configuration> configurations) {
            return new Plan(VERSION, created.toString(), command, Source.built(), machineHere(), markedHere(), config,
                    config == null ? null : config.effort(Libtorch.hasGpu()), configurations);
        }

        /** @throws UserError if a run in {@code folder} that goes on here would mix what a result is marked with once */
        void mustContinue(Path folder) {
            same(folder, source.describe(), Source.built().describe(), "commit");
            same(folder, machine, machineHere(), "kind of machine");
            Fingerprint now = markedHere();
            same(folder, "libtorch " + on.libtorch(), "libtorch " + now.libtorch(), "libtorch");
            same(folder, on.deviceName(), now.deviceName(), "device");
            same(folder, on.jvm(), now.jvm(), "Java runtime");
            same(folder, "driver " + on.driver(), "driver " + now.driver(), "driver");
            same(folder, on.cores() + " processors", now.cores() + " processors", "kind of machine");
            same(folder, on.threads() + " threads", now.threads() + " threads", "number of threads (OMP_NUM_THREADS)");
        }

        private static String machineHere() {
            return Machine.cpu() + FirstCard.find().map(card -> " with " + card.name()).orElse("");
        }

        /** What its forks run on as well: they get libtorch and their threads from here. */
        private static Fingerprint markedHere() {
            return Machine.fingerprint(Source.built(), Libtorch.version(), JniUtils.getNumThreads(),
                    Libtorch.hasGpu() ? FirstCard.ran() : null);
        }

        private static void same(Path folder, String before, String now, String what) {
            if (!before.equals(now)) {
                throw new UserError("--resume " + folder + ": begun on " + before + ", this is " + now + "; a result is of one " + what);
            }
        }
    }

    /**
     * A configuration that has ended.
     *
     * @param jmh JMH's results of it, an array
     * @param steps its series; null if the benchmark recorded nothing
     * @param failure why it failed; null if it did not
     * @param libtorch version that ran, or null
     * @param threads threads of one operator, or null
     * @param gpu whether a GPU ran
     */
    record Part(JsonNode jmh, StepsFile.Configuration steps, String failure, String libtorch, Integer threads, boolean gpu) {

        /** One that was not worth running. */
        static final Part NOT_RUN = failed(null);

        /** One that was not begun, and why. */
        static Part failed(String why) {
            return new Part(JSON.createArrayNode(), null, why, null, null, false);
        }
    }

    private final Path folder;
    private final Plan plan;

    private UnfinishedRun(Path folder, Plan plan) {
        this.folder = folder;
        this.plan = plan;
    }

    /**
     * @param results the folder that results go to
     * @param share what tells shards that start together apart, or nothing
     * @param plan what to run
     * @return the run, in a folder of its own
     * @throws IOException if that cannot be made
     */
    static UnfinishedRun begin(Path results, String share, Plan plan) throws IOException {
        String name = ResultName.of(Instant.parse(plan.created), plan.source.commit(), null) + share;
        UnfinishedRun run = new UnfinishedRun(ResultName.claim(results, name, SUFFIX), plan);
        try {
            run.write(PLAN, plan);
        } catch (IOException e) {
            run.delete();
            throw e;
        }
        return run;
    }

    /**
     * @param folder what an earlier run left
     * @return that run
     * @throws UserError if it is none
     */
    static UnfinishedRun open(Path folder) {
        Path file = folder.resolve(PLAN);
        if (!Files.isRegularFile(file)) {
            throw new UserError("--resume " + folder + ": not an unfinished run, whose folder ends with " + SUFFIX
                    + " and has a " + PLAN);
        }
        try {
            JsonNode json = JSON.readTree(file.toFile());
            if (json.path("version").asInt() != VERSION) {
                throw new UserError("--resume " + folder + ": begun by another version of this suite (" + PLAN + " of version "
                        + json.path("version").asInt() + ", this reads " + VERSION
                        + "); resume it with the build that began it, or start anew");
            }
            // from the file: a tree knows no lines
            Plan plan = JSON.readValue(file.toFile(), Plan.class);
            if (plan.configurations == null || plan.command == null || plan.source == null || plan.machine == null || plan.on == null) {
                throw new UserError("--resume " + folder + ": its " + PLAN + " is not whole; start anew");
            }
            return new UnfinishedRun(folder, plan);
        } catch (JsonProcessingException e) {
            throw new UserError("--resume " + JsonFault.of(file, "the plan of a run", e).getMessage() + "; start anew", e);
        } catch (IOException e) {
            throw new UserError("--resume " + folder + ": its " + PLAN + " cannot be read: "
                    + Reason.of(e), e);
        }
    }

    Path folder() {
        return folder;
    }

    Plan plan() {
        return plan;
    }

    private static String part(int index) {
        return String.format(Locale.ROOT, "part-%05d.json", index);
    }

    private static String results(int index) {
        return String.format(Locale.ROOT, "part-%05d.ser", index);
    }

    /** @throws UserError if the folder is gone: what waited for the machine may have waited for this very run */
    void mustBeThere() {
        if (!Files.isRegularFile(folder.resolve(PLAN))) {
            throw new UserError(folder + ": has ended meanwhile, its result lies beside it; there is nothing to go on with");
        }
    }

    /** @return those that have not ended, by their place in the plan */
    List<Integer> missing() {
        return IntStream.range(0, plan.configurations.size()).filter(i -> !has(i)).boxed().toList();
    }

    boolean has(int index) {
        return Files.isRegularFile(folder.resolve(part(index)));
    }

    /** Keeps a configuration that has ended, with JMH's results of it, none if it failed. */
    void add(int index, Part part, Collection<RunResult> results) throws IOException {
        // first, since a part that is there is whole
        KeptResults.write(folder.resolve(results(index)), results);
        write(part(index), part);
    }

    /** @return JMH's results of all that have ended, in the order of the plan */
    List<RunResult> results() throws IOException {
        List<RunResult> all = new ArrayList<>();
        for (int i = 0; i < plan.configurations.size(); i++) {
            if (has(i)) {
                all.addAll(KeptResults.read(folder.resolve(results(i))));
            }
        }
        return all;
    }

    private void write(String name, Object content) throws IOException {
        Json.write(folder.resolve(name), content);
    }

    /** @return those that have ended, in the order of the plan */
    List<Part> parts() throws IOException {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < plan.configurations.size(); i++) {
            if (has(i)) {
                parts.add(JSON.readValue(folder.resolve(part(i)).toFile(), Part.class));
            }
        }
        return parts;
    }

    /** @return the series of those that have ended and recorded some */
    List<StepsFile.Configuration> steps() throws IOException {
        return parts().stream().map(Part::steps).filter(Objects::nonNull).toList();
    }

    /** @return those that failed */
    List<StepsFile.Failure> failures() throws IOException {
        List<StepsFile.Failure> failures = new ArrayList<>();
        for (int i = 0; i < plan.configurations.size(); i++) {
            if (has(i)) {
                Part part = JSON.readValue(folder.resolve(part(i)).toFile(), Part.class);
                if (part.failure != null) {
                    RunPlan.Configuration one = plan.configurations.get(i);
                    failures.add(new StepsFile.Failure(one.benchmark(), one.params(), part.failure));
                }
            }
        }
        return failures;
    }

    /** Writes JMH's results of all parts into a folder. */
    void writeJmh(Path into) throws IOException {
        ArrayNode all = JSON.createArrayNode();
        for (Part part : parts()) {
            part.jmh.forEach(all::add);
        }
        JSON.writeValue(into.resolve(ResultFolder.JMH_FILE).toFile(), all);
    }

    /** Leaves nothing of a run that did not come to the end of any configuration: there is nothing to go on with. */
    void deleteIfNothingEnded() throws IOException {
        if (Files.exists(folder) && IntStream.range(0, plan.configurations.size()).noneMatch(this::has)) {
            delete();
        }
    }

    void delete() throws IOException {
        SuiteRunner.delete(folder);
    }
}
