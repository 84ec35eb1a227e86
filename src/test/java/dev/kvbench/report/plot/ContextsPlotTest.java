package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.ResultFolder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full caches as lines over the context, strategies level from their windows on. */
@Tag("native")
class ContextsPlotTest {

    @TempDir
    private Path folder;

    private ResultFolder crossing() throws Exception {
        return MadeResults.pinned(folder.resolve("made"), new double[][] {{0, 64, 1}, {0, 512, 2}, {0, 1024, 4}, {64, 64, 1.5}});
    }

    private BufferedImage image(ResultFolder result) throws Exception {
        Drawing drawing = ContextsPlot.drawing(List.of(LoadedResult.read(result))).orElseThrow();
        BufferedImage image = ImageIO.read(Charts.writePng(drawing, folder, "contexts").toFile());
        assertEquals(2 * Charts.WIDTH, image.getWidth());
        assertEquals(2 * drawing.height(), image.getHeight());
        return image;
    }

    @Test
    void itIsTheFirstPlotAndNoOtherShowsTheSamePoints() throws Exception {
        List<String> files = Renderer.render(crossing(), List.of(), List.of(), folder).stream().map(p -> p.getFileName().toString())
                .toList();
        assertEquals(List.of("contexts.png", "contexts.svg", "report.html"), files);
    }

    @Test
    void aStrategysLineIsLevelAndTheFullCachesRisesThroughIt() throws Exception {
        BufferedImage image = image(crossing());
        int[] full = middles(image, Charts.colour(0).getRGB());
        int[] kept = middles(image, Charts.colour(1).getRGB());
        int[] columns = IntStream.range(0, full.length).filter(x -> full[x] > 0 && kept[x] > 0).toArray();
        assertTrue(columns.length > 100, "the lines share " + columns.length + " columns");
        int first = columns[columns.length / 20];
        int last = columns[columns.length * 9 / 10];
        assertTrue(full[first] > kept[first], "at first the full cache is faster, so its line is lower");
        assertTrue(full[last] < kept[last], "at last it is slower");
        assertEquals(kept[first], kept[last], 2, "a strategy's time does not grow");
    }

    /** Names at the right are not cut. */
    @Test
    void aPublishedResultFitsItsWidth() throws Exception {
        for (String name : List.of("2026-11-26_18-13-31_5fdd0c96", "2026-11-26_11-16-43_6d3b0d4f")) {
            BufferedImage image = image(ResultFolder.open(Path.of("results", name + "_NVIDIA-H100-80GB-HBM3")));
            for (int x : new int[] {0, 1, image.getWidth() - 2, image.getWidth() - 1}) {
                assertTrue(IntStream.range(0, image.getHeight()).allMatch(y -> (image.getRGB(x, y) & 0xFFFFFF) == 0xFFFFFF),
                        name + ": something is cut at column " + x);
            }
        }
    }

    @Test
    void namesThatWouldOverlapAreSpreadAroundTheirMiddle() {
        assertArrayEquals(new double[] {50, 100}, ContextPanel.spread(new double[] {50, 100}, 0, 400), 1e-9);
        assertArrayEquals(new double[] {83, 100, 117, 300}, ContextPanel.spread(new double[] {99, 100, 101, 300}, 0, 400), 1e-9);
        assertArrayEquals(new double[] {0, 17, 34}, ContextPanel.spread(new double[] {1, 2, 3}, 0, 400), 1e-9);
        assertArrayEquals(new double[] {366, 383, 400}, ContextPanel.spread(new double[] {398, 399, 400}, 0, 400), 1e-9);
    }

    /** By column left of the names the middle of what has that colour, 0 where nothing has. */
    private static int[] middles(BufferedImage image, int colour) {
        return IntStream.range(0, image.getWidth() * 3 / 4).map(x -> (int) IntStream.range(0, image.getHeight())
                .filter(y -> image.getRGB(x, y) == colour).average().orElse(0)).toArray();
    }
}
