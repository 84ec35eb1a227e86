package dev.kvbench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What follows from the data, in sentences. */
final class Answers {

    private Answers() {}

    /** @return a sentence per setting that has a full cache and strategies, and one across settings where there are several */
    static List<String> of(List<Measured> all, List<Report.Crossing> crossings) {
        Map<String, List<Report.Crossing>> settings = new LinkedHashMap<>();
        crossings.forEach(c -> settings.computeIfAbsent(c.baseline(), b -> new ArrayList<>()).add(c));
        List<String> answers = new ArrayList<>();
        settings.forEach((baseline, of) -> answers.add(setting(of, settings.size() == 1 ? "the full cache"
                : baseline.startsWith("full cache") ? "the " + baseline : baseline)));
        List<Measured> full = all.stream().filter(Measured::isFull).sorted(Comparator.comparingDouble(Answers::step)).toList();
        if (full.size() > 1 && step(full.get(0)) > 0) {
            Measured first = full.get(0);
            Measured second = full.get(1);
            answers.add("Of " + full.size() + " full caches the fastest takes " + Numbers.ms(step(first)) + " per token (" + first.name()
                    + "), " + Numbers.times(step(second) / step(first)) + " less than the next (" + second.name() + ").");
        }
        if (answers.isEmpty()) {
            all.stream().min(Comparator.comparingDouble(Answers::step)).ifPresent(fastest -> answers.add(
                    (all.size() == 1 ? "" : "The fastest of " + all.size() + ", ") + brief(fastest.name())
                            + (all.size() == 1 ? " takes " : ", takes ") + Numbers.ms(step(fastest)) + " per token"
                            + (all.stream().anyMatch(Measured::isFull) ? "; no strategy was measured beside it."
                                    : "; without the full cache in the same result nothing says what that costs or saves.")));
        }
        return answers;
    }

    private static double step(Measured measured) {
        return Measured.median(measured.host(), 1, measured.length());
    }

    private static String setting(List<Report.Crossing> crossings, String baseline) {
        if (crossings.size() == 1) {
            return sentence(crossings.get(0), baseline);
        }
        Report.Crossing best = crossings.stream().min(Comparator.comparingDouble(c -> c.end().change())).orElseThrow();
        long faster = crossings.stream().filter(c -> c.end().tells() && c.end().change() < 0).count();
        return (faster == 0 ? "None" : faster == crossings.size() ? "All" : String.valueOf(faster)) + " of " + crossings.size()
                + " configurations " + (faster == 1 ? "is" : "are") + " faster than " + baseline + " at token " + best.length() + ". "
                + (faster == 0 ? "The nearest: " : faster == 1 ? "" : "The fastest: ") + sentence(best, baseline);
    }

    /** @return a strategy's cost and gain against the full cache, from its first eviction to its end */
    private static String sentence(Report.Crossing c, String baseline) {
        String name = brief(c.name());
        if (c.firstEviction() == null) {
            return name + " evicts nothing within " + c.length() + (c.length() == 1 ? " token" : " tokens") + "; its steps take "
                    + against(c.filling(), baseline) + ".";
        }
        String start = name + (c.start().tells()
                ? " is " + Numbers.percent(c.start().change()) + (c.start().change() > 0 ? " slower" : " faster") + " than " + baseline
                : " cannot be told from " + baseline) + " when it starts to evict, at token " + c.firstEviction();
        String end = c.end().tells()
                ? Numbers.percent(c.end().change()) + (c.end().change() > 0 ? " slower" : " faster") : "not told apart from it";
        if (c.fasterFrom() == null) {
            return start + ", and has not caught up by token " + c.length() + ": there it is " + end + ".";
        }
        String there = end + " at token " + c.length() + ".";
        return start + (c.fasterFrom() > c.firstEviction() ? ", catches up at token " + c.fasterFrom() + ", and is " : ", and ") + there;
    }

    private static String against(Report.Change change, String baseline) {
        if (!Double.isFinite(change.change())) {
            return "a time that cannot be held against that of " + baseline;
        }
        String how = Numbers.percent(change.change()) + (change.change() < 0 ? " less" : " more") + " time than those of " + baseline;
        return change.tells() ? how : how + ", which cannot be told from noise";
    }

    /** @return a line's name with its window in brackets: "H2O (128/32)" */
    static String brief(String name) {
        return name.replaceFirst(", window (\\d+), (\\d+) heavy hitters", " ($1/$2)").replaceFirst(", window (\\d+)", " ($1)")
                .replaceFirst("sliding window (\\d+)", "sliding window ($1)");
    }

    /** @return the latency figure in a sentence */
    static String latency(List<Report.Line> lines) {
        Report.Line widest = lines.stream()
                .max(Comparator.comparingDouble(l -> l.latency().p99() / l.latency().p50())).orElseThrow();
        String most = " steps take at most " + Numbers.ms(widest.latency().p50()) + ", 99 % at most " + Numbers.ms(widest.latency().p99()) + ".";
        return lines.size() == 1 ? "Half of all" + most : "The widest spread has " + brief(widest.name()) + ": half of its" + most;
    }

    /** @return the memory figure in a sentence; null if nothing is known */
    static String memory(List<Report.Line> lines) {
        List<Report.Line> known = lines.stream().filter(l -> l.cacheMb() != null && l.cacheMb().length > 0)
                .sorted(Comparator.comparingDouble(Answers::last)).toList();
        if (known.isEmpty()) {
            return null;
        }
        Report.Line least = known.get(0);
        Report.Line most = known.get(known.size() - 1);
        String holds = "At token " + most.cacheMb().length + " " + brief(most.name()) + " holds " + Numbers.mb(last(most))
                + " of keys and values";
        return last(least) == last(most) ? holds + "."
                : holds + ", " + brief(least.name()) + " " + Numbers.mb(last(least)) + ", "
                        + Numbers.percent(1 - last(least) / last(most)) + " less.";
    }

    private static double last(Report.Line line) {
        return line.cacheMb()[line.cacheMb().length - 1];
    }

    /** @return a heat map in a sentence: its first metric's best cell */
    static String heatMap(Report.HeatMap map) {
        Report.Metric metric = map.metrics().get(0);
        String best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int row = 0; row < map.strategies().size(); row++) {
            for (int column = 0; column < map.windows().size(); column++) {
                if (metric.values()[row][column] < least) {
                    least = metric.values()[row][column];
                    best = map.strategies().get(row) + " with a window of " + map.windows().get(column);
                }
            }
        }
        return best == null ? "" : "The lowest " + metric.name() + " has " + best + ": " + (metric.unit().equals("%")
                ? Numbers.percent(least) + (least < 0 ? " less." : " more.") : digits(least, metric.unit()));
    }

    private static String digits(double value, String unit) {
        return (unit.equals("MB") ? Numbers.mb(value) : Numbers.ms(value)) + ".";
    }
}
