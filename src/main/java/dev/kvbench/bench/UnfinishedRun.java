package dev.kvbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.Folders;
import dev.kvbench.UserError;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/**
 * A run in the making: a folder beside the results that holds its plan and every configuration that has ended, so that
 * a run that is killed loses only the one that ran; where processes run in turn, every process that has ended.
 */
final class UnfinishedRun {

    /** What such folders' names end with. */
    static final String SUFFIX = ".unfinished";

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
            return new Part(Json.MAPPER.createArrayNode(), null, why, null, null, false);
        }

        /** @return the same with this series */
        Part with(StepsFile.Configuration of) {
            return new Part(jmh, of, failure, libtorch, threads, gpu);
        }

        /** The same by today's names. */
        private Part asRan() {
            return new Part(ResultFolder.asRan(jmh), steps == null ? null : steps.asRan(), failure, libtorch, threads, gpu);
        }
    }

    private final Path folder;
    private final PlanFile plan;

    private UnfinishedRun(Path folder, PlanFile plan) {
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
    static UnfinishedRun begin(Path results, String share, PlanFile plan) throws IOException {
        String name = ResultName.of(Instant.parse(plan.created()), plan.source().commit(), null) + share;
        UnfinishedRun run = new UnfinishedRun(ResultName.claim(results, name, SUFFIX), plan);
        try {
            run.write(PlanFile.NAME, plan);
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
        return new UnfinishedRun(folder, PlanFile.read(folder));
    }

    Path folder() {
        return folder;
    }

    PlanFile plan() {
        return plan;
    }

    private static String part(int index) {
        return String.format(Locale.ROOT, "part-%05d.json", index);
    }

    private static String results(int index) {
        return String.format(Locale.ROOT, "part-%05d.ser", index);
    }

    private static String search(int index) {
        return String.format(Locale.ROOT, "search-%05d.json", index);
    }

    private static String fork(int index, int fork, String kind) {
        return String.format(Locale.ROOT, "fork-%05d-%03d.%s", index, fork, kind);
    }

    /** @return whether a process of a configuration has ended well that has others to come, or had */
    boolean hasFork(int index, int fork) {
        return Files.isRegularFile(folder.resolve(fork(index, fork, "json")));
    }

    /** Keeps a process that has ended well, of a configuration that has others to come. */
    void addFork(int index, int fork, Launcher.Ran ran) throws IOException {
        // first, since a fork whose record is there is whole
        KeptResults.write(folder.resolve(fork(index, fork, "ser")), ran.results());
        write(fork(index, fork, "json"), ran.trials());
    }

    /** @return what the first {@code count} processes of a configuration came to, which have ended, in the order of their numbers */
    List<Launcher.Ran> forks(int index, int count) throws IOException {
        List<Launcher.Ran> forks = new ArrayList<>();
        for (int fork = 1; fork <= count; fork++) {
            forks.add(new Launcher.Ran(KeptResults.read(folder.resolve(fork(index, fork, "ser"))),
                    List.of(Json.MAPPER.readValue(folder.resolve(fork(index, fork, "json")).toFile(), TrialRecord[].class))));
        }
        return forks;
    }

    /** @throws UserError if the folder is gone: what waited for the machine may have waited for this very run */
    void mustBeThere() {
        if (!Files.isRegularFile(folder.resolve(PlanFile.NAME))) {
            throw new UserError(folder + ": has ended meanwhile, its result lies beside it; there is nothing to go on with");
        }
    }

    /** @return those that have not ended, by their place in the plan */
    List<Integer> missing() {
        return IntStream.range(0, plan.configurations().size()).filter(i -> !has(i)).boxed().toList();
    }

    boolean has(int index) {
        return Files.isRegularFile(folder.resolve(part(index)));
    }

    /** Keeps a configuration that has ended, with JMH's results of it, none if it failed. */
    void add(int index, Launcher.Ended ended) throws IOException {
        // first, since a part that is there is whole
        KeptResults.write(folder.resolve(results(index)), ended.results());
        write(part(index), ended.part());
        for (int fork = 1; hasFork(index, fork); fork++) {
            Files.delete(folder.resolve(fork(index, fork, "json")));
            Files.delete(folder.resolve(fork(index, fork, "ser")));
        }
    }

    /** Keeps what a search found, by the place of the first configuration that shares it. */
    void keep(int index, BudgetSearch.Searched found) throws IOException {
        write(search(index), found);
    }

    /** @return what a search found; empty if it has not ended */
    Optional<BudgetSearch.Searched> searched(int index) {
        Path file = folder.resolve(search(index));
        try {
            return Files.isRegularFile(file) ? Optional.of(Json.MAPPER.readValue(file.toFile(), BudgetSearch.Searched.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return JMH's results of all that have ended, in the order of the plan */
    List<RunResult> results() throws IOException {
        List<RunResult> all = new ArrayList<>();
        for (int i = 0; i < plan.configurations().size(); i++) {
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
        for (int i = 0; i < plan.configurations().size(); i++) {
            if (has(i)) {
                parts.add(Json.MAPPER.readValue(folder.resolve(part(i)).toFile(), Part.class).asRan());
            }
        }
        return parts;
    }

    /** @return the series of those that have ended and recorded some, and of those that have others to come the first process's */
    List<StepsFile.Configuration> steps() throws IOException {
        List<StepsFile.Configuration> steps = new ArrayList<>(parts().stream().map(Part::steps).filter(Objects::nonNull).toList());
        for (int i = 0; i < plan.configurations().size(); i++) {
            if (!has(i) && hasFork(i, 1)) {
                steps.addAll(Launcher.ended(plan.configurations().get(i), forks(i, 1).get(0)).series().stream().toList());
            }
        }
        return steps;
    }

    /** @return those that failed */
    List<StepsFile.Failure> failures() throws IOException {
        List<StepsFile.Failure> failures = new ArrayList<>();
        for (int i = 0; i < plan.configurations().size(); i++) {
            if (has(i)) {
                Part part = Json.MAPPER.readValue(folder.resolve(part(i)).toFile(), Part.class);
                if (part.failure != null) {
                    RunPlan.Configuration one = plan.configurations().get(i);
                    failures.add(new StepsFile.Failure(one.benchmark(), one.params(), part.failure));
                }
            }
        }
        return failures;
    }

    /** Writes JMH's results of all parts into a folder. */
    void writeJmh(Path into) throws IOException {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (Part part : parts()) {
            part.jmh.forEach(all::add);
        }
        Json.write(into.resolve(ResultFolder.JMH_FILE), all);
    }

    /** Leaves nothing of a run that did not come to the end of any configuration or fork: there is nothing to go on with. */
    void deleteIfNothingEnded() throws IOException {
        if (Files.exists(folder) && IntStream.range(0, plan.configurations().size()).noneMatch(i -> has(i) || hasFork(i, 1))) {
            delete();
        }
    }

    void delete() throws IOException {
        Folders.deleteIfThere(folder);
    }
}
