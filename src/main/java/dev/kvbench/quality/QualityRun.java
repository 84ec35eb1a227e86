package dev.kvbench.quality;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.Interruption;
import dev.kvbench.Shell;
import dev.kvbench.UserError;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.MemoryNeed;
import dev.kvbench.decode.NotNumbers;
import dev.kvbench.decode.Positions;
import dev.kvbench.host.Machine;
import dev.kvbench.host.Source;
import dev.kvbench.model.Dtype;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Libtorch;
import dev.kvbench.torch.TorchErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * TokenScores a text with every strategy and window, and writes {@code quality.json}. What has ended is on disk before the
 * next begins, in a folder that an interrupted run leaves and another can go on with.
 */
public final class QualityRun implements AutoCloseable {

    /** What unfinished runs' folders end with. */
    public static final String UNFINISHED = ".unfinished";

    /** Most memory that the full cache's predictions may take, of the text and of the probe each. */
    private static final long KEEP_BYTES = 2L << 30;

    private static final int ROUGH_STEPS = 32;

    /** Evicting steps take longer than the full cache's that the forecast is made from. */
    private static final double EVICTION = 1.5;

    private final QualityOptions options;
    private final Subject subject;
    private final TeacherForcing.Setting setting;
    private final Passages passages;
    private final List<Planned> plan;
    private final Needles needles;
    private final MeasuredTimes measured;
    private final QualityFile header;
    private final Bootstrap bootstrap;
    private final Buckets buckets;

    /**
     * Reads and checks everything that the run needs.
     *
     * @param options what to run
     * @param command its arguments, for the record
     * @throws UserError if something is impossible
     */
    public QualityRun(QualityOptions options, List<String> command) {
        this.options = options;
        plan = Planned.of(options.strategies(), options.windows(), options.tokens(), options.heavyHitters(), options.seed());
        Positions positions = Positions.of(options.positions());
        Runtimes runtime = Runtimes.of(options.runtime());
        Dtype dtype = Dtype.of(options.dtype());
        measured = options.times() == null ? null : new MeasuredTimes(ResultFolder.open(options.times()));
        Source.warn();
        Source source = Source.built();
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        subject = Subject.open(options.model(), options.weights(), dtype, Libtorch.device(options.device()), options.seed());
        try {
            int available = subject.weights().shape().maxPositions();
            for (Planned one : plan) {
                DecodeLoop.checkPositions(positions, one.evicts(0), options.tokens(), available);
            }
            int batch = Math.min(options.batch(), options.sequences());
            for (Planned one : plan) {
                double bytes = MemoryNeed.bytes(subject.weights().shape(), dtype, one.evicts(0), batch,
                        DecodeLoop.capacity(one.evicts(0), options.tokens()), true);
                MemoryNeed.tooMuch("--batch " + batch + " with --tokens " + options.tokens(), bytes, subject.weights().device())
                        .ifPresent(why -> {
                            throw new UserError(why);
                        });
            }
            setting = new TeacherForcing.Setting(subject.weights(), runtime, positions, batch);
            passages = subject.read(options.text());
            bootstrap = new Bootstrap(options.seed());
            buckets = Buckets.of(options.tokens());
            int widest = plan.stream().filter(p -> p.window() != null).mapToInt(Planned::window).max().orElse(0);
            int late = buckets.lateFrom(widest);
            needles = options.probe() == 0 ? null : Needles.of(passages, options.probe(), available, widest, options.seed());
            boolean gpu = subject.weights().device().isGpu();
            Fingerprint fingerprint = Machine.fingerprint(source, Libtorch.version(), JniUtils.getNumThreads(),
                    gpu ? FirstCard.ran() : null);
            header = new QualityFile(QualityFile.SCHEMA, QualityFile.VERSION, start.toString(), command, QualityText.UNITS,
                    QualityText.RULES, fingerprint, subject.describe(),
                    new QualityFile.Text(passages.name(), passages.sha256(), passages.tokens().length,
                            passages.starts(options.sequences(), options.tokens() + 1), options.tokens()),
                    new QualityFile.Setting(runtime.label(), gpu ? "gpu" : "cpu", positions.label(), batch, options.seed(),
                            buckets.edges(), late < 0 ? null : late),
                    times(fingerprint), needles == null ? null : needles.describe(), List.of());
        } catch (RuntimeException e) {
            subject.close();
            throw e;
        }
    }

