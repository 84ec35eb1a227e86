package dev.kvbench.quality;

import dev.kvbench.UserError;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Share;
import java.nio.file.Path;
import java.util.List;

/**
 * What to run.
 *
 * @param model a folder, or a model's name
 * @param weights "real", or "synthetic" for a shape without a meaning
 * @param text the text; null takes the one that the model brings
 * @param strategies names of the registry, or "all"
 * @param windows most entries kept, or shares of the tokens, "25%"
 * @param heavyHitters a number, or below 1 a fraction of the window
 * @param tokens tokens fed per sequence, T
 * @param sequences sequences, S
 * @param batch sequences side by side
 * @param probe texts that patterns are planted in; 0 leaves the probe out
 * @param timed generations timed per configuration; 0 leaves times out
 * @param times a result to take times from; null times here
 * @param device "auto", "cpu" or "gpu"
 * @param dtype "fp32", "fp16" or "bf16"
 * @param runtime how steps are launched
 * @param positions which position ids tokens get
 * @param seed of synthetic weights, intervals, strategies that choose at random, and patterns
 */
public record QualityOptions(
        String model,
        String weights,
        Path text,
        List<String> strategies,
        List<String> windows,
        double heavyHitters,
        int tokens,
        int sequences,
        int batch,
        int probe,
        int timed,
        Path times,
        String device,
        String dtype,
        String runtime,
        String positions,
        int seed) {

    private static final int MOST_TIMED = 10_000;

    /** Checks the numbers. */
    public QualityOptions {
        atLeast(1, "--tokens", tokens);
        atLeast(2, "--sequences", sequences);
        atLeast(1, "--batch", batch);
        atLeast(0, "--timed", timed);
        if (timed > MOST_TIMED) {
            throw new UserError("--timed " + timed + ": must be at most " + MOST_TIMED);
        }
        for (String window : windows) {
            if (Share.parse(Parameter.WINDOW.label(), window).isEmpty() && !window.matches("0*[1-9]\\d{0,8}")) {
                throw new UserError("--window " + window + ": must be a whole number of at least " + Parameter.WINDOW.least());
            }
        }
        if (probe != 0) {
            atLeast(2, "--probe-texts", probe);
        }
    }

    private static void atLeast(int least, String name, int value) {
        if (value < least) {
            throw new UserError(name + " " + value + ": must be a whole number of at least " + least);
        }
    }
}
