package dev.kvbench.compare;

import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Whether verdicts can be trusted on a given result: its iterations are dealt at random to two sides, again and again.
 * Nothing differs between them, so nothing should be reported; with one side slowed down, everything should be.
 *
 * @param repetitions how often
 * @param quiet how often no row was called changed
 * @param found how often every row of the slowed side was called regressed
 * @param slowdown what it was slowed by
 */
public record SelfCheck(int repetitions, int quiet, int found, double slowdown) {

    private static final int SEED = 1;
    private static final double ENOUGH = 0.95;

    /**
     * @param result a result, see {@link Side#open}
     * @param results the folder where commits' results are looked for
     * @param threshold relative change that counts as noise
     * @param alpha significance after correction
     * @param slowdown such as 0.1
     * @param repetitions how often
     * @return what came of it
     * @throws UserError if the result has too few iterations for any verdict
     */
    public static SelfCheck of(String result, Path results, double threshold, double alpha, double slowdown, int repetitions) {
        Side side = Side.open(result, results);
        side.passedOver().forEach(line -> System.err.println("passed over: " + line));
        List<Samples> whole = new ArrayList<>();
        for (Samples samples : side.samples()) {
            if (Statistics.median(samples.values()) == 0) {
                System.err.println("passed over: " + ForeignText.printable(samples.benchmark() + " " + samples.params())
                        + ": its median is 0, which no slowdown changes");
            } else {
                whole.add(samples);
            }
        }
        if (whole.isEmpty()) {
            throw new UserError(result + ": every median is 0, which no slowdown changes");
        }
        Random random = new Random(SEED);
        // whole processes are dealt where each half gets enough of them for a verdict, else iterations
        int enough = 2 * Statistics.samplesThatCouldTell(whole.size(), alpha);
        boolean byFork = whole.stream().allMatch(s -> s.forks().length >= enough);
        int quiet = 0;
        int found = 0;
        for (int i = 0; i < repetitions; i++) {
            List<Samples> left = new ArrayList<>();
            List<Samples> right = new ArrayList<>();
            List<Samples> slowed = new ArrayList<>();
            for (Samples samples : whole) {
                List<double[]> dealt = new ArrayList<>(byFork ? List.of(samples.forks())
                        : Arrays.stream(samples.values()).mapToObj(v -> new double[] {v}).toList());
                Collections.shuffle(dealt, random);
                int half = dealt.size() / 2;
                left.add(with(samples, dealt.subList(0, half), 1));
                right.add(with(samples, dealt.subList(half, dealt.size()), 1));
                slowed.add(with(samples, dealt.subList(half, dealt.size()), samples.higherIsBetter() ? 1 / (1 + slowdown) : 1 + slowdown));
            }
            List<Comparison.Row> same = rows(left, right, threshold, alpha);
            same.stream().filter(r -> r.verdict() == Verdict.TOO_FEW).findFirst().ifPresent(row -> {
                throw new UserError(result + ": " + row.benchmark() + " " + row.params() + " has " + (row.oldSamples() + row.nowSamples())
                        + " iterations; a self-check needs " + 2 * row.neededSamples() + " of each configuration (-i)");
            });
            quiet += same.stream().noneMatch(r -> r.verdict() == Verdict.IMPROVED || r.verdict() == Verdict.REGRESSED) ? 1 : 0;
            found += rows(left, slowed, threshold, alpha).stream().allMatch(r -> r.verdict() == Verdict.REGRESSED) ? 1 : 0;
        }
        return new SelfCheck(repetitions, quiet, found, slowdown);
    }

    private static Samples with(Samples samples, List<double[]> forks, double factor) {
        double[][] scaled = Samples.scaled(forks.stream(), factor);
        return new Samples(samples.benchmark(), samples.mode(), samples.params(), samples.ran(), scaled,
                Samples.best(scaled, samples.mode()), samples.unit(), new double[0]);
    }

    private static List<Comparison.Row> rows(List<Samples> old, List<Samples> now, double threshold, double alpha) {
        return Comparison.of(new Side("one half", old, List.of()), new Side("the other", now, List.of()),
                threshold, alpha, row -> true).rows();
    }

    /** @return whether both happened in at least 95 % of the repetitions */
    public boolean passed() {
        return quiet >= ENOUGH * repetitions && found >= ENOUGH * repetitions;
    }
}
