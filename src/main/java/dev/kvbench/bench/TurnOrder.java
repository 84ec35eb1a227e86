package dev.kvbench.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order in which processes of several kinds run in turn, so that a machine that becomes slower or faster meanwhile favours none:
 * A B B A B A A B B A A B A B B A of two kinds, which is Thue and Morse's sequence. Rounds come in pairs, the second backwards, which
 * cancels what changes steadily. Each pair begins with the kind that the sequence of as many letters as there are kinds names
 * (J.-P. Allouche and J. Shallit, "The Ubiquitous Prouhet-Thue-Morse Sequence", 1999), so that no kind keeps one place in
 * its round, and no cycle of the machine's keeps step with one.
 */
public final class TurnOrder {

    /**
     * One process, or all of a configuration.
     *
     * @param kind whose, from 0 on
     * @param fork which of its processes, from 1 on; {@link #ALL} for as many as there are, at once or one after the other
     */
    public record Turn(int kind, int fork) {

        /** Value of {@code fork} where JMH is left to start processes. */
        public static final int ALL = 0;
    }

    private TurnOrder() {}

    /**
     * @param kinds how many there are, at least one
     * @param round from 0 on
     * @return the kinds in the order in which they run in this round
     */
    public static List<Integer> round(int kinds, int round) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, kinds).boxed().toList());
        Collections.rotate(order, -letter(kinds, round / 2));
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    /** The letter at a place of Thue and Morse's sequence of so many: the sum of the place's digits to that base. */
    private static int letter(int letters, int place) {
        int sum = 0;
        for (int rest = place; letters > 1 && rest > 0; rest /= letters) {
            sum += rest % letters;
        }
        return sum % letters;
    }

    /**
     * @param forks how many processes each kind has; one with none, which runs in this process, has one turn
     * @return the turns of all, round by round: whoever has had all of its own is left out of further rounds
     */
    static List<Turn> inTurn(int... forks) {
        List<Turn> turns = new ArrayList<>();
        for (int round = 0; round < Math.max(1, Arrays.stream(forks).max().orElse(0)); round++) {
            for (int kind : round(forks.length, round)) {
                if (forks[kind] > round) {
                    turns.add(new Turn(kind, round + 1));
                } else if (forks[kind] == 0 && round == 0) {
                    turns.add(new Turn(kind, Turn.ALL));
                }
            }
        }
        return turns;
    }

    /**
     * @param kinds how many there are
     * @return the order of JMH: all of one before any of the next
     */
    static List<Turn> oneAfterTheOther(int kinds) {
        return IntStream.range(0, kinds).mapToObj(kind -> new Turn(kind, Turn.ALL)).toList();
    }
}
