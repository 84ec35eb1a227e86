package dev.kvbench.host;

/**
 * A GPU, as its driver names it.
 *
 * @param name the card's name, such as "NVIDIA H100 80GB HBM3"
 * @param driver version of the driver; null if not known
 */
public record Card(String name, String driver) {

    /** One that computes and tells nothing of itself. */
    public static final Card NAMELESS = new Card("GPU", null);
}
