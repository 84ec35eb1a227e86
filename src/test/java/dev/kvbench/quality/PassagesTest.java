package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class PassagesTest {

    /** Documents of 10, 25 and 4 tokens. */
    private static final Passages THREE = new Passages("three", "", LongStream.range(0, 39).toArray(), new int[] {0, 10, 35});

    @Test
    void piecesDoNotCrossDocumentsAndLeaveRestsOut() {
        assertArrayEquals(new int[] {0, 10, 18, 26}, THREE.pieces(8));
        assertArrayEquals(new int[] {0, 4, 10, 14, 18, 22, 26, 30, 35}, THREE.pieces(4));
        assertArrayEquals(new int[] {}, THREE.pieces(26));
    }

    @Test
    void sequencesAreSpreadOverAllPieces() {
        assertArrayEquals(new int[] {0, 18, 35}, THREE.starts(3, 4));
        assertArrayEquals(new long[][] {{0, 1, 2, 3}, {18, 19, 20, 21}, {35, 36, 37, 38}}, THREE.cut(THREE.starts(3, 4), 4));
        assertArrayEquals(new int[] {0, 10, 18, 26}, THREE.starts(4, 8));
        UserError few = assertThrows(UserError.class, () -> THREE.starts(5, 8));
        assertTrue(few.getMessage().contains("use --sequences 4"), few.getMessage());
    }

    @Test
    void tokenIdsAreReadAsTheyAre() {
        Passages ids = Passages.of("ids", "1 2\n 3\t0 ".getBytes(StandardCharsets.UTF_8), null, 4, 3);
        assertArrayEquals(new long[] {1, 2, 3, 0}, ids.tokens());
        assertEquals(64, ids.sha256().length());
        for (String bad : new String[] {"1 4", "-1", "1 x", ""}) {
            assertThrows(UserError.class, () -> Passages.of("ids", bad.getBytes(StandardCharsets.UTF_8), null, 4, 3), bad);
        }
        assertThrows(UserError.class, () -> Passages.of("ids", new byte[] {(byte) 0xff}, null, 4, 3));
    }
}
