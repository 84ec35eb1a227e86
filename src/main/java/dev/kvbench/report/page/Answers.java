package dev.kvbench.report.page;

import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.Caption;
import dev.kvbench.report.analysis.Change;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.HeatMaps;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.Told;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What follows from the data, in sentences. */
final class Answers {

    /** As many curves are told one by one. */
    private static final int FEW = 4;

    private final List<Measured> all;
    private final List<AgainstFullCache> against;
    private final Map<String, Caption> captions;
    private final Map<String, Integer> batches;

    /**
     * @param all configurations with a series
     * @param against strategies of theirs against their full caches
     */
    Answers(List<Measured> all, List<AgainstFullCache> against) {
        this.all = all;
        this.against = against;
        captions = all.stream().collect(Collectors.toMap(Measured::name, Measured::caption, (one, other) -> one));
        batches = all.stream().collect(Collectors.toMap(Measured::name, Measured::batch, (one, other) -> one));
    }

    /**
     * @return a sentence per setting that has a full cache and strategies, and one across settings where there are
     *     several at the same number of sequences
     */
    List<String> sentences() {
        Map<String, List<AgainstFullCache>> settings = new LinkedHashMap<>();
        against.forEach(c -> settings.computeIfAbsent(c.baseline(), b -> new ArrayList<>()).add(c));
        boolean one = settings.size() == 1 && against.stream().allMatch(c -> c.fastest() == null);
        List<String> answers = new ArrayList<>();
        settings.forEach((baseline, of) -> answers.add(
                setting(where(baseline), of, one ? "the full cache" : captions.get(baseline).ofAnyBatch().asBaseline())));
        Map<Integer, List<Measured>> full = all.stream().filter(Measured::isFull)
                .sorted(Comparator.comparingDouble(Measured::step))
                .collect(Collectors.groupingBy(Measured::batch, TreeMap::new, Collectors.toList()));
        full.forEach((batch, caches) -> {
            if (caches.size() > 1 && caches.get(0).step() > 0) {
                answers.add(fullCaches(caches, full.size() == 1 ? "" : " at batch " + batch));
            }
        });
        if (answers.isEmpty()) {
            all.stream().min(Comparator.comparingDouble(Measured::step)).ifPresent(fastest -> answers.add(
                    (all.size() == 1 ? "" : "The fastest of " + all.size() + ", ") + fastest.caption().brief()
                            + (all.size() == 1 ? " takes " : ", takes ") + Numbers.ms(fastest.step()) + " per token"
                            + (all.stream().anyMatch(Measured::isFull) ? "; no strategy was measured beside it."
                                    : "; without the full cache in the same result nothing says what that costs or saves.")));
        }
        return answers;
    }

    /** Full caches of one number of sequences, the fastest first: what a step of more takes is no slowness. */
    private static String fullCaches(List<Measured> full, String where) {
        Measured first = full.get(0);
        Measured second = full.get(1);
        return "Of " + full.size() + " full caches" + where + " the fastest takes " + Numbers.ms(first.step())
                + " per token (" + first.name()
                + "), " + more(first.step() / second.step() - 1) + " than the next (" + second.name() + ").";
    }

    /** How many sequences a setting has, as a sentence begins; nothing where all have as many. */
    private String where(String baseline) {
        return batches.values().stream().distinct().count() < 2 ? ""
                : "With " + MovingLines.sequences(batches.get(baseline)) + " ";
    }

    private String setting(String where, List<AgainstFullCache> crossings, String baseline) {
        if (crossings.size() == 1) {
            return where + sentence(crossings.get(0), baseline);
        }
        Told all = crossings.get(0).end().told();
        AgainstFullCache best = crossings.stream().min(Comparator.comparingDouble(c -> c.end().change())).orElseThrow();
        long faster = crossings.stream().filter(c -> c.end().significant() && c.end().change() < 0).count();
        if (!all.because().isEmpty() && crossings.stream().allMatch(c -> c.end().told() == all)) {
            return where + (where.isEmpty() ? "Whether" : "whether") + " any of " + crossings.size()
                    + " configurations is faster than " + baseline + " at token " + best.length()
                    + " cannot be told" + all.because() + ". The nearest: " + sentence(best, baseline);
        }
        boolean slower = crossings.stream().allMatch(c -> c.end().significant());
        String none = where.isEmpty() ? "None" : "none";
        String every = where.isEmpty() ? "All" : "all";
        return where + (faster == 0 ? none : faster == crossings.size() ? every : String.valueOf(faster)) + " of "
                + crossings.size()
                + " configurations " + (faster == 0 && !slower ? "can be called" : faster == 1 ? "is" : "are")
                + " faster than " + baseline + " at token " + best.length() + ". "
                + (faster == 0 ? "The nearest: " : faster == 1 ? "" : "The fastest: ") + sentence(best, baseline);
    }

