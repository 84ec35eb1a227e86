package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Protects;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Scores;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.strategy.Traits;
import dev.kvbench.torch.TestArrays;
import dev.kvbench.torch.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** A cache filled by hand with window + d entries, of which removal takes d away. Rows are those of the scores, l × B × h. */
final class HandMadeCache implements AutoCloseable {

    /** Slots behind those held, which nothing may touch. */
    private static final int BEYOND = 2;

    /** What removes, by all that its source depends on: one is compiled for models of all sizes. */
    private static final Map<List<Object>, TorchModule> MODULES = new HashMap<>();

    private final Gpt2Config model;
    private final int batch;
    private final Scope scope;
    private final boolean scored;
    private final int window;
    private final int n;
    private final Protects protects;
    private final boolean anyOrder;
    private final KvCache cache;
    private final TorchModule module;
    private final IValue state;
    private int steps;
    private float[] scoresBefore;
    private int[] originsBefore;
    private float[] entriesBefore;
    private float[] scoresAfter;
    private int[] originsAfter;
    private float[] entriesAfter;

    HandMadeCache(Gpt2Config model, int batch, Scope scope, boolean scored, int window, int go, Protects protects, Removal removal) {
        this.model = model;
        this.batch = batch;
        this.scope = scope;
        this.scored = scored;
        this.window = window;
        this.protects = protects;
        anyOrder = removal == Removal.REPLACE;
        n = window + go;
        steps = n + 5;
        StrategyParameters parameters = StrategyParameters.NONE.with(Parameter.WINDOW, window).with(Parameter.EVICT_EVERY, go)
                .with(removal);
        EvictionStrategy strategy = new EvictionStrategy("made", "made", Set.of(Parameter.values()), parameters,
                new Traits(scope, scored ? Scores.AT_WRITE : Scores.NONE, false), protects, """
                def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
                  return None
                """);
        // the smallest cache has nothing behind: that is where a view of one slot comes nearest to all of it
        cache = new KvCache(model, Dtype.FP32, Device.cpu(), batch, n + (window == 1 ? 0 : BEYOND), scope);
        module = MODULES.computeIfAbsent(List.of(scope, scored, window, go, protects, removal), key -> new TorchModule(
                Place.numbered(EvictionSource.of(strategy)), EvictionSource.attributes(strategy), Device.cpu()));
        state = IValue.listFrom(cache.state());
    }

    /** @param more steps before those that wrote what is filled in */
    void after(int more) {
        steps += more;
    }

    /**
     * Entries of random age in random slots, in every row others; those that are protected are among them.
     *
     * @param levels scores to draw from
     */
    void fill(Random random, float... levels) {
        int capacity = cache.capacity();
        scoresBefore = new float[rows() * capacity];
        originsBefore = new int[scoresBefore.length];
        Arrays.fill(originsBefore, -1);
        for (int row = 0; row < rows(); row++) {
            // protected at the front, some of those between, protected at the back
            List<Integer> origins = new ArrayList<>(IntStream.range(0, protects.front()).boxed().toList());
            TreeSet<Integer> between = new TreeSet<>();
            while (between.size() < n - protects.front() - protects.back()) {
                between.add(Math.max(protects.front(), steps - n - 5) + random.nextInt(n + 5 - protects.front() - protects.back()));
            }
            origins.addAll(between);
            IntStream.range(steps - protects.back(), steps).forEach(origins::add);
            if (anyOrder) {
                Collections.shuffle(origins, random);
            }
            for (int slot = 0; slot < n; slot++) {
                originsBefore[row * capacity + slot] = origins.get(slot);
                scoresBefore[row * capacity + slot] = scored ? levels[random.nextInt(levels.length)] : 0;
            }
        }
        entriesBefore = new float[cache.keysValues().length];
        for (int i = 0; i < entriesBefore.length; i++) {
            entriesBefore[i] = i;
        }
        TestArrays.set(cache.at(Place.CACHE), entriesBefore);
        TestArrays.set(cache.at(Place.SCORES), scoresBefore);
        TestArrays.set(cache.at(Place.ORIGINS), originsBefore);
        TestArrays.set(cache.at(Place.STEPS), steps);
    }

