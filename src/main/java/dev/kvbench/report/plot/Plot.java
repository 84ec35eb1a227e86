package dev.kvbench.report.plot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A plot that a kind of result may have.
 *
 * @param <R> what it is drawn from
 * @param name of its files
 * @param of draws it; empty if the result has nothing for it
 */
public record Plot<R>(String name, Function<R, Optional<? extends Drawing>> of) {

    /**
     * @param name of its files
     * @param of draws it as a chart; empty if the result has nothing for it
     * @param <R> what it is drawn from
     * @return that plot
     */
    public static <R> Plot<R> chart(String name, Function<R, Optional<? extends Chart<?, ?>>> of) {
        return new Plot<>(name, result -> of.apply(result).map(Drawing::of));
    }

    /**
     * @param result what it is drawn from
     * @param folder where it goes
     * @return NAME.png and NAME.svg; none if there is nothing to draw
     * @throws IOException if one cannot be written
     */
    public List<Path> write(R result, Path folder) throws IOException {
        Optional<? extends Drawing> drawing = of.apply(result);
        return drawing.isPresent() ? Charts.write(drawing.get(), folder, name) : List.of();
    }
}
