package dev.kvbench.cli;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.MemoryNeed;
import dev.kvbench.decode.NotNumbers;
import dev.kvbench.decode.Positions;
import dev.kvbench.doctor.Readiness;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.model.Weights;
import dev.kvbench.results.Writable;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Shares;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.torch.Libtorch;
import dev.kvbench.torch.TorchErrors;
import dev.kvbench.trace.TraceFile;
import dev.kvbench.trace.Tracer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code generate}: decodes one sequence, prints it, and says step by step what the strategy kept. */
@Command(name = "generate", sortOptions = false,
        header = "Decodes one sequence greedily and prints it.",
        description = "Text where the model has a tokenizer, else token ids.")
final class GenerateCommand implements Callable<Integer> {

    /** Those of a generation are held in memory. */
    private static final int MOST_TOKENS = 1 << 24;

    @Option(names = "--model", defaultValue = "gpt2", paramLabel = "DIR|NAME",
            description = "a checkpoint's folder, the name of one that was fetched or comes with this project, or a preset"
                    + " (${DEFAULT-VALUE})")
    private String model;

    @Option(names = "--weights", defaultValue = "auto", description = "auto: real ones if there are some; real, synthetic,"
            + " or a checkpoint's folder (${DEFAULT-VALUE})")
    private String source;

    @Option(names = "--strategy", defaultValue = "full", description = "what to evict (${DEFAULT-VALUE})")
    private String strategy;

    @Option(names = "--window", defaultValue = Parameter.Default.WINDOW,
            description = "most entries kept after a step, or a share such as 25%% of prompt and tokens, with --prefill of the prompt"
                    + " (${DEFAULT-VALUE})")
    private String window;

    @Option(names = "--heavy-hitters", defaultValue = Parameter.Default.HEAVY_HITTERS,
            description = "of these, kept for their score, or a share of them (${DEFAULT-VALUE})")
    private String heavyHitters;

    @Option(names = "--evict-every", defaultValue = Parameter.Default.EVICT_EVERY,
            description = "steps from one eviction to the next (${DEFAULT-VALUE})")
    private int evictEvery;

    @Option(names = "--removal", defaultValue = Parameter.Default.REMOVAL,
            description = "what happens to the slot of an entry that goes: replace, another entry takes it; compact,"
                    + " those behind it move up (${DEFAULT-VALUE})")
    private String removal;