    /**
     * @return a strategy's cost and gain against the full cache, from its first eviction to its end, and what that is
     *     worth
     */
    private String sentence(AgainstFullCache c, String baseline) {
        // both in one form of attention, or the difference is said
        String name = captions.get(c.name()).ofAnyBatch().briefOfAnyAttention();
        String unlike = c.unlike() == null ? "" : " Compared with " + c.unlike() + ".";
        if (c.firstEviction() == null) {
            return name + " evicts nothing within " + c.length() + (c.length() == 1 ? " token" : " tokens")
                    + "; its steps take " + against(c.control(), baseline) + "." + unlike + fastest(c);
        }
        boolean told = c.start().significant();
        String start = name + (told ? " is " + than(c.start()) + " than " + baseline : " cannot be told from "
                + baseline) + " when it starts to evict, at token " + c.firstEviction();
        String there;
        if (!c.end().significant()) {
            there = told ? ", and cannot be told from it at token " + c.length() : ", nor at token " + c.length();
        } else if (c.end().change() > 0) {
            there = c.fasterFrom() == null ? ", and has not caught up by token " + c.length() + ": there it is "
                    + than(c.end()) : ", and is " + than(c.end()) + " at token " + c.length();
        } else {
            boolean catchesUp = told && c.start().change() > 0 && c.fasterFrom() != null
                    && c.fasterFrom() > c.firstEviction();
            there = (catchesUp ? ", catches up at token " + c.fasterFrom() : "") + ", and is " + than(c.end())
                    + " at token " + c.length();
        }
        return start + there + c.end().told().because() + "." + unlike + control(c) + fastest(c);
    }

    private static String than(Change change) {
        return Numbers.percent(change.change()) + (change.change() > 0 ? " slower" : " faster");
    }

    /** @return what the strategy differs by while it does the full cache's work, as a sentence after others */
    private static String control(AgainstFullCache c) {
        if (!c.controlled()) {
            return " Too few steps come before that for a control.";
        }
        return " Before it evicts it takes " + more(c.control().change()) + ": scoring and noise"
                + (c.unlike() == null ? "" : ", and what else differs") + ", from which no smaller difference is told.";
    }

    /** @return a relative change in words: "3.0 % more" */
    static String more(double change) {
        return Numbers.more(change);
    }

    private String fastest(AgainstFullCache c) {
        if (c.fastest() == null) {
            return "";
        }
        Change end = c.fastest().end();
        return " Against the fastest full cache (" + captions.get(c.fastest().baseline()).ofAnyBatch().besidesFullCache() + ") it "
                + (end.significant() ? "is " + than(end) : "cannot be told apart") + " at token " + c.length()
                + end.told().because() + ".";
    }

    private static String against(Change change, String baseline) {
        if (!Double.isFinite(change.change())) {
            return "a time that cannot be held against that of " + baseline;
        }
        String how = more(change.change()) + " time than those of " + baseline;
        return how + untold(change.told());
    }

    private String brief(Report.Line line) {
        return captions.get(line.name()).brief();
    }

    /**
     * @return the plot of times in a sentence that is not the answer: where curves shown end, each while they are few,
     *     else the lowest and the highest
     */
    String time(List<Report.Line> lines) {
        int length = lines.stream().mapToInt(Report.Line::lastToken).max().orElseThrow();
        List<Report.Line> ends = lines.stream().filter(l -> l.shown() && l.lastToken() == length)
                .sorted(Comparator.comparingDouble(Answers::atEnd)).toList();
        String where = "At token " + length + ", the last, a step takes ";
        long shown = lines.stream().filter(Report.Line::shown).count();
        String hidden = shown == lines.size() ? ""
                : " At first " + shown + " of " + lines.size() + " curves are shown; the boxes below show the others.";
        if (ends.isEmpty() || ends.size() > FEW) {
            List<Report.Line> all = lines.stream().filter(l -> l.lastToken() == length)
                    .sorted(Comparator.comparingDouble(Answers::atEnd)).toList();
            return where + "from " + end(all.get(0)) + " to " + end(all.get(all.size() - 1)) + "." + hidden;
        }
        return where + String.join(", ", ends.stream().map(this::end).toList()) + "." + hidden;
    }

