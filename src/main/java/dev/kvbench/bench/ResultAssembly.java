package dev.kvbench.bench;

import dev.kvbench.Folders;
import dev.kvbench.RunFailed;
import dev.kvbench.host.Machine;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.cuda.FirstCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes the result of what a run has kept. */
final class ResultAssembly {

    private ResultAssembly() {}

    /**
     * @param one a configuration that has run
     * @param trials what its processes told, in the order in which they started
     * @return its series
     */
    static StepsFile.Configuration configuration(RunPlan.Configuration one, List<TrialRecord> trials) {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int fork = 1; fork <= trials.size(); fork++) {
            int warmups = 0;
            int measurements = 0;
            for (TrialRecord.Series series : trials.get(fork - 1).series()) {
                iterations.add(new StepsFile.Iteration(fork,
                        series.warmup() ? StepsFile.Iteration.WARMUP : StepsFile.Iteration.MEASUREMENT,
                        series.warmup() ? ++warmups : ++measurements, series.stepNanos(), series.deviceNanos(), series.promptNanos()));
            }
        }
        TrialRecord.Ran ran = trials.get(0).ran();
        return new StepsFile.Configuration(one.benchmark(), ran.label(), one.params(), ran.weights(), ran.attention(),
                ran.runtime(), ran.device(), ran.cacheBytesPerEntry(), trials.get(0).gpu(), iterations,
                one.asked().isEmpty() ? null : one.asked(), ran.drawnEntries(),
                TelemetryAssembly.of(trials, one.params()));
    }

    /**
     * Makes the result of a run whose configurations have all ended, and leaves nothing else of it.
     *
     * @param run the run
     * @param order in which its processes ran
     * @param results the folder that result folders go to
     * @return the result folder
     * @throws RunFailed if all of them failed
     * @throws IOException if it cannot be written
     */
    static ResultFolder finish(UnfinishedRun run, List<TurnOrder.Turn> order, Path results) throws IOException {
        List<UnfinishedRun.Part> parts = run.parts();
        List<StepsFile.Failure> failures = run.failures();
        if (failures.size() == parts.size()) {
            run.delete();
            throw new RunFailed("no benchmark finished: " + failures.get(0).message());
        }
        Fingerprint fingerprint = fingerprint(run, parts);
        Path folder = run.folder().resolve("result");
        Folders.deleteIfThere(folder);
        Files.createDirectory(folder);
        run.writeJmh(folder);
        new ResultFolder(folder).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION,
                run.plan().created(), run.plan().command(), StepsFile.UNITS, fingerprint,
                parts.stream().map(UnfinishedRun.Part::steps).filter(Objects::nonNull).toList(),
                failures.isEmpty() ? null : failures, TelemetryAssembly.drifts(parts, order), null,
                run.plan().runsInTurn() ? StepsFile.Turns.OF_CONFIGURATIONS : null));
        Path log = run.folder().resolve(ResultFolder.JMH_LOG);
        if (Files.exists(log)) {
            // moved, it would be gone if what follows failed and were done again
            Files.copy(log, folder.resolve(ResultFolder.JMH_LOG));
        }
        Path place = ResultName.settle(folder, results, ResultName.of(
                Instant.parse(run.plan().created()), run.plan().source().commit(), fingerprint));
        run.delete();
        return new ResultFolder(place);
    }

    private static Fingerprint fingerprint(UnfinishedRun run, List<UnfinishedRun.Part> parts) {
        return parts.stream().filter(p -> p.libtorch() != null).findFirst()
                .map(ran -> Machine.fingerprint(run.plan().source(), ran.libtorch(), ran.threads(),
                        ran.gpu() ? FirstCard.ran() : null))
                .orElseGet(() -> Machine.fingerprint(run.plan().source(), null, null, null));
    }
}
