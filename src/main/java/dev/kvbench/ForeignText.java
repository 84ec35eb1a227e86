package dev.kvbench;

/** Text from a file or a server, made fit for a line on a terminal. */
public final class ForeignText {

    /** Characters of a quoted text, at most. */
    private static final int LONGEST = 80;

    private ForeignText() {}

    /**
     * @param foreign text from a file or a server
     * @return it on one line: what a terminal would act on is a question mark
     */
    public static String printable(String foreign) {
        return foreign.replaceAll("[\\p{C}\\u2028\\u2029]", "?");
    }

    /**
     * @param foreign text from a file or a server
     * @return it in quotes, on one line and not too long to read
     */
    public static String quoted(String foreign) {
        String line = printable(foreign);
        return "'" + (line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line) + "'";
    }
}
