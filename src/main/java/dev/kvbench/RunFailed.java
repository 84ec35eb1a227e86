package dev.kvbench;

/**
 * A run that could not do what was asked, though nothing of what the user gave is wrong and nothing of the code: the message is one
 * line that says why and how to go on. The command line prints it without a stack trace and exits with code 1.
 */
public final class RunFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message one line
     */
    public RunFailed(String message) {
        super(message);
    }
}
