package dev.kvbench;

/**
 * Something the user can put right: the message is one line that names the thing, its value and the way
 * out. The command line prints it without a stack trace and exits with code 2.
 */
public final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message one line
     */
    public UserError(String message) {
        super(message);
    }

    /**
     * @param message one line
     * @param cause what was thrown
     */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