    private QualityFile.Times times(Fingerprint fingerprint) {
        if (measured != null) {
            return measured.source();
        }
        return options.timed() == 0 ? null : new QualityFile.Times("this run", subject.weights().shape().name() + " · "
                + subject.weights().dtype().label() + " · " + options.tokens() + " tokens · 1 sequence · " + fingerprint.deviceName());
    }

    /**
     * @param folder what a run left that did not end
     * @return the arguments it was started with
     * @throws UserError if it is no such folder
     */
    public static List<String> commandOf(Path folder) {
        Path file = folder.resolve(QualityFile.FILE);
        if (!folder.toAbsolutePath().normalize().toString().endsWith(UNFINISHED) || !Files.isRegularFile(file)) {
            throw new UserError("--resume " + folder + ": not an unfinished run, whose folder ends with " + UNFINISHED + " and has a "
                    + QualityFile.FILE);
        }
        List<String> command = QualityFile.read(file).command();
        if (command == null || command.isEmpty()) {
            throw new UserError(file + ": does not say how the run began; start anew");
        }
        return command;
    }

    /**
     * Runs what is missing.
     *
     * @param results the folder that result folders go to
     * @param unfinished what an interrupted run left, or null
     * @return the result's folder
     * @throws UserError if that is of another run
     * @throws NotNumbers if the model's logits are none; nothing stays behind of a run in which nothing has ended, nor if memory was
     *     too small
     * @throws IOException if the result cannot be written
     */
    public Path run(Path results, Path unfinished) throws IOException {
        QualityFile begun = unfinished == null ? null : QualityFile.read(unfinished.resolve(QualityFile.FILE));
        if (begun != null) {
            mustContinue(begun, unfinished);
        }
        QualityFile first = begun == null ? header : header.with(begun.created(), List.of());
        Instant start = Instant.parse(first.created());
        String commit = first.fingerprint().commit();
        double seconds = forecast();
        Path folder = unfinished != null ? unfinished
                : ResultName.claim(results, ResultName.of(start, commit, null) + "_quality", UNFINISHED);
        QualityFile file = begun == null ? first : first.with(begun.created(), begun.configurations());
        file.write(folder.resolve(QualityFile.FILE));
        announce(folder, seconds);
        long[][] sequences = passages.cut(first.text().starts(), options.tokens() + 1);
        try (Interruption end = new Interruption("quality", folder); RunProgress progress = new RunProgress(work(), plan.size());
                TeacherForcing text = new TeacherForcing(setting, sequences, KEEP_BYTES, progress::step);
                TeacherForcing planted = needles == null ? null
                        : new TeacherForcing(probeSetting(), needles.all(), KEEP_BYTES, progress::step)) {
            float[][] full = buckets.means(text.full().nll());
            float[][][] fullNeedle = planted == null ? null : needles.ofRepetitions(planted.full());
            for (Planned one : plan) {
                Optional<QualityFile.Configuration> done = file.find(one.strategy().label(), one.window());
                if (done.isPresent()) {
                    progress.skip(one.window() == null ? 0 : text.totalSteps() + (planted == null ? 0 : planted.totalSteps()));
                } else {
                    boolean evicts = one.window() != null;
                    TokenScores scores = evicts ? text.with(one::evicts, progress::step) : text.full();
                    float[][][] needle = planted == null ? null : !evicts ? fullNeedle
                            : needles.ofRepetitions(planted.with(one::evicts, progress::step));
                    end.stopHere();
                    file = file.with(file.created(), plus(file, configuration(one, scores, full, needle, fullNeedle)));
                    file.write(folder.resolve(QualityFile.FILE));
                }
                end.stopHere();
                progress.configuration(one.evicts(0).describe());
            }
        } catch (RuntimeException e) {
            boolean ends = e instanceof NotNumbers || TorchErrors.outOfMemory(e).isPresent();
            if (ends && unfinished == null && file.configurations().isEmpty()) {
                Files.delete(folder.resolve(QualityFile.FILE));
                Files.delete(folder);
            }
            throw e;
        }
        return ResultName.settle(folder, results, ResultName.of(start, commit, first.fingerprint()));
    }

