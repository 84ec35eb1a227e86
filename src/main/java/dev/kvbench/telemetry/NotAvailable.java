package dev.kvbench.telemetry;

/** A value that this machine does not tell; the message says why, in one line. */
public final class NotAvailable extends Exception {

    private static final long serialVersionUID = 1;

    /** @param reason why, without a full stop */
    public NotAvailable(String reason) {
        super(reason, null, false, false);
    }
}
