package dev.kvbench;

/** Gives back what was taken for something that then failed. */
public final class Cleanup {

    private Cleanup() {}

    /**
     * @param failure what is thrown on; what goes wrong here is added to it as suppressed
     * @param taken what to close, in this order; nulls are left out
     */
    public static void after(Throwable failure, AutoCloseable... taken) {
        for (AutoCloseable one : taken) {
            try {
                if (one != null) {
                    one.close();
                }
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