    void remove() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                IValue rows = IValue.from((PtNDArray) manager.zeros(new Shape(1)));
                IValue first = IValue.from(n - 1L);
                IValue entries = IValue.from((long) n)) {
            module.run("evict", state, rows, first, entries).close();
        }
        scoresAfter = cache.scores();
        originsAfter = cache.origins();
        entriesAfter = cache.keysValues();
    }

    int rows() {
        return scope.layers(model.layers()) * batch * scope.heads(model.heads());
    }

    int window() {
        return window;
    }

    /** @return of a row, by slot */
    int[] originsBefore(int row) {
        return Arrays.copyOfRange(originsBefore, row * cache.capacity(), row * cache.capacity() + n);
    }

    float[] scoresBefore(int row) {
        return Arrays.copyOfRange(scoresBefore, row * cache.capacity(), row * cache.capacity() + n);
    }

    int[] origins(int row) {
        return Arrays.copyOfRange(originsAfter, row * cache.capacity(), row * cache.capacity() + n);
    }

    /** @return origins of a row's entries that stay by the definition, ascending */
    int[] stay(int row) {
        int[] origins = originsBefore(row);
        float[] scores = scoresBefore(row);
        Comparator<Integer> lower = (a, b) -> scores[a] < scores[b] ? -1 : scores[a] > scores[b] ? 1 : 0;
        Set<Integer> go = Set.copyOf(IntStream.range(0, n).boxed()
                .filter(slot -> origins[slot] >= protects.front() && origins[slot] < steps - protects.back() || !scored
                        && origins[slot] >= protects.front())
                .sorted(lower.thenComparingInt(slot -> origins[slot])).limit(n - window).toList());
        return IntStream.range(0, n).filter(slot -> !go.contains(slot)).map(slot -> origins[slot]).sorted().toArray();
    }

    /** Each entry that a row holds has the score, and in all layers and heads that share the row the content, that it had. */
    void checkContent(int row, String where) {
        int capacity = cache.capacity();
        int[] before = originsBefore(row);
        int[] after = origins(row);
        for (int slot = 0; slot < window; slot++) {
            int origin = after[slot];
            int from = IntStream.range(0, n).filter(s -> before[s] == origin).findFirst().orElseThrow();
            assertEquals(scoresBefore[row * capacity + from], scoresAfter[row * capacity + slot], where + "score of slot " + slot);
            for (int head : sharing(row)) {
                for (int d = 0; d < model.headDim(); d++) {
                    assertEquals(entriesBefore[(head * capacity + from) * model.headDim() + d],
                            entriesAfter[(head * capacity + slot) * model.headDim() + d], where + "slot " + slot + " of head " + head);
                }
            }
        }
        for (int slot = window; slot < n; slot++) {
            assertEquals(0, scoresAfter[row * capacity + slot], where + "a score where no entry is held");
        }
    }

    /** Heads, counted through [L, 2, B, H], whose kept set is a row's. */
    private int[] sharing(int row) {
        int ofRow = scope.heads(model.heads());
        return IntStream.range(0, model.layers() * 2 * batch * model.heads()).filter(head -> {
            int layer = head / model.heads() / batch / 2;
            int sequence = head / model.heads() % batch;
            return row == ((scope == Scope.MODEL ? 0 : layer) * batch + sequence) * ofRow + head % model.heads() % ofRow;
        }).toArray();
    }

    /** What lies behind the slots in use is as it was. */
    void checkBeyond() {
        int capacity = cache.capacity();
        for (int i = 0; i < originsAfter.length; i++) {
            if (i % capacity >= n) {
                assertEquals(originsBefore[i], originsAfter[i]);
                assertEquals(scoresBefore[i], scoresAfter[i]);
            }
        }
        for (int i = 0; i < entriesAfter.length; i++) {
            if (i / model.headDim() % capacity >= n) {
                assertEquals(entriesBefore[i], entriesAfter[i]);
            }
        }
    }

    @Override
    public void close() {
        state.close();
        cache.close();
    }
}