    /** Refuses what was begun with anything else than this run has, but for its start. */
    private void mustContinue(QualityFile begun, Path folder) {
        JsonNode mine = Json.MAPPER.valueToTree(header.with(begun.created(), List.of()));
        JsonNode theirs = Json.MAPPER.valueToTree(begun.with(begun.created(), List.of()));
        if (!mine.equals(theirs)) {
            List<String> different = mine.properties().stream().filter(f -> !f.getValue().equals(theirs.get(f.getKey())))
                    .map(Map.Entry::getKey).toList();
            throw new UserError("--resume " + folder + ": begun with another " + String.join(", ", different) + "; start anew");
        }
    }

    private static List<QualityFile.Configuration> plus(QualityFile file, QualityFile.Configuration one) {
        List<QualityFile.Configuration> all = new ArrayList<>(file.configurations());
        all.add(one);
        return all;
    }

    private QualityFile.Configuration configuration(Planned one, TokenScores scores, float[][] full, float[][][] needle,
            float[][][] fullNeedle) {
        float[][] nll = buckets.means(scores.nll());
        float[][] kl = buckets.means(scores.kl());
        float[][] agreement = buckets.means(scores.agreement());
        Integer late = header.setting().lateFrom();
        EvictionStrategy evicts = one.evicts(0);
        QualityFile.Estimate time = measured != null ? measured.of(one.strategy().label(), one.window(), one.heavyHitters())
                : options.timed() == 0 ? null : StepTiming.measure(setting, evicts, options.tokens(), options.timed());
        return new QualityFile.Configuration(one.strategy().label(), evicts.describe(), one.window(), one.heavyHitters(),
                nll, kl, agreement, buckets.aggregate(0, nll, full, kl, agreement, bootstrap),
                late == null ? null : buckets.aggregate(late, nll, full, kl, agreement, bootstrap), time,
                needle == null ? null : Needles.recall(needle, fullNeedle, bootstrap));
    }

    private TeacherForcing.Setting probeSetting() {
        return new TeacherForcing.Setting(setting.weights(), setting.runtime(), setting.positions(),
                Math.min(options.batch(), needles.all().length));
    }

    /** Steps of the run that are fed text. */
    private long work() {
        long perConfiguration = (long) options.tokens() * batches(options.sequences(), setting.batch());
        if (needles != null) {
            perConfiguration += (long) needles.steps() * batches(needles.all().length, probeSetting().batch());
        }
        return plan.size() * perConfiguration;
    }

    private static int batches(int rows, int batch) {
        return (rows + batch - 1) / batch;
    }

    private double forecast() {
        double forced = StepTiming.rough(setting, plan.get(0).evicts(0), setting.runtime(), setting.batch(), ROUGH_STEPS);
        double seconds = work() * forced * EVICTION / 1e3;
        if (measured == null && options.timed() > 0) {
            double single = StepTiming.rough(setting, plan.get(0).evicts(0), Runtimes.AUTO, 1, ROUGH_STEPS);
            seconds += plan.size() * (options.timed() + 0.5) * options.tokens() * single / 1e3;
        }
        return seconds;
    }

    private void announce(Path folder, double seconds) {
        System.out.printf("# %s on %s: %d configuration%s, %d sequences of %d tokens%s%n", header.model().name(),
                header.fingerprint().deviceName(), plan.size(), plan.size() == 1 ? "" : "s", options.sequences(), options.tokens(),
                needles == null ? "" : ", and " + needles.all().length + " of " + needles.steps() + " for the probe");
        System.out.printf("# Expect about %s. Interrupted, it goes on with: %s quality --resume %s%n",
                seconds < 90 ? Math.round(seconds) + " seconds" : Math.round(seconds / 60) + " minutes",
                Shell.command(), folder);
    }

    @Override
    public void close() {
        subject.close();
    }
}
