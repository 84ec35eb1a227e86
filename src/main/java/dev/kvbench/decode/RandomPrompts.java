package dev.kvbench.decode;

import java.util.Random;

/** Prompts of tokens at random, the same for the same sizes: what a prompt says does not change what it costs. */
public final class RandomPrompts {

    private static final int SEED = 1;

    private RandomPrompts() {}

    /**
     * @param sequences B
     * @param tokens of each, T
     * @param vocabulary tokens that the model knows
     * @return [B][T]
     */
    public static long[][] of(int sequences, int tokens, int vocabulary) {
        Random random = new Random(SEED);
        long[][] prompts = new long[sequences][];
        for (int b = 0; b < sequences; b++) {
            prompts[b] = random.longs(tokens, 0, vocabulary).toArray();
        }
        return prompts;
    }
}
