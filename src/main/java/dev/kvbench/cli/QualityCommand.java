package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.bench.Shard;
import dev.kvbench.doctor.Readiness;
import dev.kvbench.quality.QualityOptions;
import dev.kvbench.quality.QualityRun;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.Writable;
import dev.kvbench.torch.TorchErrors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quality}: what eviction costs in predictions. */
@Command(name = "quality", sortOptions = false,
        header = "Scores what eviction costs in predictions, per strategy and window.",
        description = "Feeds a text to a model token by token, evicting as in generation, and scores its predictions: negative"
                + " log-likelihood, and divergence from the full cache, per strategy and window. Writes quality.json, plots and"
                + " report.html, a page that explains them.")
final class QualityCommand implements Callable<Integer> {

    @Option(names = "--model", defaultValue = "gpt2-docs", paramLabel = "DIR|NAME",
            description = "a folder with config.json and model.safetensors, or a model's name (${DEFAULT-VALUE})")
    private String model;

    @Option(names = "--weights", defaultValue = "real", description = "real, or synthetic to try a shape (${DEFAULT-VALUE})")
    private String weights;

    @Option(names = "--text", paramLabel = "FILE",
            description = "UTF-8; token ids if the model has no tokenizer.json (the held-out text of a model that brings one)")
    private Path text;

    @Option(names = "--strategy", split = ",", defaultValue = "all", paramLabel = "NAME,…",
            description = "what to evict (${DEFAULT-VALUE})")
    private List<String> strategies;

    @Option(names = "--window", split = ",", defaultValue = "16,32,64,128,256", paramLabel = "N,…",
            description = "most entries kept after a step, or shares of --tokens such as 25%% (${DEFAULT-VALUE})")
    private List<String> windows;

    @Option(names = "--heavy-hitters", defaultValue = "0.25",
            description = "of these, kept for their score: a number, or below 1 a fraction of the window (${DEFAULT-VALUE})")
    private double heavyHitters;

    @Option(names = "--tokens", defaultValue = "512", description = "tokens per sequence (${DEFAULT-VALUE})")
    private int tokens;

    @Option(names = "--sequences", defaultValue = "32", description = "sequences, cut from all over the text (${DEFAULT-VALUE})")
    private int sequences;

    @Option(names = "--batch", defaultValue = "32", description = "sequences decoded side by side (${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--probe", description = "also plants patterns in the text and tells from how far back each strategy still knows them")
    private boolean probe;

    @Option(names = "--probe-texts", defaultValue = "16", description = "texts that are probed (${DEFAULT-VALUE})")
    private int probeTexts;

    @Option(names = "--timed", defaultValue = "2",
            description = "generations timed per configuration, for the plot against time; 0: none (${DEFAULT-VALUE})")
    private int timed;

    @Option(names = "--times", paramLabel = "RESULT", description = "takes times from a result of DecodeLoop or"
            + " DecodeStep instead, of removal=replace where it has such")
    private Path times;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or gpu (${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--dtype", defaultValue = "fp32", description = "fp32, fp16 or bf16 (${DEFAULT-VALUE})")
    private String dtype;

    @Option(names = "--runtime", defaultValue = "torchscript",
            description = "torchscript, which takes every strategy and batch; cudagraph, chained, fused or auto (${DEFAULT-VALUE})")
    private String runtime;

    @Option(names = "--positions", defaultValue = "original", description = "original or cache (${DEFAULT-VALUE})")
    private String positions;

    @Option(names = "--seed", defaultValue = "1",
            description = "of intervals, strategy random, patterns and synthetic weights (${DEFAULT-VALUE})")
    private int seed;

    @Option(names = "--output", paramLabel = "DIR", defaultValue = "results",
            description = "where the result's folder goes (${DEFAULT-VALUE})")
    private Path output;

    @Option(names = "--resume", paramLabel = "FOLDER",
            description = "goes on with a run that did not end, results/….unfinished; takes no other option")
    private Path resume;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<String> command = spec.commandLine().getParseResult().originalArgs();
        QualityCommand asked = this;
        Path results = output;
        Path unfinished = null;
        if (resume != null) {
            RunCommand.takesNoOther(spec, resume, List.of());
            command = QualityRun.commandOf(resume);
            unfinished = resume.toAbsolutePath().normalize();
            asked = new QualityCommand();
            new CommandLine(asked).parseArgs(command.subList(1, command.size()).toArray(String[]::new));
            results = unfinished.getParent();
        }
        Writable.folder("--output", results);
        Readiness.check(List.of(asked.device));
        allOfIt(System.getenv()).ifPresent(System.err::println);
        Path folder = asked.scored(command, results, unfinished);
        QualityFile quality = QualityFile.read(folder.resolve(QualityFile.FILE));
        System.out.println();
        QualityTable.print(quality, System.out);
        System.out.println("Result: " + folder);
        QualityRenderer.render(folder).forEach(plot -> System.out.println("Plot:   " + plot));
        return 0;
    }

    private Path scored(List<String> command, Path results, Path unfinished) throws Exception {
        return TorchErrors.orLower("--batch " + batch + " with --model " + model + " and --tokens " + tokens, () -> {
            try (QualityRun run = new QualityRun(options(), command)) {
                return run.run(results, unfinished);
            }
        });
    }

    /** What to say where a scheduler started several of these. */
    static Optional<String> allOfIt(Map<String, String> environment) {
        return Shard.task(environment).map(task -> "# " + task + ": quality is not shared out as `run` is, so this task scores everything"
                + " that it is asked for; give each task its own --strategy or --window");
    }

    private QualityOptions options() {
        if (probe && probeTexts < 1) {
            throw new UserError("--probe-texts " + probeTexts + " with --probe: must be at least 2");
        }
        return new QualityOptions(model, weights, text, strategies, windows, heavyHitters, tokens, sequences, batch,
                probe ? probeTexts : 0, timed, times, device, dtype, runtime, positions, seed);
    }
}
