package dev.kvbench.compare;

/** What a comparison says of one row. */
public enum Verdict {
    /** The samples do not tell the sides apart. */
    NO_CHANGE("no change"),
    /** The samples do not tell the sides apart, and are too few to ever do so. */
    TOO_FEW("too few samples"),
    /** The sides differ, but the interval reaches into what counts as noise. */
    WITHIN_NOISE("within noise"),
    /** Faster, beyond noise. */
    IMPROVED("improved"),
    /** Slower, beyond noise. */
    REGRESSED("regressed");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** @return the verdict in words */
    public String words() {
        return words;
    }
}
