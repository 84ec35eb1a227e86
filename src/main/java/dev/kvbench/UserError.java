package dev.kvbench;

/**
 * Something the user can put right: the message is one line that names the thing, its value and the way
 * out. The command line prints it without a stack trace and exits with code 2.
 */
public final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param message one line
     */
    public UserError(String message) {
        super(message);
        reason = message;
    }

    /**
     * @param message one line
     * @param cause what was thrown
     */
    public UserError(String message, Throwable cause) {
        super(message, cause);
        reason = message;
    }

    /**
     * @param reason the thing, its value, and what is wrong with it
     * @param advice the way out
     * @param cause what was thrown, or null
     */
    public UserError(String reason, String advice, Throwable cause) {
        super(reason + "; " + advice, cause);
        this.reason = reason;
    }

    /** @return the message without the way out, for who goes another way; all of it where the two were not given apart */
    public String reason() {
        return reason;
    }
}
