package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.Device;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.Rotation;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.strategy.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replacement and compaction keep the same entries with the same scores, and decode the same tokens: they differ by where
 * entries lie.
 *
 * <p>Attention over the same entries in other slots sums in another order. So what comes after the first eviction is the same
 * within rounding, but for keys and values of the first layer, which depend on the token and its position alone. Rounding may
 * then decide between two scores, or two tokens, that are as good as equal; what follows is another text. How often that
 * may happen is limited.
 */
@Tag("native")
class RemovalsAgreeTest {

    private static final int CASES = 10;
    private static final int STEPS = 40;

    /** How long a prompt is, if there is one. */
    private enum Prompt { NONE, SHORTER, EQUAL, LONGER, MUCH_LONGER }

    /**
     * @param every steps from one eviction to the next
     * @param forced whether a text is fed, whatever tokens come out
     */
    private record Case(String name, Dtype dtype, Architecture model, int window, int heavyHitters, int every, int batch, Prompt prompt,
            int promptLength, Positions positions, boolean forced, int seed) {

        static Case random(String name, Dtype dtype, int number) {
            Random random = new Random(97 * name.hashCode() + number);
            int heads = 1 + random.nextInt(3);
            int width = heads * (4 << random.nextInt(3));
            int layers = 1 + random.nextInt(3);
            // of the same sizes in every third case with as many query heads to each of key and value
            Architecture model = number % 3 == 2 ? grouped(layers, heads, width / heads, 1 + number % 4)
                    : new Gpt2Config("removals", layers, heads, width, 131, 128, 1e-5);
            int window = number == 0 ? 5 : 5 + random.nextInt(18);
            int every = number % 2 == 0 ? 1 : 1 + random.nextInt(window + 5);
            Prompt prompt = Prompt.values()[number % Prompt.values().length];
            int length = switch (prompt) {
                case NONE -> 0;
                case SHORTER -> 1 + random.nextInt(window - 1);
                case EQUAL -> window;
                case LONGER -> window + 1 + random.nextInt(window + every);
                case MUCH_LONGER -> 2 * window + every + 1 + random.nextInt(20);
            };
            return new Case(name, dtype, model, window, random.nextInt(window), every, 1 + random.nextInt(3), prompt, length,
                    Positions.values()[random.nextInt(2)], random.nextBoolean(), random.nextInt(1000));
        }

        private static Architecture grouped(int layers, int heads, int headDim, int group) {
            return new LlamaConfig("removals", layers, heads * group, heads, headDim, 24, 32, 131, 128, 1e-5,
                    new Rotation(100, new Rotation.Plain()), new LlamaConfig.Options(true, false, false, group == 3, true), 0);
        }

        EvictionStrategy strategy(Removal removal) {
            return TestStrategies.with(TestStrategies.of(name, window, heavyHitters, every), removal);
        }

        /** How far rounding takes numbers from each other, relative to the largest: some ten units of the last place. */
        double tolerance() {
            return switch (dtype) {
                case FP32 -> 1e-5;
                case FP16 -> 5e-3;
                case BF16 -> 3e-2;
            };
        }

        /** Whether scores of a layer come from what is the same to the bit. */
        boolean exactScores(int layer) {
            return name.equals("random") || name.equals("knorm") && layer == 0;
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void decodeTheSame(Dtype dtype) {
        int decided = 0;
        int all = 0;
        int row = dtype.ordinal();
        for (String name : Strategies.labels()) {
            // every prompt once, with both kinds of schedule; the other half is another dtype's and the next strategy's
            for (int number = 0; number < CASES; number++) {
                if ((row + number / 5) % 2 == 0) {
                    decided += decidedByRounding(Case.random(name, dtype, number)) ? 1 : 0;
                    all++;
                }
            }
            row++;
        }
        assertTrue(decided <= all / 30, decided + " of " + all + " were decided by rounding");
    }

    /** Decodes with both removals; true where they part because of rounding, which ends the comparison. */
    private static boolean decidedByRounding(Case c) {
        try (Weights weights = TestModels.sharp(c.model, c.seed, c.dtype, Device.cpu());
                DecodeLoop replace = loop(weights, c, Removal.REPLACE);
                DecodeLoop compact = loop(weights, c, Removal.COMPACT)) {
            int tokens = c.promptLength + STEPS;
            long[][] texts = TestModels.texts(new Random(c.seed), c.model, c.batch, tokens);
            // steps so far, and how many of them came before entries moved
            int written = 0;
            int unmoved = Integer.MAX_VALUE;
            if (c.promptLength > 0) {
                long[][] prompts = Arrays.stream(texts).map(text -> Arrays.copyOf(text, c.promptLength)).toArray(long[][]::new);
                replace.prefill(prompts);
                compact.prefill(prompts);
                written = c.promptLength;
                if (replace.cacheLength() < written) {
                    unmoved = written;
                }
                if (parted(c, replace, compact, written, unmoved)) {
                    return true;
                }
            }
            while (written < tokens) {
                if (c.forced || written == 0) {
                    int t = written;
                    long[] fed = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                    replace.force(fed);
                    compact.force(fed);
                }
                replace.step();
                compact.step();
                written++;
                if (replace.cacheLength() < written) {
                    unmoved = Math.min(unmoved, written);
                }
                if (parted(c, replace, compact, written, unmoved)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Compares what two loops hold, and their tokens.
     *
     * @param written steps so far
     * @param unmoved the first so many wrote before any entry was moved
     * @return whether rounding made them part
     */
    private static boolean parted(Case c, DecodeLoop replace, DecodeLoop compact, int written, int unmoved) {
        String when = c + " after " + written + " steps: ";
        assertEquals(compact.cacheLength(), replace.cacheLength(), when + "entries held");
        assertEquals(compact.nextPosition(), replace.nextPosition(), when + "position");
        Scope scope = c.strategy(Removal.REPLACE).traits().scope();
        ByAge a = ByAge.of(replace.cache(), c.model, scope, replace.cacheLength());
        ByAge b = ByAge.of(compact.cache(), c.model, scope, compact.cacheLength());
        assertEquals(0, a.beyond(), when + "a score where no entry is held");
        assertEquals(0, b.beyond(), when + "a score where no entry is held");
        // before entries are moved even the order of sums is the same
        assertClose(replace.cache().logits(), compact.cache().logits(), written <= unmoved ? 0 : c.tolerance(), when + "logits");
        boolean parted = parted(c, a, b, when) || otherTokens(c, replace, compact, when);
        if (!parted) {
            assertClose(a.scores(), b.scores(), written <= unmoved ? 0 : c.tolerance(), when + "scores");
            assertSameEntries(c, a, b, unmoved, when);
        }
        return parted;
    }

    private static void assertSameEntries(Case c, ByAge a, ByAge b, int unmoved, String when) {
        int width = c.model.headDim();
        int perLayer = 2 * c.batch * c.model.keyValueHeads();
        Scope scope = c.strategy(Removal.REPLACE).traits().scope();
        double scale = largest(b.entries());
        for (int i = 0; i < a.entries().length; i++) {
            int head = i / width / a.held();
            int row = ByAge.row(head, c.model, scope, c.batch);
            int origin = a.origins()[row * a.held() + i / width % a.held()];
            if (head / perLayer == 0 || origin < unmoved) {
                assertEquals(b.entries()[i], a.entries()[i], () -> when + "entry " + origin + " to the bit");
            } else {
                assertEquals(b.entries()[i], a.entries()[i], c.tolerance() * scale, () -> when + "entry " + origin);
            }
        }
    }

    /** Whether a row keeps other entries; that they scored as good as equal is checked. */
    private static boolean parted(Case c, ByAge a, ByAge b, String when) {
        boolean parted = false;
        int held = a.held();
        Traits traits = c.strategy(Removal.REPLACE).traits();
        int rowsPerLayer = a.origins().length / held / traits.scope().layers(c.model.layers());
        for (int from = 0; from < a.origins().length; from += held) {
            List<Integer> onlyA = others(a.origins(), b.origins(), from, held);
            List<Integer> onlyB = others(b.origins(), a.origins(), from, held);
            if (!onlyA.isEmpty()) {
                String what = when + "row " + from / held + " keeps " + at(onlyA, a) + " replaced, " + at(onlyB, b) + " compacted";
                if (!traits.scored() || c.exactScores(from / held / rowsPerLayer)) {
                    fail(what);
                }
                // each went in one run and stayed in the other, so all of them score alike
                double scale = Math.max(largest(Arrays.copyOfRange(a.scores(), from, from + held)),
                        largest(Arrays.copyOfRange(b.scores(), from, from + held)));
                for (int i : onlyA) {
                    for (int j : onlyB) {
                        double margin = Math.abs(a.scores()[i] - b.scores()[j]) / scale;
                        assertTrue(margin <= c.tolerance(), what + ", by " + margin);
                    }
                }
                parted = true;
            }
        }
        return parted;
    }

    private static String at(List<Integer> places, ByAge cache) {
        return places.stream().map(i -> String.valueOf(cache.origins()[i])).collect(Collectors.joining(" "));
    }

    /** Places of a row's origins that the other row lacks. */
    private static List<Integer> others(int[] origins, int[] other, int from, int held) {
        Set<Integer> there = IntStream.range(from, from + held).mapToObj(i -> other[i]).collect(Collectors.toSet());
        List<Integer> places = new ArrayList<>();
        for (int i = from; i < from + held; i++) {
            if (!there.contains(origins[i])) {
                places.add(i);
            }
        }
        return places;
    }

    /** Whether other tokens come out; that they were as likely as each other is checked. */
    private static boolean otherTokens(Case c, DecodeLoop replace, DecodeLoop compact, String when) {
        long[] a = new long[c.batch];
        long[] b = new long[c.batch];
        replace.cache().readTokens(a);
        compact.cache().readTokens(b);
        float[] logits = compact.cache().logits();
        for (int i = 0; i < c.batch; i++) {
            if (a[i] != b[i]) {
                int row = i * c.model.vocabulary();
                double margin = (logits[row + (int) b[i]] - logits[row + (int) a[i]]) / largest(logits);
                assertTrue(margin <= c.tolerance(), when + "token " + a[i] + " replaced, " + b[i] + " compacted, by " + margin);
            }
        }
        return !Arrays.equals(a, b);
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance, String what) {
        double scale = largest(expected);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * scale, () -> what);
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static DecodeLoop loop(Weights weights, Case c, Removal removal) {
        return new DecodeLoop(weights, c.strategy(removal), Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, c.positions, c.batch,
                c.promptLength + STEPS);
    }
}
