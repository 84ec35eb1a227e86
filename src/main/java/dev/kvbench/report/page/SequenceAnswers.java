package dev.kvbench.report.page;

import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.Sequences;
import dev.kvbench.report.analysis.Told;
import dev.kvbench.report.plot.Look;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Steps against the number of sequences, in sentences and as lines. */
final class SequenceAnswers {

    private SequenceAnswers() {}

    /** A strategy's line that is compared with a full cache's, and the points in which it is. */
    private record Compared(Sequences.Line line, List<Sequences.Point> points) {

        Sequences.Point last() {
            return points.get(points.size() - 1);
        }
    }

    private static List<Compared> compared(Sequences sequences) {
        return sequences.lines().stream()
                .map(line -> new Compared(line, line.points().stream().filter(p -> p.change() != null).toList()))
                .filter(c -> !c.points.isEmpty()).toList();
    }

    /** Those with the most sequences. */
    private static List<Compared> most(Sequences sequences) {
        List<Compared> all = compared(sequences);
        int most = all.stream().mapToInt(c -> c.last().sequences()).max().orElse(0);
        return all.stream().filter(c -> c.last().sequences() == most).toList();
    }

    /** The one of them that takes least against its full cache. */
    private static Optional<Compared> best(List<Compared> most) {
        return most.stream().min(Comparator.comparing(c -> c.last().change()));
    }

    private static Sequences.Line line(Sequences sequences, String name) {
        return sequences.lines().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    }

    /** @return what the strategy that saves most takes with the most sequences, and with the fewest; empty without one */
    static Optional<String> saving(Sequences sequences) {
        List<Compared> most = most(sequences);
        return best(most).map(best -> {
            Sequences.Point last = best.last();
            Sequences.Line full = line(sequences, last.against());
            Sequences.Point first = best.points.get(0);
            String where = "With " + MovingLines.sequences(last.sequences()) + " ";
            return where + (most.size() == 1 ? "a step of " + best.line.brief() + " takes "
                    : best.line.brief() + (last.change() < 0 ? " saves most" : " costs least") + " of " + most.size()
                            + " configurations: a step takes ")
                    + Numbers.ms(last.ms()) + " where one of " + full.brief() + " takes "
                    + Numbers.ms(full.at(last.sequences()).orElseThrow().ms()) + ", " + change(last)
                    + (first == last ? "." : "; with " + MovingLines.sequences(first.sequences()) + " " + change(first) + ".");
        });
    }

    /** @return whether what that sentence compares has the same full cache with the fewest and the most sequences */
    static boolean isOfOneContext(Sequences sequences) {
        return best(most(sequences)).filter(best -> best.points.get(0).against().equals(best.last().against())).isPresent();
    }

    private static String change(Sequences.Point point) {
        return Answers.more(point.change()) + (point.told() == Told.YES ? "" : " (" + point.told().words() + ")");
    }

    /** @return what that strategy and its full cache make of it in tokens per second; of the first line without one */
    static String tokensPerSecond(Sequences sequences) {
        List<Sequences.Line> told = new ArrayList<>();
        best(most(sequences)).ifPresent(best -> {
            told.add(line(sequences, best.last().against()));
            told.add(best.line);
        });
        if (told.isEmpty()) {
            told.add(sequences.lines().get(0));
        }
        return "In tokens per second, all sequences, " + String.join("; ", told.stream().map(SequenceAnswers::rates).toList())
                + ".";
    }

    private static String rates(Sequences.Line line) {
        Sequences.Point first = line.points().get(0);
        Sequences.Point last = line.points().get(line.points().size() - 1);
        return line.brief() + " makes " + rate(first) + " with "
                + MovingLines.sequences(first.sequences())
                + (first == last ? "" : " and " + rate(last) + " with " + last.sequences());
    }

    /** As its table has it. */
    private static String rate(Sequences.Point point) {
        double rate = point.tokensPerSecond();
        return rate < 1000 ? Numbers.digits(rate) : String.valueOf(Math.round(rate));
    }

    /** @return what the page draws, and its table */
    static Report.BySequences data(Sequences sequences) {
        int[] at = sequences.lines().stream().flatMap(l -> l.points().stream()).mapToInt(Sequences.Point::sequences)
                .distinct().sorted().toArray();
        List<Sequences.Line> drawn = sequences.longest(Look.COLOURS);
        List<Report.SequenceLine> lines = IntStream.range(0, drawn.size()).mapToObj(i -> new Report.SequenceLine(
                drawn.get(i).name(), Look.of(i),
                IntStream.of(at).mapToObj(n -> drawn.get(i).at(n).orElse(null)).toList())).toList();
        List<Report.SequenceLimit> limits = sequences.limits().stream().map(limit -> new Report.SequenceLimit(limit.name(),
                IntStream.of(at).mapToDouble(limit::ms).toArray())).toList();
        return new Report.BySequences(sequences.measured(), at, lines, limits,
                limits.isEmpty() ? null : sequences.limits().get(0).bytesPerSecond() / 1e12, Sequences.isWide(drawn),
                sequences.lines().stream().flatMap(l -> l.points().stream().map(p -> new Report.SequenceRow(l.name(), p)))
                        .toList());
    }
}