    private String end(Report.Line line) {
        return Numbers.ms(atEnd(line)) + " (" + brief(line) + ")";
    }

    private static double atEnd(Report.Line line) {
        double[] median = line.host().median();
        return median[median.length - 1];
    }

    /** @return the latency figure in a sentence */
    String latency(List<Report.Line> lines) {
        Report.Line widest = lines.stream()
                .max(Comparator.comparingDouble(l -> l.latency().p99() / l.latency().p50())).orElseThrow();
        String most = " steps take at most " + Numbers.ms(widest.latency().p50()) + ", 99 % at most "
                + Numbers.ms(widest.latency().p99()) + ", the slowest " + Numbers.ms(widest.latency().max()) + ".";
        return lines.size() == 1 ? "Half of all" + most : "The widest spread has " + brief(widest) + ": half of its"
                + most;
    }

    /** @return the memory figure in a sentence, of what runs as many sequences as the largest; null if nothing is known */
    String memory(List<Report.Line> lines) {
        List<Report.Line> known = lines.stream().filter(l -> l.cacheMb() != null && l.cacheMb().length > 0)
                .sorted(Comparator.comparingDouble(Answers::last)).toList();
        if (known.isEmpty()) {
            return null;
        }
        Report.Line most = known.get(known.size() - 1);
        Report.Line least = known.stream().filter(l -> batches.get(l.name()).equals(batches.get(most.name()))).findFirst()
                .orElseThrow();
        String holds = "At token " + most.lastToken() + " " + brief(most) + " holds " + Numbers.mb(last(most))
                + " of keys and values";
        return last(least) == last(most) ? holds + "."
                : holds + ", " + brief(least) + " " + Numbers.mb(last(least)) + ", "
                        + Numbers.percent(1 - last(least) / last(most)) + " less.";
    }

    private static double last(Report.Line line) {
        return line.cacheMb()[line.cacheMb().length - 1];
    }

    /** @return a heat map in a sentence: its first metric's best cell */
    static String heatMap(HeatMap map) {
        HeatMap.Metric metric = map.metrics().get(0);
        HeatMap.Metric control = map.metrics().stream().filter(m -> m.name().startsWith(HeatMaps.CONTROL)).findFirst()
                .orElse(null);
        String best = null;
        double least = Double.POSITIVE_INFINITY;
        double before = Double.NaN;
        Told told = Told.YES;
        for (int row = 0; row < map.strategies().size(); row++) {
            for (int column = 0; column < map.windows().size(); column++) {
                if (metric.values()[row][column] < least) {
                    least = metric.values()[row][column];
                    before = control == null ? Double.NaN : control.values()[row][column];
                    told = metric.told() == null ? Told.YES : metric.told()[row][column];
                    best = map.strategies().get(row) + " with a window of " + map.windows().get(column);
                }
            }
        }
        return best == null ? "" : "The lowest " + metric.name() + " has " + best + ": " + (metric.unit().equals("%")
                ? more(least) + untold(told) + heldAgainst(least, before) + "." : digits(least, metric.unit()));
    }

    /** @return that a change cannot be told from noise and why, behind it; nothing where it is told */
    static String untold(Told told) {
        return told == Told.YES ? "" : ", which cannot be told from noise" + told.because();
    }

    /**
     * @return what a change must be held against, as the end of a sentence: the same cell's before anything is evicted
     */
    static String heldAgainst(double change, double control) {
        return Double.isNaN(control) ? "" : "; before it evicts " + more(control) + ": scoring and noise"
                + (Math.abs(change) <= Math.abs(control) ? ", from which that cannot be told" : "");
    }

    private static String digits(double value, String unit) {
        return (unit.equals("MB") ? Numbers.mb(value) : Numbers.ms(value)) + ".";
    }
}
