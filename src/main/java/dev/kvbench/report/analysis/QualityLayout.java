package dev.kvbench.report.analysis;

import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.strategy.Strategies;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What plots and page of a quality result share: the order of strategies and windows, and captions. */
public final class QualityLayout {

    /** The strategy that every other one must beat: it keeps entries at random. */
    public static final String CONTROL = Strategies.RANDOM.label();

    /** What a loss is, for axes. */
    public static final String LOSS = "nats per token above the full cache";

    private QualityLayout() {}

    /**
     * @param quality a result
     * @param about what else a plot or page is about, may be empty
     * @return a title: the model, its dtype, the text and that
     */
    public static String title(QualityFile quality, String about) {
        return quality.model().name() + " · " + quality.model().dtype() + " · " + quality.text().name()
                + (about.isEmpty() ? "" : " · " + about);
    }

    /** @return which tokens an aggregate is over, in words */
    public static String tokens(QualityFile quality) {
        Integer late = quality.setting().lateFrom();
        return "tokens " + (late == null ? 1 : late + 1) + "–" + quality.text().steps() + " of "
                + quality.text().starts().length + " sequences";
    }

    /** @return configurations that evict, by strategy, by ascending window */
    public static Map<String, List<Configuration>> byStrategy(QualityFile quality) {
        return quality.configurations().stream().filter(c -> c.window() != null)
                .sorted((a, b) -> Integer.compare(a.window(), b.window()))
                .collect(Collectors.groupingBy(Configuration::strategy, () -> new TreeMap<>(
                        Comparator.comparingInt(QualityLayout::curve).thenComparing(Comparator.naturalOrder())),
                        Collectors.toList()));
    }

    /** @return windows of a result, ascending */
    public static List<Integer> windows(QualityFile quality) {
        return quality.configurations().stream().map(Configuration::window).filter(Objects::nonNull).distinct().sorted()
                .toList();
    }

    /** @return the window that plots for one window show: the middle one */
    public static int middle(QualityFile quality) {
        List<Integer> windows = windows(quality);
        return windows.get((windows.size() - 1) / 2);
    }

    /** @return number of a strategy's curve, the same in every plot */
    public static int curve(String strategy) {
        return Math.max(0, Strategies.labels().indexOf(strategy) - 1);
    }
}
