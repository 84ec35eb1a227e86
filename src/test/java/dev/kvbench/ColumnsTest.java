package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ColumnsTest {

    @Test
    void textIsToTheLeftAndNumbersToTheRight() {
        assertEquals(List.of("a       1.5  x", "longer   10"),
                Columns.aligned(List.of(List.of("a", "1.5", "x"), List.of("longer", "10", "")), i -> i != 1));
        assertEquals(List.of("a?[31m  1"), Columns.aligned(List.of(List.of("a\u001b[31m", "1")), i -> i == 0));
        assertEquals(List.of(), Columns.aligned(List.of(), i -> true));
    }
}
