package dev.kvbench.bench;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.host.Machine;
import dev.kvbench.host.Source;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.Renamed;
import dev.kvbench.results.Required;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The content of {@code plan.json}: what an unfinished run is to run, and where it began.
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
 * @param inTurn whether their processes run in turn; null in plans of before, whose did not
 */
record PlanFile(int version, String created, @Required List<String> command, @Required Source source, @Required String machine,
        @Required Fingerprint on, RunConfig config, RunConfig.Effort effort,
        @Required List<RunPlan.Configuration> configurations, Boolean inTurn) {

    /** Its name in the run's folder. */
    static final String NAME = "plan.json";

    private static final int VERSION = 3;

    /**
     * @param created start of the run
     * @param command its arguments
     * @param config its file of jmh-config/, or null
     * @param configurations what to run
     * @return the plan of a run that begins here and now, one configuration after the other
     */
    static PlanFile here(Instant created, List<String> command, RunConfig config, List<RunPlan.Configuration> configurations) {
        return new PlanFile(VERSION, created.toString(), command, Source.built(), machineHere(), markedHere(), config,
                config == null ? null : config.effort(Libtorch.hasGpu()), configurations, false);
    }

    /** @return the same in this order */
    PlanFile inTurn(boolean turns) {
        return new PlanFile(version, created, command, source, machine, on, config, effort, configurations, turns);
    }

    /** @return whether the processes of its configurations run in turn */
    boolean runsInTurn() {
        return Boolean.TRUE.equals(inTurn);
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

    /** @return the same, each value by {@linkplain Renamed today's name} */
    private PlanFile renamed() {
        return new PlanFile(version, created, command, source, machine, on, config, effort, configurations.stream()
                .map(c -> new RunPlan.Configuration(c.benchmark(), Renamed.now(c.params()), c.added(), c.asked())).toList(), inTurn);
    }

    /**
     * @param folder what an earlier run left
     * @return its plan
     * @throws UserError if it is no unfinished run, or another version's
     */
    static PlanFile read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            throw new UserError("--resume " + folder + ": not an unfinished run, whose folder ends with " + UnfinishedRun.SUFFIX
                    + " and has a " + NAME);
        }
        try {
            JsonNode json = Json.MAPPER.readTree(file.toFile());
            if (json.path("version").asInt() != VERSION) {
                throw new UserError("--resume " + folder + ": begun by another version of this suite (" + NAME + " of version "
                        + json.path("version").asInt() + ", this reads " + VERSION
                        + "); resume it with the build that began it, or start anew");
            }
            // from the file: a tree knows no lines
            return Json.MAPPER.readValue(file.toFile(), PlanFile.class).renamed();
        } catch (JsonProcessingException e) {
            throw new UserError("--resume " + JsonFault.of(file, "the plan of a run", e).getMessage() + "; start anew", e);
        } catch (IOException e) {
            throw new UserError("--resume " + folder + ": its " + NAME + " cannot be read: "
                    + Reason.of(e), e);
        }
    }
}
