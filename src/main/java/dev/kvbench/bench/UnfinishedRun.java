package dev.kvbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.UserError;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A run in the making: a folder beside the results that holds its plan and every configuration that has ended, so that
 * a run that is killed loses only the one that ran.
 */
final class UnfinishedRun {

    /** What such folders' names end with. */
    static final String SUFFIX = ".unfinished";

    private static final String PLAN = "plan.json";
    private static final int VERSION = 2;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * What is to be run.
     *
     * @param version {@link #VERSION}
     * @param created start of the run, ISO 8601, UTC
     * @param command its arguments
     * @param source what runs
     * @param machine where it began, see {@link Environment#machine}
     * @param configurations all that belong to it
     */
    record Plan(int version, String created, List<String> command, Environment.Source source,
            String machine, List<RunPlan.Configuration> configurations) {}

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
        static final Part NOT_RUN = new Part(JSON.createArrayNode(), null, null, null, null, false);
    }

    private final Path folder;
    private final Plan plan;

    private UnfinishedRun(Path folder, Plan plan) {
        this.folder = folder;
        this.plan = plan;
    }

    static UnfinishedRun begin(Path folder, String created, List<String> command, Environment.Source source,
            List<RunPlan.Configuration> configurations) throws IOException {
        Files.createDirectories(folder);
        UnfinishedRun run = new UnfinishedRun(folder, new Plan(
                VERSION, created, command, source, Environment.machine(), configurations));
        run.write(PLAN, run.plan);
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
            Plan plan = JSON.readValue(file.toFile(), Plan.class);
            if (plan.version != VERSION || plan.configurations == null || plan.command == null || plan.source == null
                    || plan.machine == null) {
                throw new UserError("--resume " + folder + ": its " + PLAN + " is of another version of this suite");
            }
            return new UnfinishedRun(folder, plan);
        } catch (IOException e) {
            throw new UserError("--resume " + folder + ": its " + PLAN + " cannot be read: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
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

    boolean has(int index) {
        return Files.isRegularFile(folder.resolve(part(index)));
    }

    void add(int index, Part part) throws IOException {
        write(part(index), part);
    }

    private void write(String name, Object content) throws IOException {
        Path temporary = folder.resolve(name + ".tmp");
        JSON.writeValue(temporary.toFile(), content);
        Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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

    void delete() throws IOException {
        SuiteRunner.delete(folder);
    }
}
