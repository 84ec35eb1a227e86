package dev.kvbench.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.WorkloadParams;

/** JMH's results of one process each as JMH would have them had it started the processes one after the other. */
final class JoinedForks {

    private JoinedForks() {}

    /**
     * @param forks by process, in order, at least one: what JMH gave of the same configuration
     * @return one result of all, whose parameters count the processes
     */
    static List<RunResult> of(List<? extends Collection<RunResult>> forks) {
        List<List<RunResult>> byFork = forks.stream().map(f -> List.copyOf(f)).toList();
        return IntStream.range(0, byFork.get(0).size())
                .mapToObj(i -> joined(byFork.stream().map(fork -> fork.get(i)).toList())).toList();
    }

    private static RunResult joined(List<RunResult> forks) {
        List<BenchmarkResult> results = new ArrayList<>();
        forks.forEach(fork -> results.addAll(fork.getBenchmarkResults()));
        return new RunResult(counted(forks.get(0).getParams(), forks.size()), results);
    }

    /** JMH's parameters have no way to change one of them. */
    private static BenchmarkParams counted(BenchmarkParams of, int forks) {
        WorkloadParams params = new WorkloadParams();
        int place = 0;
        for (String key : of.getParamsKeys()) {
            params.put(key, of.getParam(key), place++);
        }
        return new BenchmarkParams(of.getBenchmark(), of.generatedBenchmark(), of.shouldSynchIterations(), of.getThreads(),
                of.getThreadGroups(), of.getThreadGroupLabels(), forks, of.getWarmupForks(), of.getWarmup(), of.getMeasurement(),
                of.getMode(), params, of.getTimeUnit(), of.getOpsPerInvocation(), of.getJvm(), of.getJvmArgs(), of.getJdkVersion(),
                of.getVmName(), of.getVmVersion(), of.getJmhVersion(), of.getTimeout());
    }
}
