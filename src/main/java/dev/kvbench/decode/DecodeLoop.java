package dev.kvbench.decode;

import dev.kvbench.Cleanup;
import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Finite;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Greedy decoding: a model, a cache, an eviction strategy and a runtime make tokens, step by step. Every
 * step ends with the next tokens on the host.
 */
public final class DecodeLoop implements AutoCloseable {

    /** Tokens of a prompt that are taken at once where nobody says. */
    public static final int PREFILL_CHUNK = 2048;

    /** Entries up to which a cache is filled by steps; beyond, a text of {@link #REAL_ENTRIES} writes some and the rest is drawn. */
    static final int FILLED_BY_STEPS = 1024;

    /** Tokens of the text whose entries others are drawn from. */
    static final int REAL_ENTRIES = 512;

    /** Tokens of the text where memory is to be spared. */
    private static final int FEW_ENTRIES = 64;

    /** Tokens of all sequences that are taken at once then. */
    private static final int FEW_TOKENS = 2048;

    private final Weights weights;
    private final EvictionStrategy strategy;
    private final Positions positions;
    private final KvCache cache;
    private final StepRuntime runtime;
    private int cacheLength;
    private int nextPosition;
    private int steps;
    private boolean pinned;

    /**
     * @param weights the model; stays the caller's
     * @param strategy what to evict
     * @param runtime how to launch steps
     * @param form how to compute attention
     * @param positions which position ids tokens get
     * @param batch sequences, B
     * @param tokens the longest generation that must fit
     */
    public DecodeLoop(
            Weights weights,
            EvictionStrategy strategy,
            Runtimes runtime,
            AttentionForm form,
            Positions positions,
            int batch,
            int tokens) {
        this.weights = weights;
        this.strategy = strategy;
        this.positions = positions;
        cache = new KvCache(
                weights.shape(), weights.dtype(), weights.device(), batch, capacity(strategy, tokens),
                strategy.traits().scope(), positions == Positions.CACHE && weights.shape().turnsKeys());
        try {
            this.runtime = runtime.create(weights, cache, strategy, form);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, cache);
            throw e;
        }
        reset(weights.shape().startToken());
    }

    /** One whose steps another runtime launches: a test's. */
    DecodeLoop(Weights weights, EvictionStrategy strategy, Positions positions, KvCache cache, StepRuntime runtime) {
        this.weights = weights;
        this.strategy = strategy;
        this.positions = positions;
        this.cache = cache;
        this.runtime = runtime;
        reset(weights.shape().startToken());
    }

    /**
     * @param strategy an eviction strategy
     * @param tokens steps of a generation
     * @return cache slots that it needs per sequence: within a step it holds more than it keeps
     */
    public static int capacity(EvictionStrategy strategy, int tokens) {
        return Math.min(strategy.schedule().peak(), tokens);
    }

    /**
     * Checks that position ids stay within the model's.
     *
     * @param positions which position ids tokens get
     * @param strategy what is evicted
     * @param tokens steps of the generation
     * @param available position embeddings of the model, P
     * @throws UserError if a step would run past them
     */
    public static void checkPositions(Positions positions, EvictionStrategy strategy, int tokens, int available) {
        int used = positions == Positions.ORIGINAL ? tokens : capacity(strategy, tokens);
        if (used > available) {
            throw new UserError("tokens=" + tokens + " with positions=" + positions.label() + " and strategy="
                    + strategy.name() + ": needs " + used + " positions, the model has " + available
                    + "; lower tokens" + (positions == Positions.ORIGINAL && strategy.schedule().atMost(available) < available
                            ? " or use positions=cache" : ""));
        }
    }

    /**
     * Empties the cache.
     *
     * @param tokens the first tokens to feed, one per sequence, or one for all
     */
    public void reset(long... tokens) {
        long[] first = tokens;
        if (tokens.length == 1) {
            first = new long[cache.batch()];
            Arrays.fill(first, tokens[0]);
        }
        cache.writeTokens(first);
        runtime.reset();
        cacheLength = 0;
        nextPosition = 0;
        steps = 0;
        pinned = false;
    }

    /**
     * Replaces the tokens that the next step consumes, for decoding a given text.
     *
     * @param tokens one per sequence
     */
    public void force(long... tokens) {
        cache.writeTokens(tokens);
        runtime.force();
    }

    /**
     * Empties the cache and feeds prompts, {@link #PREFILL_CHUNK} tokens at once.
     *
     * @param prompts one per sequence, all of one length
     * @throws UserError if the model has too few positions
     */
    public void prefill(long[]... prompts) {
        prefill(PREFILL_CHUNK, prompts);
    }

    /**
     * Empties the cache and feeds prompts, each token attending to those before it. Then the strategy scores and evicts
     * once, down to its window if the prompt is longer than it holds.
     *
     * @param chunk most tokens that are taken at once
     * @param prompts one per sequence, all of one length
     * @throws UserError if the model has too few positions
     */
    public void prefill(int chunk, long[]... prompts) {
        int length = prompts[0].length;
        if (length > weights.shape().maxPositions()) {
            throw new UserError("a prompt of " + length + " tokens: the model has " + weights.shape().maxPositions()
                    + " positions; shorten it");
        }
        runtime.reset();
        cacheLength = strategy.schedule().heldAfter(length);
        nextPosition = positions == Positions.ORIGINAL ? length : cacheLength;
        steps = length;
        pinned = false;
        runtime.prefill(Arrays.stream(prompts).flatMapToLong(Arrays::stream).toArray(), chunk, nextPosition);
    }

    /**
     * Runs one step: appends the current token's entry, evicts, and leaves the next tokens on the host. Not after pinned
     * ones: they count as steps, so that of entries before them none would be recent.
     */
    public void step() {
        if (pinned) {
            throw new IllegalStateException("pinned steps ended the generation: empty the cache");
        }
        int n = cacheLength + 1;
        if (n > cache.capacity()) {
            throw new IllegalStateException("the cache is full: " + cache.capacity() + " entries");
        }
        int held = strategy.schedule().heldAfter(n);
        int advance = positions == Positions.ORIGINAL ? 1 : held - cacheLength;
        long start = Slowdown.begin();
        runtime.launch(n, advance);
        runtime.await();
        Slowdown.end(start);
        cacheLength = held;
        nextPosition += advance;
        steps++;
    }

    /**
     * Checks the logits that the last step left, pinned or not: the most likely of tokens whose logits are no numbers means
     * nothing. Takes time of its own, so not within what is timed.
     *
     * @throws NotNumbers if one is NaN or infinite
     */
    public void checkLogits() {
        if (!Finite.all(cache.at(Place.LOGITS))) {
            float[] logits = cache.logits();
            int at = IntStream.range(0, logits.length).filter(i -> !Float.isFinite(logits[i])).findFirst().orElseThrow();
            throw new NotNumbers(weights, strategy, Math.max(0, steps - 1), at / vocabulary() + 1);
        }
    }

    /**
     * Generates from an empty cache.
     *
     * @param stepNanos receives the host time of every step, in ns, from launch to tokens on the host
     */
    public void generate(long[] stepNanos) {
        generate(stepNanos, null);
    }

    /**
     * Generates from an empty cache.
     *
     * @param stepNanos receives the host time of every step, in ns, from launch to tokens on the host
     * @param deviceNanos receives the device time of every step, ns; negative where it was not measured. Null
     *     leaves that out
     */
    public void generate(long[] stepNanos, long[] deviceNanos) {
        reset(weights.shape().startToken());
        run(stepNanos, deviceNanos);
    }

    /**
     * Generates after prompts, whose time is not among that of the steps.
     *
     * @param chunk tokens of a prompt that are taken at once
     * @param prompts one per sequence, all of one length
     * @param stepNanos receives the host time of every step after them
     * @param deviceNanos receives the device time of each, as above
     * @return host time of the prompts, ns, from launch until their next tokens are on the host, so that all work on the device has
     *     ended: scoring and eviction too
     */
    public long generate(int chunk, long[][] prompts, long[] stepNanos, long[] deviceNanos) {
        long start = System.nanoTime();
        prefill(chunk, prompts);
        long nanos = System.nanoTime() - start;
        run(stepNanos, deviceNanos);
        return nanos;
    }

    private void run(long[] stepNanos, long[] deviceNanos) {
        for (int i = 0; i < stepNanos.length; i++) {
            long start = System.nanoTime();
            step();
            stepNanos[i] = System.nanoTime() - start;
            if (deviceNanos != null) {
                deviceNanos[i] = runtime.deviceNanos();
            }
        }
    }

    /**
     * @param length entries that {@link #fillTo} fills a cache to
     * @return how many of them are drawn from the others; 0 where steps write all
     */
    public static int drawn(int length) {
        return length > FILLED_BY_STEPS ? length - REAL_ENTRIES : 0;
    }

    /**
     * Fills the cache to a number of entries, for {@link #stepPinned}: by steps, or if they are many by a prompt and
     * entries {@linkplain #drawn drawn} from its own.
     *
     * @param length entries to hold; at most the strategy's window
     */
    public void fillTo(int length) {
        mustHold(length);
        if (drawn(length) > 0) {
            fill(length, REAL_ENTRIES, PREFILL_CHUNK);
            return;
        }
        reset(weights.shape().startToken());
        while (cacheLength < length) {
            step();
        }
    }

    /**
     * @param length entries that {@link #fillSparingly} fills a cache to
     * @return how many of them are drawn from the others
     */
    public static int drawnSparingly(int length) {
        return Math.max(0, length - FEW_ENTRIES);
    }

    /**
     * Fills the cache as {@link #fillTo} does, and takes no more memory for it than a step does: a short text, few tokens at a
     * time, writes some entries, of which the others are drawn. It captures no step.
     *
     * @param length entries to hold; at most the strategy's window
     */
    public void fillSparingly(int length) {
        fillSparingly(length, FEW_ENTRIES);
    }

    /**
     * Fills the cache as {@link #fillSparingly(int)} does, from a text of another length.
     *
     * @param length entries to hold; at most the strategy's window
     * @param real tokens of the text, if so many are held: fewer take less time, and as much memory
     */
    public void fillSparingly(int length, int real) {
        mustHold(length);
        fill(length, Math.min(length, real), Math.max(1, FEW_TOKENS / cache.batch()));
    }

    private void mustHold(int length) {
        if (length > strategy.schedule().atMost(length) || length >= cache.capacity()) {
            throw new IllegalArgumentException("cannot hold " + length + " entries and one more");
        }
    }

    private void fill(int length, int real, int chunk) {
        prefill(chunk, RandomPrompts.of(cache.batch(), real, vocabulary()));
        if (real < length) {
            // a pinned step's time does not depend on its position: one behind as many entries as there are positions takes the last
            nextPosition = Math.min(length, weights.shape().maxPositions() - 1);
            runtime.draw(cacheLength, length, nextPosition);
        }
        cacheLength = length;
        steps = length;
    }

    /**
     * Runs one step from the current cache length and returns to it: a full window that evicts every step does so as in a
     * long generation, otherwise the next step writes the same slot again. The position id stays.
     */
    public void stepPinned() {
        long start = Slowdown.begin();
        launchPinned();
        runtime.await();
        Slowdown.end(start);
    }

    /** Starts a pinned step and does not wait for it. */
    public void launchPinned() {
        pinned = true;
        runtime.launch(cacheLength + 1, 0);
    }

    /** @return tokens that the model knows */
    public int vocabulary() {
        return weights.shape().vocabulary();
    }

    /** @return tensors of model, cache and what steps made beside them that nobody has closed: as many after each step as before it */
    public long liveArrays() {
        return weights.liveArrays() + cache.liveArrays();
    }

    /** @return what steps are launched by */
    public StepRuntime runtime() {
        return runtime;
    }

    /** @return entries held per sequence */
    public int cacheLength() {
        return cacheLength;
    }

    /** @return position id that the next step's token gets */
    public int nextPosition() {
        return nextPosition;
    }

    /** @return the cache and the other state that steps write */
    public KvCache cache() {
        return cache;
    }

    @Override
    public void close() {
        runtime.close();
        cache.close();
    }
}