    @Option(names = "--tokens", defaultValue = "64", description = "tokens to generate after the prompt (${DEFAULT-VALUE})")
    private int tokens;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "needs a model with a tokenizer.json")
    private String prompt;

    @Option(names = "--prompt-file", paramLabel = "FILE", description = "the same from a file in UTF-8, line ends as they are")
    private Path promptFile;

    @Option(names = "--prompt-ids", paramLabel = "ID,ID,…", split = ",", description = "token ids instead of text")
    private long[] promptIds;

    @Option(names = "--prefill", description = "feeds the prompt in one pass, evicting once after it, instead of token by token")
    private boolean prefill;

    @Option(names = "--seed", defaultValue = "1", description = "of synthetic weights and of strategy random (${DEFAULT-VALUE})")
    private int seed;

    @Option(names = "--dtype", defaultValue = "fp32", description = "fp32, fp16 or bf16 (${DEFAULT-VALUE})")
    private String dtype;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or gpu (${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--runtime", defaultValue = "auto",
            description = "how a step is launched: fused, chained, cudagraph, torchscript, or auto, the first of these that"
                    + " runs here (${DEFAULT-VALUE})")
    private String runtime;

    @Option(names = "--positions", defaultValue = "original", description = "original or cache (${DEFAULT-VALUE})")
    private String positions;

    @Option(names = "--trace", paramLabel = "FILE", description = "writes what is kept in every step, as JSON")
    private Path trace;

    @Option(names = "--trace-logits", description = "with logits")
    private boolean traceLogits;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (tokens < 1 || tokens > MOST_TOKENS) {
            throw new UserError("--tokens " + tokens + ": must be at least 1 and at most " + MOST_TOKENS);
        }
        if (traceLogits && trace == null) {
            throw new UserError("--trace-logits: needs --trace FILE");
        }
        if (trace != null) {
            Writable.file("--trace", trace);
        }
        if (Stream.of(prompt, promptFile, promptIds).filter(Objects::nonNull).count() > 1) {
            throw new UserError("--prompt, --prompt-file and --prompt-ids: give one of them");
        }
        // what cannot be is said before a model is read
        strategy(tokens);
        Dtype type = Dtype.of(dtype);
        Positions ids = Positions.of(positions);
        Runtimes launches = Runtimes.of(runtime);
        ModelChoice choice = ModelChoice.of(model, source);
        ModelShape shape = choice.shape();
        Readiness.check(List.of(device));
        Device place = Libtorch.device(device);
        launches.check(place);
        try (Tokenizer tokenizer = choice.checkpoint().flatMap(Checkpoint::tokenizer).orElse(null)) {
            long[] fed = prompt(tokenizer, shape);
            int steps = fed.length + tokens - 1;
            EvictionStrategy evicts = strategy(prefill && fed.length > 1 ? fed.length : steps);
            AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, evicts, type, launches, place.isGpu());
            checkPrompt(fed.length, ids, evicts, shape.maxPositions());
            DecodeLoop.checkPositions(ids, evicts, steps, shape.maxPositions());
            MemoryNeed.tooMuch("--tokens " + tokens + " with --window " + window, MemoryNeed.bytes(shape, type, evicts, 1,
                    DecodeLoop.capacity(evicts, steps), true), place).ifPresent(why -> {
                        throw new UserError(why);
                    });
            return TorchErrors.orLower("--tokens " + tokens + " with --model " + model + " and --window " + window, () -> {
                try (Weights weights = choice.weights(type, place, seed);
                        DecodeLoop loop = new DecodeLoop(weights, evicts, launches, form, ids, 1, steps);
                        Tracer tracer = trace == null ? null : new Tracer(trace,
                                header(evicts, weights, ids, loop.runtime().label()), evicts.traits().scored(), traceLogits)) {
                    generate(loop, fed, steps, tokenizer, tracer);
                }
                return 0;
            });
        }
    }

    private void generate(DecodeLoop loop, long[] fed, int steps, Tokenizer tokenizer, Tracer tracer) {
        long[] all = Arrays.copyOf(fed, fed.length + tokens);
        long[] next = new long[1];
        Printed printed = new Printed(tokenizer);
        loop.reset(fed[0]);
        for (int step = prefill ? fed.length - 1 : 0; step < steps; step++) {
            int before = loop.cacheLength();
            int position = loop.nextPosition();
            if (prefill && step == fed.length - 1) {
                position = step;
                loop.prefill(fed);
            } else {
                if (step < fed.length) {
                    loop.force(fed[step]);
                }
                loop.step();
            }
            try {
                loop.checkLogits();
            } catch (NotNumbers e) {
                if (step >= fed.length) {
                    printed.end();
                }
                throw e;
            }
            loop.cache().readTokens(next);
            if (tracer != null) {
                tracer.step(step, all[step], position, next[0], before, loop.cacheLength(), loop.cache());
            }
            if (step + 1 >= fed.length) {
                all[step + 1] = next[0];
                printed.generated(Arrays.copyOfRange(all, fed.length, step + 2));
            }
        }
        printed.end();
        if (tracer != null) {
            tracer.finish();
        }
    }

    /** What was asked for, where a share is one of so many tokens. */
    private EvictionStrategy strategy(int context) {
        Map<String, String> given = Shares.of(() -> context, Map.of(StrategyParameters.STRATEGY, strategy, Parameter.WINDOW.label(), window,
                Parameter.HEAVY_HITTERS.label(), heavyHitters, Parameter.EVICT_EVERY.label(), Integer.toString(evictEvery))).numbers();
        // whether the strategy reads them or not, as in a benchmark
        StrategyParameters numbers = StrategyParameters.DEFAULTS;
        for (Parameter p : new Parameter[] {Parameter.WINDOW, Parameter.HEAVY_HITTERS, Parameter.EVICT_EVERY}) {
            numbers = numbers.with(p, p.parse(given.get(p.label()), 0));
        }
        return Strategies.of(strategy).create(numbers
                .with(Parameter.REMOVAL, Parameter.REMOVAL.parse(removal, Parameter.REMOVAL.least())).withSeed(seed));
    }

    private long[] prompt(Tokenizer tokenizer, ModelShape shape) {
        long[] ids = promptIds;
        String option = "--prompt-ids";
        if (prompt != null || promptFile != null) {
            option = prompt != null ? "--prompt" : "--prompt-file";
            if (tokenizer == null) {
                throw new UserError(option + ": model " + model + " has no tokenizer.json; use --prompt-ids");
            }
            ids = tokenizer.encode(prompt != null ? Prompts.argument(prompt) : Prompts.file(promptFile));
        }
        if (ids == null || ids.length == 0) {
            return new long[] {shape.startToken()};
        }
        for (long id : ids) {
            if (id < 0 || id >= shape.vocabulary()) {
                throw new UserError(option + (promptIds == null ? ": token " : " ") + id + ": must be from 0 to "
                        + (shape.vocabulary() - 1));
            }
        }
        return ids;
    }

    /** A prompt that is too long is told by its own length: tokens are what comes after it. */
    private void checkPrompt(int length, Positions ids, EvictionStrategy evicts, int available) {
        boolean all = ids == Positions.ORIGINAL || evicts.schedule().window().isEmpty();
        if (length > 1 && all && length > available + 1 - tokens) {
            String option = promptIds != null ? "--prompt-ids" : prompt != null ? "--prompt" : "--prompt-file " + promptFile;
            throw new UserError(option + ": has " + length + " tokens, with --tokens " + tokens + " after it; model " + model + " takes "
                    + available + " with positions=" + ids.label() + " and strategy=" + evicts.name() + "; shorten the prompt"
                    + (length <= available ? " or lower --tokens to " + (available + 1 - length) : "")
                    + (ids == Positions.ORIGINAL && evicts.schedule().atMost(available) < available ? " or use --positions cache" : ""));
        }
    }

    private TraceFile header(EvictionStrategy evicts, Weights weights, Positions ids, String ran) {
        return new TraceFile(TraceFile.SCHEMA, TraceFile.VERSION, evicts.name(), evicts.describe(),
                evicts.schedule().window().isEmpty() ? null : evicts.schedule().window().getAsInt(),
                evicts.parameters().get(Parameter.HEAVY_HITTERS), evictEvery,
                evicts.reads().contains(Parameter.REMOVAL) ? evicts.parameters().removal().label() : null, ran,
                weights.shape().name(), weights.kind(), ids.label(), null);
    }
}
