package dev.kvbench.report.analysis;

import dev.kvbench.report.analysis.Throughput.Line;
import dev.kvbench.report.analysis.Throughput.Spot;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tokens per second against what predictions lose. A rate has the loss of the same strategy that keeps the same part of a text, in
 * results of {@code quality}: texts there are mostly far shorter than contexts here.
 *
 * @param panels a budget and context each, the longest context of each budget first
 * @param unmatched what has no loss, or one that is not quite its own, a phrase each
 */
public record RateLosses(List<Panel> panels, List<String> unmatched) {

    /**
     * A result of {@code quality}.
     *
     * @param name its folder's
     * @param file what it says
     */
    public record Source(String name, QualityFile file) {

        private String model() {
            return last(file.model().name());
        }

        /** Which text was predicted, and by what. */
        String words() {
            return file.model().name() + ", " + file.model().dtype() + ", texts of " + file.text().steps() + " tokens of "
                    + file.text().name();
        }
    }

    /**
     * One budget and context.
     *
     * @param spot which
     * @param source where losses are from
     * @param otherModel in words that this is another model; null if it is not
     * @param points rates that have a loss, the full cache's among them
     */
    public record Panel(Spot spot, Source source, String otherModel, List<Point> points) {

        /** @return the Pareto front, which makes more tokens per second only for a greater loss; the least loss first */
        public List<Point> front() {
            return ParetoFront.of(points, p -> p.loss.value(), p -> -p.rate.rate());
        }

        /** @return of which model losses are, in which texts */
        public String losses() {
            return "losses of " + source.words();
        }
    }

    /**
     * A rate with its loss.
     *
     * @param line the strategy
     * @param rate tokens per second
     * @param loss nats per token above the full cache
     */
    public record Point(Line line, RatePoint rate, Estimate loss) {}

    /**
     * @param throughput rates
     * @param sources results of {@code quality}; a panel takes the first of its own model, else the first
     * @return those that have at least two points of which one evicts; no panels if there are none
     */
    public static RateLosses of(Throughput throughput, List<Source> sources) {
        List<Panel> panels = new ArrayList<>();
        Set<String> unmatched = new LinkedHashSet<>();
        for (Spot spot : sources.isEmpty() ? List.<Spot>of() : throughput.spots()) {
            RatePoint any = spot.panel().at(spot.context()).get(0);
            String model = last(String.valueOf(any.configuration().params().get("model")));
            Optional<Source> own = sources.stream().filter(s -> s.model().equals(model)).findFirst();
            Source source = own.orElse(sources.get(0));
            List<Point> points = new ArrayList<>();
            for (Line line : spot.panel().lines()) {
                line.at(spot.context()).map(Throughput.Cell::best).ifPresent(rate -> {
                    Optional<QualityFile.Configuration> match = match(rate, source.file());
                    match.flatMap(c -> otherHeavyHitters(line, rate, c)).ifPresent(unmatched::add);
                    loss(rate, match, source.file()).ifPresentOrElse(loss -> points.add(new Point(line, rate, loss)),
                            () -> unmatched.add(line.brief() + " at " + spot.context() + " tokens keeps " + percent(rate.share())
                                    + ": no loss of that"));
                });
            }
            if (points.size() > 1 && points.stream().anyMatch(p -> p.rate.share() < 1)) {
                panels.add(new Panel(spot, source, own.isPresent() ? null : "losses are of another model: " + source.model() + ", not "
                        + model, points));
            }
        }
        return new RateLosses(panels, List.copyOf(unmatched));
    }

    /** Of what keeps everything nothing is lost. */
    private static Optional<Estimate> loss(RatePoint rate, Optional<QualityFile.Configuration> match, QualityFile file) {
        return rate.share() == 1 ? Optional.of(file.full().map(c -> c.decisive().nllIncrease()).orElse(new Estimate(0, 0, 0)))
                : match.map(c -> c.decisive().nllIncrease());
    }

    /** The same strategy with the same part of the text, to the nearest entry; of several numbers of heavy hitters the nearest part. */
    private static Optional<QualityFile.Configuration> match(RatePoint rate, QualityFile file) {
        double window = rate.share() * file.text().steps();
        String strategy = rate.configuration().params().get(StrategyParameters.STRATEGY);
        return rate.share() == 1 ? Optional.empty() : file.configurations().stream().filter(c -> c.scored() && c.strategy().equals(strategy)
                && c.window() != null && Math.abs(c.window() - window) < 1)
                .min(Comparator.comparingDouble(c -> Math.abs(heavy(c) - heavy(rate))));
    }

    private static double heavy(QualityFile.Configuration c) {
        return c.heavyHitters() == null ? 0 : c.heavyHitters() / (double) c.window();
    }

    private static double heavy(RatePoint rate) {
        StrategyParameters parameters = StrategyParameters.recorded(rate.configuration().params());
        return parameters.get(Parameter.HEAVY_HITTERS) / (double) parameters.get(Parameter.WINDOW);
    }

    private static Optional<String> otherHeavyHitters(Line line, RatePoint rate, QualityFile.Configuration c) {
        boolean same = c.heavyHitters() == null || Math.abs(heavy(c) - heavy(rate)) * c.window() < 1;
        return same ? Optional.empty() : Optional.of(line.brief() + " has "
                + percent(heavy(rate)) + " of its window for heavy hitters, its loss is of " + percent(heavy(c)));
    }

    /** @return what must be known of the losses, a phrase each: that they are of another model or mean nothing, and of which texts */
    public List<String> notes() {
        Stream<String> doubts = panels.stream().flatMap(p -> Stream.of(Optional.ofNullable(p.otherModel),
                Optional.of("weights of " + p.source.model() + " are synthetic: its losses mean nothing")
                        .filter(n -> "synthetic".equals(p.source.file.model().weights()))).flatMap(Optional::stream));
        return Stream.concat(doubts, panels.stream().map(Panel::losses)).distinct().toList();
    }

    /**
     * @param panel one of these
     * @return its Pareto front in a sentence, from what loses nothing to what makes most
     */
    public static String sentence(Panel panel) {
        Optional<RatePoint> full = panel.spot.panel().full(panel.spot.context());
        List<String> parts = panel.front().stream().map(p -> p.line.brief() + " makes " + ThroughputAnswers.rate(p.rate.rate())
                + (full.isEmpty() || p.rate.isFull() ? "" : String.format(Locale.ROOT, ", %.2f times the full cache's,",
                        p.rate.rate() / full.get().rate())) + loses(p)).toList();
        return (panel.otherModel == null ? "" : panel.otherModel.substring(0, 1).toUpperCase(Locale.ROOT) + panel.otherModel.substring(1)
                + ". ") + "With " + panel.spot.name() + ", tokens per second against loss: "
                + parts.stream().collect(Collectors.joining("; ")) + (panel.points.size() > panel.front().size()
                ? ". Of " + panel.points.size() + " configurations no other is on the Pareto front." : ".");
    }

    private static String loses(Point p) {
        return p.rate.share() == 1 ? " and loses nothing" : " and loses " + Numbers.nats(p.loss.value()) + " nats per token"
                + (p.loss.low() <= 0 && p.loss.high() >= 0 ? " (cannot be told from none)" : "");
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.1 ? "%.1f %%" : "%.0f %%", 100 * part);
    }

    /** A model's name without the folder that it is in. */
    private static String last(String model) {
        return model.substring(model.replaceFirst("/+$", "").lastIndexOf('/') + 1).replaceFirst("/+$", "");
    }
}
