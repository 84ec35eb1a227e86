package dev.kvbench.cli;

import ai.djl.Device;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kvbench.UserError;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Gpt2Config;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.model.Safetensors;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Libtorch;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictEvery;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.RandomEntries;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.trace.TraceFile;
import dev.kvbench.trace.Tracer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code generate}: decodes one sequence, prints it, and says step by step what the strategy kept. */
@Command(name = "generate", sortOptions = false,
        description = "Decodes one sequence greedily and prints it: text where the model has a tokenizer, else token ids.")
final class GenerateCommand implements Callable<Integer> {

    @Option(names = "--model", defaultValue = "gpt2", paramLabel = "DIR|PRESET",
            description = "a folder with config.json and model.safetensors, or a preset with synthetic weights (${DEFAULT-VALUE})")
    private String model;

    @Option(names = "--strategy", defaultValue = "full", description = "what to evict (${DEFAULT-VALUE})")
    private String strategy;

    @Option(names = "--window", defaultValue = "128", description = "most entries kept after a step (${DEFAULT-VALUE})")
    private int window;

    @Option(names = "--heavy-hitters", defaultValue = "32", description = "of these, kept for their score (${DEFAULT-VALUE})")
    private int heavyHitters;

    @Option(names = "--evict-every", defaultValue = "1", description = "steps from one eviction to the next (${DEFAULT-VALUE})")
    private int evictEvery;

    @Option(names = "--tokens", defaultValue = "64", description = "tokens to generate after the prompt (${DEFAULT-VALUE})")
    private int tokens;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "needs a model with a tokenizer.json")
    private String prompt;

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

    @Option(names = "--positions", defaultValue = "original", description = "original or cache (${DEFAULT-VALUE})")
    private String positions;

    @Option(names = "--trace", paramLabel = "FILE", description = "writes what is kept in every step, as JSON")
    private Path trace;

    @Option(names = "--trace-logits", description = "with logits")
    private boolean traceLogits;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        if (tokens < 1) {
            throw new UserError("--tokens " + tokens + ": must be at least 1");
        }
        if (traceLogits && trace == null) {
            throw new UserError("--trace-logits: needs --trace FILE");
        }
        if (prompt != null && promptIds != null) {
            throw new UserError("--prompt and --prompt-ids: give one of them");
        }
        EvictionStrategy evicts = strategy();
        Dtype type = Dtype.of(dtype);
        Positions ids = Positions.of(positions);
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, evicts, type);
        Path folder = Path.of(model);
        boolean checkpoint = Files.isDirectory(folder);
        Gpt2Config config = checkpoint ? Gpt2Config.read(folder.resolve("config.json")) : Gpt2Config.preset(model);
        Device place = Libtorch.device(device);
        try (HuggingFaceTokenizer tokenizer = tokenizer(folder)) {
            long[] fed = prompt(tokenizer, config);
            int steps = fed.length + tokens - 1;
            DecodeLoop.checkPositions(ids, evicts, steps, config.positions());
            try (Gpt2Weights weights = checkpoint ? load(folder, config, type, place) : Gpt2Weights.synthetic(config, type, place, seed);
                    DecodeLoop loop = new DecodeLoop(weights, evicts, trace == null ? Runtimes.AUTO : Runtimes.TORCHSCRIPT,
                            form, ids, 1, steps, trace != null);
                    Tracer tracer = trace == null ? null : new Tracer(trace, header(evicts, weights, ids),
                            evicts.scored(), traceLogits)) {
                generate(loop, fed, steps, tokenizer, tracer);
            }
        }
        return 0;
    }

    private void generate(DecodeLoop loop, long[] fed, int steps, HuggingFaceTokenizer tokenizer, Tracer tracer) {
        long[] all = Arrays.copyOf(fed, fed.length + tokens);
        long[] next = new long[1];
        String shown = "";
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
            loop.cache().readTokens(next);
            if (tracer != null) {
                tracer.step(step, all[step], position, next[0], before, loop.cacheLength(), loop.cache());
            }
            if (step + 1 >= fed.length) {
                all[step + 1] = next[0];
                if (tokenizer == null) {
                    System.out.print((step + 1 == fed.length ? "" : " ") + next[0]);
                } else {
                    // bytes of one character may be spread over tokens, so the whole text is decoded each time
                    String text = tokenizer.decode(Arrays.copyOfRange(all, fed.length, step + 2));
                    if (!text.endsWith("\uFFFD") && text.startsWith(shown)) {
                        System.out.print(text.substring(shown.length()));
                        shown = text;
                    }
                }
                System.out.flush();
            }
        }
        System.out.println();
        if (tracer != null) {
            tracer.finish();
        }
    }

    private EvictionStrategy strategy() {
        EvictionStrategy chosen = strategy.equals("random")
                ? new RandomEntries(window, seed)
                : Strategies.of(strategy).create(window, heavyHitters);
        return evictEvery == 1 || chosen.window() == Integer.MAX_VALUE ? chosen : new EvictEvery(chosen, evictEvery);
    }

    private static HuggingFaceTokenizer tokenizer(Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        return Files.isRegularFile(file) ? HuggingFaceTokenizer.newInstance(file) : null;
    }

    private long[] prompt(HuggingFaceTokenizer tokenizer, Gpt2Config config) {
        long[] ids = promptIds;
        if (prompt != null) {
            if (tokenizer == null) {
                throw new UserError("--prompt: model " + model + " has no tokenizer.json; use --prompt-ids");
            }
            ids = tokenizer.encode(prompt).getIds();
        }
        if (ids == null || ids.length == 0) {
            return new long[] {config.startToken()};
        }
        for (long id : ids) {
            if (id < 0 || id >= config.vocabulary()) {
                throw new UserError("--prompt-ids " + id + ": must be from 0 to " + (config.vocabulary() - 1));
            }
        }
        return ids;
    }

    private static Gpt2Weights load(Path folder, Gpt2Config config, Dtype dtype, Device device) {
        try (Safetensors tensors = new Safetensors(folder.resolve("model.safetensors"))) {
            return Gpt2Weights.load(config, tensors, dtype, device);
        }
    }

    private TraceFile header(EvictionStrategy evicts, Gpt2Weights weights, Positions ids) {
        return new TraceFile(TraceFile.SCHEMA, TraceFile.VERSION, evicts.name(), evicts.describe(),
                evicts.window() == Integer.MAX_VALUE ? null : evicts.window(), evicts.heavyHitters(), evictEvery,
                weights.config().name(), weights.kind(), ids.label(), null);
    }
}
