package dev.kvbench.host;

/**
 * What runs, as the repository names it: stamped when it was built, wherever it is started.
 *
 * @param commit the commit, or null where it was built outside a repository
 * @param dirty whether a file outside results/ differed from it, new ones too; null without a commit
 */
public record Source(String commit, Boolean dirty) {

    /** @return what the code that runs was built from */
    public static Source built() {
        return Stamp.read().source();
    }

    /** Says in one line where a result will have no commit, or is not of what lies around the jar. To be called as a run begins. */
    public static void warn() {
        Stamp.read().warning().ifPresent(System.err::println);
    }

    /** @return the commit in words: "commit 0123… with changes" */
    public String describe() {
        return commit == null ? "no commit" : "commit " + commit + (Boolean.TRUE.equals(dirty) ? " with changes" : "");
    }
}
