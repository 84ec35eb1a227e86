package dev.kvbench.ab;

import dev.kvbench.AtExit;
import dev.kvbench.Folders;
import dev.kvbench.Progress;
import dev.kvbench.Reason;
import dev.kvbench.RunFailed;
import dev.kvbench.Shell;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * Two builds whose processes ran in turn.
 *
 * @param old the result of the build that is compared with
 * @param now that of the other
 */
public record InTurn(ResultFolder old, ResultFolder now) {

    /**
     * Runs pairs of processes, one of each build, and keeps an ordinary result of each build; who calls it has the machine's lock. When
     * it is interrupted, whole pairs are kept, and it says so.
     *
     * @param old the build that is compared with
     * @param now the other
     * @param arguments of {@code run} for every process
     * @param pairs how many
     * @param command the arguments of it all, for the record
     * @param results the folder of results
     * @param out where to say how far it is
     * @return the results
     * @throws dev.kvbench.UserError if a build does not take the arguments
     * @throws RunFailed if a process leaves no result; pairs before it are kept
     * @throws IOException if results cannot be written
     */
    public static InTurn run(Build old, Build now, List<String> arguments, int pairs, List<String> command, Path results, PrintStream out)
            throws IOException {
        String name = ResultName.of(Instant.now().truncatedTo(ChronoUnit.SECONDS), null, null).replace("nocommit", "ab");
        Path work = ResultName.claim(results, name, ".unfinished");
        Rounds rounds = new Rounds(List.of(old, now), arguments, Map.of(), work);
        String together = work.getFileName().toString().replace(".unfinished", "") + "-" + ProcessHandle.current().pid();
        AtExit interruption = new AtExit(() -> interrupted(rounds, command, together, work, results), "interruption of ab");
        boolean kept = true;
        try {
            String failure = ran(rounds, pairs, out);
            // what took hours to run is not deleted where it cannot be written
            kept = false;
            InTurn both = rounds.whole() == 0 ? null : settle(rounds, command, together, work, results);
            kept = true;
            if (failure != null) {
                throw new RunFailed(failure + (both == null ? "" : "; " + both.kept(rounds.whole())));
            }
            return both;
        } finally {
            if (interruption.cancel()) {
                if (kept) {
                    Folders.tryToDelete(work);
                } else {
                    System.err.println("what the processes left is in " + work);
                }
            }
        }
    }

    /** Runs rounds until one fails: why, or null if none does. */
    private static String ran(Rounds rounds, int pairs, PrintStream out) throws IOException {
        try {
            rounds.run(pairs, out);
            return null;
        } catch (RunFailed e) {
            return e.getMessage();
        }
    }

    /** That pairs are kept which had ended, and how to go on with them. */
    private String kept(int pairs) {
        return pairs + (pairs == 1 ? " pair is" : " pairs are") + " kept: `" + Shell.command() + " compare " + old.path() + " "
                + now.path() + "` compares them";
    }

    private static InTurn settle(Rounds rounds, List<String> command, String together, Path work, Path results) throws IOException {
        return new InTurn(
                JoinedRuns.settle(rounds.of(0), command, turns(together, StepsFile.Turns.OLD), work, results),
                JoinedRuns.settle(rounds.of(1), command, turns(together, StepsFile.Turns.NEW), work, results));
    }

    static StepsFile.Turns turns(String together, String side) {
        return new StepsFile.Turns(StepsFile.Turns.BUILDS, together, side);
    }

    private static void interrupted(Rounds rounds, List<String> command, String together, Path work, Path results) {
        rounds.stop();
        String said = "interrupted: no pair had ended, nothing is kept";
        if (rounds.whole() > 0) {
            try {
                said = "interrupted: " + settle(rounds, command, together, work, results).kept(rounds.whole());
            } catch (IOException | RuntimeException e) {
                said = "interrupted: what had ended cannot be kept: " + Reason.of(e);
            }
        }
        Folders.tryToDelete(work);
        System.err.println((Progress.terminal() ? System.lineSeparator() : "") + said);
    }
}
