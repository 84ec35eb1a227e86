package dev.kvbench.cli;

import ai.djl.util.Utils;
import com.sun.management.OperatingSystemMXBean;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.HubCache;
import dev.kvbench.doctor.Diagnosis;
import dev.kvbench.doctor.Host;
import dev.kvbench.doctor.MachineState;
import dev.kvbench.doctor.SmokeOutcome;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.host.Machine;
import dev.kvbench.host.Source;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: what this machine offers a run, and what is missing, in words. */
@Command(name = "doctor", header = "Says what this machine has for a run, and what is missing.",
        description = "That is which device, libtorch, JNI library and weights this machine has, whether they"
                + " work together, and what to do if not. Exit code 1 if they do not.")
final class DoctorCommand implements Callable<Integer> {

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Option(names = "--json", description = "prints all of it as JSON, with what the card says of itself")
    private boolean json;

    private final List<Diagnosis.Finding> found = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        say("kvbench", BuildProperties.get("version") + ", " + Source.built().describe());
        say("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
        say("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        say("cpu", Machine.cpu() + ", " + Runtime.getRuntime().availableProcessors() + " processors, "
                + memoryGigabytes());
        // the test runs in a process of its own: a JNI library that does not fit can take it down
        SmokeOutcome smoke = SmokeOutcome.run();
        found.addAll(Diagnosis.of(BuildProperties.get("djl"), smoke, Utils.getEngineCacheDir("pytorch"), Host.here()).findings());
        MachineState machine = MachineState.here();
        found.addAll(machine.findings());
        weights();
        DoctorReport report = new DoctorReport(smoke.passed(), found, machine.readings());
        System.out.print(json ? report.json() : report.text());
        return smoke.passed() ? 0 : 1;
    }

    private void weights() {
        HubCache hub = HubCache.of(System.getenv());
        List<String> models;
        try {
            models = hub.models();
        } catch (UserError e) {
            say("weights", e.getMessage());
            return;
        }
        say("weights", models.isEmpty()
                ? "no checkpoint that runs here under " + hub.folder() + "; runs use synthetic weights, which give the same latency;"
                        + " `fetch gpt2-large` gets real ones"
                : String.join(", ", models) + " under " + hub.folder() + "; runs of these models use them");
    }

    private static String memoryGigabytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean sun
                ? Math.round(sun.getTotalMemorySize() / 1e9) + " GB of memory"
                : "memory unknown";
    }

    private void say(String what, String text) {
        found.add(new Diagnosis.Finding(what, true, text));
    }
}
