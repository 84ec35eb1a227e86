package dev.kvbench.quality;

import java.util.Map;

/** What a {@code quality.json} says about its own fields, in words. */
public final class QualityText {

    /** Unit of every measured field. */
    public static final Map<String, String> UNITS = Map.of(
            "nll", "nat/token", "kl", "nat/token", "agreement", "fraction of tokens", "nllIncrease", "nat/token",
            "perplexity", "1", "time", "ms/step", "planted", "nat/token", "unplanted", "nat/token", "recall", "1");

    /** How every aggregate is made. */
    public static final Map<String, String> RULES = Map.of(
            "nll, kl, agreement of a sequence", "mean over the positions of each bucket; bucketEdges[i] to bucketEdges[i + 1] - 1 is"
                    + " bucket i; position t is the step that has been fed tokens 0 to t and predicts token t + 1",
            "kl", "KL(full || strategy) of the distributions over the next token",
            "agreement", "fraction of positions at which the most likely token is the full cache's",
            "all", "mean over all positions and sequences",
            "late", "mean over sequences and the positions from lateFrom on, where every configuration has evicted",
            "perplexity", "exp of the mean nll",
            "nllIncrease", "nll less the full cache's, paired by sequence",
            "low, high", "95 % percentile bootstrap over sequences (planted texts for recall), 10000 resamples; of time: fastest"
                    + " and slowest generation, or JMH's 99.9 % interval",
            "time", "whole generations divided by their steps, median over generations; or, as times.label says, JMH's mean of steps with a"
                    + " full window",
            "recall", "(unplanted - planted) over the same of the full cache, ratio of means over texts: 1 remembers as well as the"
                    + " full cache, 0 as if the pattern had never been there");

    private QualityText() {}
}
