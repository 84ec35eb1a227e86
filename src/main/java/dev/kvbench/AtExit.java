package dev.kvbench;

/** What is done if this process ends, by Ctrl-C too, before it is closed. */
public final class AtExit implements AutoCloseable {

    private final Thread hook;

    /**
     * @param what to do, beside what else ends
     * @param name of its thread
     */
    public AtExit(Runnable what, String name) {
        hook = new Thread(what, name);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** @return whether it is not done, nor will be; false once the end has begun */
    public boolean cancel() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** @return whether this process is about to end: what fails then fails because it does */
    public static boolean begun() {
        try {
            new AtExit(() -> {}, "none").cancel();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Override
    public void close() {
        cancel();
    }
}
