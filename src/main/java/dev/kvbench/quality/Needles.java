package dev.kvbench.quality;

import dev.kvbench.UserError;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.QualityFile.Recall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Texts in which patterns of random tokens are planted and repeated: a copy of the text, from place to place, for every
 * distance. A model that can still look at the first occurrence predicts the second; one whose cache has lost it cannot.
 *
 * <pre>
 * text      … background … [pattern] … background … [pattern] … background …
 *                          |←――――――― distance ――――――→|
 * control   the same text with background in place of the first pattern
 * </pre>
 *
 * @param planted [texts][T + 1]
 * @param control [texts][T + 1]
 * @param repeats [texts][distances] where repetitions start
 * @param distances tokens from a pattern's start to its repetition's start
 */
record Needles(long[][] planted, long[][] control, int[][] repeats, int[] distances) {

    /** Tokens of a pattern. */
    static final int PATTERN = 12;

    /** Tokens of a repetition that are not counted: until then it could be any pattern. */
    static final int SKIPPED = 3;

    private static final int[] DISTANCES = {16, 32, 64, 128, 256, 512, 900};

    /** Background between patterns, tokens. */
    private static final int GAP = 4;

    private static final int TRIES = 10_000;

    /**
     * @param passages the background, and the tokens that patterns are made of
     * @param count texts; fewer where the background is too short
     * @param positions the model's
     * @param window the largest window that is probed: repetitions come later, when every cache is full
     * @param seed of places and patterns
     * @return the texts
     * @throws UserError if the text is too short or the model has too few positions
     */
    static Needles of(Passages passages, int count, int positions, int window, long seed) {
        int steps = Math.min(positions, 1024) - 1;
        // half of the text stays background
        int most = Math.max(1, steps / 2 / (2 * (PATTERN + GAP)));
        int[] distances = Arrays.stream(DISTANCES).limit(most).filter(d -> d + PATTERN + 2 * GAP <= steps).toArray();
        if (distances.length == 0) {
            throw new UserError("--probe: the model's " + positions + " positions are too few");
        }
        int from = Math.min(window + 1, steps / 2);
        int room = passages.pieces(steps + 1).length;
        long[] distinct = LongStream.of(passages.tokens()).distinct().sorted().toArray();
        if (room < 2 || distinct.length < PATTERN) {
            throw new UserError("--probe: " + passages.name() + " has " + room + " passages of " + (steps + 1) + " tokens and "
                    + distinct.length + " different tokens; the probe needs 2 and " + PATTERN);
        }
        int texts = Math.min(count, room);
        long[][] planted = passages.cut(passages.starts(texts, steps + 1), steps + 1);
        long[][] control = new long[texts][];
        int[][] repeats = new int[texts][];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < texts; i++) {
            control[i] = planted[i].clone();
            repeats[i] = places(distances, steps, from, random);
            for (int d = 0; d < distances.length; d++) {
                long[] pattern = pattern(distinct, random);
                System.arraycopy(pattern, 0, planted[i], repeats[i][d] - distances[d], PATTERN);
                System.arraycopy(pattern, 0, planted[i], repeats[i][d], PATTERN);
                System.arraycopy(pattern, 0, control[i], repeats[i][d], PATTERN);
            }
        }
        return new Needles(planted, control, repeats, distances);
    }

    /** Different tokens, so that each says which one follows. */
    private static long[] pattern(long[] tokens, SplittableRandom random) {
        return random.ints(0, tokens.length).distinct().limit(PATTERN).mapToLong(i -> tokens[i]).toArray();
    }

    /** Where the repetitions start: drawn until no pattern is within GAP of another. The farthest has the least room and goes first. */
    private static int[] places(int[] distances, int steps, int from, SplittableRandom random) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            BitSet taken = new BitSet(steps);
            TreeMap<Integer, Integer> places = new TreeMap<>();
            for (int d = distances.length - 1; d >= 0; d--) {
                int first = Math.max(from, distances[d] + GAP);
                int last = steps + 1 - PATTERN;
                int at = first >= last ? -1 : random.nextInt(first, last);
                if (at < 0 || taken(taken, at) || taken(taken, at - distances[d])) {
                    break;
                }
                taken.set(at, at + PATTERN);
                taken.set(at - distances[d], at - distances[d] + PATTERN);
                places.put(d, at);
            }
            if (places.size() == distances.length) {
                return places.values().stream().mapToInt(Integer::intValue).toArray();
            }
        }
        throw new UserError("--probe: " + distances.length + " patterns do not fit into " + steps + " tokens");
    }

    private static boolean taken(BitSet taken, int at) {
        int next = taken.nextSetBit(Math.max(0, at - GAP));
        return next >= 0 && next < at + PATTERN + GAP;
    }

    /** @return the texts to decode: all planted ones, then their controls */
    long[][] all() {
        return Stream.concat(Arrays.stream(planted), Arrays.stream(control)).toArray(long[][]::new);
    }

    /** @return tokens fed of each text, T */
    int steps() {
        return planted[0].length - 1;
    }

    QualityFile.Needle describe() {
        return new QualityFile.Needle(PATTERN, SKIPPED, distances, planted.length, steps());
    }

    /**
     * @param scores of {@link #all}
     * @return planted and control, [2][texts][distances]: mean nll over the counted tokens of each repetition
     */
    float[][][] ofRepetitions(TokenScores scores) {
        float[][][] means = new float[2][planted.length][distances.length];
        for (int i = 0; i < 2 * planted.length; i++) {
            int text = i % planted.length;
            for (int d = 0; d < distances.length; d++) {
                // step t predicts token t + 1
                int start = repeats[text][d];
                means[i / planted.length][text][d] = (float) Arrays.stream(scores.nll()[i], start + SKIPPED - 1, start + PATTERN - 1)
                        .average().orElseThrow();
            }
        }
        return means;
    }

    /**
     * What is left of the full cache's memory.
     *
     * @param own planted and control of a strategy, as {@link #ofRepetitions} gives them
     * @param full those of the full cache
     * @param bootstrap makes the intervals, over texts
     * @return with null for distances at which the full cache itself remembers nothing
     */
    static Recall recall(float[][][] own, float[][][] full, Bootstrap bootstrap) {
        List<Estimate> recall = new ArrayList<>();
        for (int d = 0; d < own[0][0].length; d++) {
            double[] best = gain(full, d);
            recall.add(bootstrap.mean(best).low() > 0 ? bootstrap.ratio(gain(own, d), best) : null);
        }
        return new Recall(own[0], own[1], recall);
    }

    private static double[] gain(float[][][] scores, int distance) {
        return IntStream.range(0, scores[0].length).mapToDouble(i -> scores[1][i][distance] - scores[0][i][distance]).toArray();
    }
}
