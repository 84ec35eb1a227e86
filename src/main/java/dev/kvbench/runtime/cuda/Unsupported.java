package dev.kvbench.runtime.cuda;

/** A runtime cannot run here; the message says why, in words for the user. */
public final class Unsupported extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param reason why, without a full stop */
    public Unsupported(String reason) {
        super(reason);
    }

    /**
     * @param reason why, without a full stop
     * @param cause the error that showed it
     */
    public Unsupported(String reason, Throwable cause) {
        super(reason, cause);
    }
}
