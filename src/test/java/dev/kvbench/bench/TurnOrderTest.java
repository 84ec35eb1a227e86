package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.bench.TurnOrder.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class TurnOrderTest {

    private static String letters(int kinds, int rounds) {
        return IntStream.range(0, rounds).boxed().flatMap(r -> TurnOrder.round(kinds, r).stream())
                .map(kind -> String.valueOf((char) ('A' + kind))).collect(Collectors.joining());
    }

    /** The first 32 letters, as A010060 of the On-Line Encyclopedia of Integer Sequences has them, 0 for A. */
    @Test
    void twoKindsRunAsThueAndMorseSay() {
        assertEquals("01101001100101101001011001101001", letters(2, 16).replace('A', '0').replace('B', '1'));
    }

    @Test
    void ofThreeEachTakesEveryPlaceOfItsRound() {
        assertEquals("ABCCBA" + "BCAACB" + "CABBAC", letters(3, 6));
        for (int kinds = 1; kinds <= 7; kinds++) {
            for (int kind = 0; kind < kinds; kind++) {
                Set<Integer> places = new HashSet<>();
                for (int round = 0; round < 2 * kinds; round++) {
                    assertEquals(kinds, new HashSet<>(TurnOrder.round(kinds, round)).size(), "each once");
                    places.add(TurnOrder.round(kinds, round).indexOf(kind));
                }
                assertEquals(kinds, places.size(), kind + " of " + kinds);
            }
        }
    }

    /** What each kind would measure of a machine that changes so, all else the same: largest minus smallest mean. */
    private static double favour(int kinds, int rounds, IntToDoubleFunction machine) {
        double[] sums = new double[kinds];
        int at = 0;
        for (int round = 0; round < rounds; round++) {
            for (int kind : TurnOrder.round(kinds, round)) {
                sums[kind] += machine.applyAsDouble(at++) / rounds;
            }
        }
        return IntStream.range(0, kinds).mapToDouble(k -> sums[k]).max().orElseThrow()
                - IntStream.range(0, kinds).mapToDouble(k -> sums[k]).min().orElseThrow();
    }

    @Test
    void driftFavoursNobody() {
        for (int kinds = 2; kinds <= 6; kinds++) {
            for (int rounds = 2; rounds <= 12; rounds += 2) {
                assertEquals(0, favour(kinds, rounds, at -> at), 1e-9, "steady drift, " + kinds + " kinds in " + rounds + " rounds");
            }
        }
        assertEquals(0, favour(2, 4, at -> at * at), 1e-9, "drift that itself drifts");
        assertTrue(favour(2, 2, at -> at * at) > 1);
    }

    /** One after the other a cycle as long as the run favours one by 1.27, and A B A B lets its own cycle favour one by 2. */
    @Test
    void noCycleKeepsStepWithOne() {
        for (int period = 2; period <= 48; period++) {
            double cycle = period;
            for (int phase = 0; phase < period; phase++) {
                int begin = phase;
                double favour = favour(2, 12, at -> Math.sin(2 * Math.PI * (at + begin) / cycle));
                assertTrue(favour < 1.0, "a cycle of " + period + " from " + phase + " on favours one by " + favour);
            }
        }
    }

    @Test
    void turnsCountEachKindsProcesses() {
        assertEquals(Stream.of("0:1", "1:1", "2:1", "2:2", "0:2", "2:3", "0:3").toList(),
                TurnOrder.inTurn(3, 1, 3).stream().map(t -> t.kind() + ":" + t.fork()).toList());
        assertEquals(List.of(new Turn(0, Turn.ALL), new Turn(1, 1), new Turn(1, 2)), TurnOrder.inTurn(0, 2), "one runs in this process");
        assertEquals(List.of(new Turn(0, Turn.ALL), new Turn(1, Turn.ALL)), TurnOrder.oneAfterTheOther(2));
        List<Turn> many = new ArrayList<>(TurnOrder.inTurn(6, 6, 6, 6, 6));
        assertEquals(30, new HashSet<>(many).size());
    }
}
