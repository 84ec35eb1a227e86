package dev.kvbench.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processes that compute on a card beside the benchmark. */
final class Others {

    private Others() {}

    /**
     * @param all processes on the card that this process has a context on
     * @return those that are neither this one nor the one that started it
     */
    static List<Long> than(List<Long> all) {
        ProcessHandle self = ProcessHandle.current();
        Optional<Long> parent = self.parent().map(ProcessHandle::pid);
        return than(all, self.pid(), parent.orElse(self.pid()));
    }

    /** In a container the driver has numbers of the host, by which no process knows itself: one of them is this one then. */
    static List<Long> than(List<Long> all, long self, long parent) {
        List<Long> others = new ArrayList<>(all);
        boolean known = others.remove(self);
        others.remove(parent);
        return known || others.isEmpty() ? others : others.subList(1, others.size());
    }
}
