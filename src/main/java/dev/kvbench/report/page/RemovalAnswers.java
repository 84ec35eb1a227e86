package dev.kvbench.report.page;

import dev.kvbench.report.analysis.EvictionCost;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.strategy.Removal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** What moving entries costs, and what it does not have to, in sentences. */
final class RemovalAnswers {

    private RemovalAnswers() {}

    /** Sequences and window, ordered by how much there is to move. */
    private record Place(int batch, int window) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparingInt(Place::batch).thenComparingInt(Place::window);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }

        String words() {
            return MovingLines.sequences(batch) + " and a window of " + window;
        }
    }

    /** @return for each setting in a sentence what moving costs with the most to move and with the least */
    static List<String> moving(List<EvictionCost> costs) {
        Map<String, List<EvictionCost>> settings = new LinkedHashMap<>();
        costs.stream().filter(c -> c.moving() != null)
                .forEach(c -> settings.computeIfAbsent(c.setting(), s -> new ArrayList<>()).add(c));
        List<String> sentences = new ArrayList<>();
        settings.forEach((setting, of) -> sentences.add((setting.isEmpty() ? "" : setting + ": ") + sentence(of)));
        return sentences;
    }

    private static String sentence(List<EvictionCost> costs) {
        TreeMap<Place, Double> filling = medians(costs, Removal.REPLACE);
        TreeMap<Place, Double> closing = medians(costs, Removal.COMPACT);
        TreeMap<Place, Double> both = new TreeMap<>(closing);
        both.keySet().retainAll(filling.keySet());
        if (both.isEmpty()) {
            TreeMap<Place, Double> one = filling.isEmpty() ? closing : filling;
            return (filling.isEmpty() ? "Closing the gap that an entry leaves takes " : "Filling a gap with one entry takes ")
                    + at(one.lastKey(), one) + (one.size() == 1 ? "" : ", " + at(one.firstKey(), one))
                    + "; to see what of it is closing gaps measure both: -p removal=replace,compact.";
        }
        Place most = both.lastKey();
        Place least = both.firstKey();
        long strategies = costs.stream().map(EvictionCost::name).distinct().count();
        return "Closing the gap that an entry leaves takes " + cost(closing.get(most)) + ", filling it with one entry "
                + cost(filling.get(most)) + ", with " + most.words()
                + (most.equals(least) ? "" : "; " + cost(closing.get(least)) + " and " + cost(filling.get(least))
                + " with " + least.words())
                + (strategies == 1 ? "" : " (medians of " + strategies + " strategies)")
                + ". The tokens are the same: attention does not care in which slot an entry lies.";
    }

    private static String at(Place place, Map<Place, Double> of) {
        return cost(of.get(place)) + " with " + place.words();
    }

    private static TreeMap<Place, Double> medians(List<EvictionCost> costs, Removal removal) {
        TreeMap<Place, List<Double>> all = new TreeMap<>();
        costs.stream().filter(c -> c.removal().equals(removal.label())).forEach(c ->
                all.computeIfAbsent(new Place(c.batch(), c.window()), p -> new ArrayList<>()).add(c.moving()));
        TreeMap<Place, Double> medians = new TreeMap<>();
        all.forEach((place, of) -> medians.put(place, MovingLines.median(of)));
        return medians;
    }

    /** @return what of an evicting step's time need not be, as a paragraph; empty if no step evicts */
    static String steps(List<StepCost> costs) {
        List<StepCost> closing = costs.stream().filter(c -> c.closing() != null)
                .sorted(Comparator.comparingDouble(StepCost::closing).reversed()).toList();
        if (!closing.isEmpty()) {
            return closing(closing);
        }
        List<String> sentences = new ArrayList<>();
        if (costs.stream().anyMatch(c -> Removal.REPLACE.label().equals(c.removal()))) {
            sentences.add("With removal=replace eviction is choosing, and moving as many entries as go, at most: they fill the gaps.");
        }
        if (costs.stream().anyMatch(c -> Removal.COMPACT.label().equals(c.removal()))) {
            sentences.add("With removal=compact eviction is choosing, and closing the gap: all entries behind the one that goes"
                    + " move, up to a whole window of them. No strategy needs that, since attention does not care in which slot an"
                    + " entry lies.");
        }
        if (!sentences.isEmpty()) {
            sentences.add("How much closing gaps takes is seen where both were measured: -p removal=replace,compact.");
        }
        return String.join(" ", sentences);
    }

    /** @param costs of those that close gaps, what takes most first */
    private static String closing(List<StepCost> costs) {
        StepCost most = costs.get(0);
        if (most.closing() <= 0) {
            return "Closing gaps takes nothing here that these times show (" + most.name() + ").";
        }
        // a part is no more than the whole
        List<StepCost> told = costs.stream().filter(c -> c.eviction() > 0 && c.closing() <= c.eviction()).toList();
        if (told.isEmpty() || told.get(0).closing() <= 0) {
            return "What closing gaps takes is lost in what these times differ by: " + part(most) + ".";
        }
        most = told.get(0);
        StepCost least = told.get(told.size() - 1);
        return "Closing gaps takes " + part(most) + (told.size() == 1 ? "" : "; at the other end "
                + (least.closing() > 0 ? part(least) : "nothing that shows (" + least.name() + ")"))
                + ". The rest is choosing, and one entry that fills the gap. That is all that eviction has to take: with"
                + " removal=replace the same entries stay, and the tokens are the same.";
    }

    private static String part(StepCost cost) {
        return micros(1e3 * cost.closing()) + " of the " + micros(1e3 * cost.eviction()) + " of eviction a step (" + cost.name() + ")";
    }

    /** @return what moving takes by each removal, from the least to the most, of all strategies together */
    static String range(MovingLines moving) {
        List<String> parts = new ArrayList<>();
        for (Removal removal : Removal.values()) {
            DoubleSummaryStatistics of = moving.lines().stream().filter(l -> l.removal() == removal.ordinal())
                    .flatMapToDouble(l -> DoubleStream.of(l.micros())).summaryStatistics();
            if (of.getCount() > 0) {
                parts.add(removal.label() + " from " + cost(of.getMin()) + " to " + cost(of.getMax()));
            }
        }
        return "Moving against the window, a line for each removal and number of sequences: " + String.join(", ", parts) + ".";
    }

    /** What came out below zero is no time. */
    private static String cost(double micros) {
        return micros > 0 ? micros(micros) : "nothing that shows";
    }

    /** Below a tenth of a microsecond is noise. */
    static String micros(double micros) {
        return micros < 1000 ? String.format(Locale.ROOT, "%.1f µs", micros) : Numbers.ms(micros / 1e3);
    }
}
