package dev.kvbench.cache;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tensors of a step's state, in their order. */
public enum Place {
    /** The current token, [B] int64. */
    TOKEN,
    /** Its position id, [1] int64. */
    POSITION,
    /** The last step's logits, [B, V]. */
    LOGITS,
    /** Keys and values, [L, 2, B, Hkv, C, Dh]. */
    CACHE,
    /** Scores of entries, [l, B, h, C] fp32; l and h are 1 where layers or heads share a kept set. */
    SCORES,
    /** Indices of all slots, [C] int64: 0, 1, … C−1. */
    INDICES,
    /** Tokens on the host, [B] int64: those that a reset feeds, and that the last step made. */
    HOST_TOKEN,
    /** Steps since the cache was empty, [1] int64. */
    STEPS,
    /** The step that wrote each entry, int32, shaped as the scores: what tells its age, whatever slot it lies in. */
    ORIGINS,
    /** Entries held with the step's own, [1] int64: for steps that one capture serves at many lengths, no others write or read it. */
    LENGTH;

    private static final Pattern NAMED = Pattern.compile(
            "(?<=\\w)\\[(" + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining("|")) + ")]");

    /**
     * @param torchScript a source that names places: {@code state[SCORES]}
     * @return the same with their numbers, since TorchScript has no such constants
     */
    public static String numbered(String torchScript) {
        Matcher named = NAMED.matcher(torchScript);
        return named.replaceAll(match -> "[" + valueOf(match.group(1)).ordinal() + "]");
    }
}
