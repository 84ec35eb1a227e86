package dev.kvbench.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.openjdk.jmh.runner.format.OutputFormat;

/** JMH's console output without its header and closing table, which a run of many configurations repeats. */
final class QuietBetween {

    private QuietBetween() {}

    /**
     * @param format JMH's output
     * @param iterationDone called after every iteration, warm-up or not
     * @return the output to give to JMH
     */
    static OutputFormat configurations(OutputFormat format, Runnable iterationDone) {
        return (OutputFormat) Proxy.newProxyInstance(
                QuietBetween.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> {
                    boolean repeated = method.getName().equals("startRun") || method.getName().equals("endRun")
                            || args != null && args.length == 1 && String.valueOf(args[0]).startsWith("# Run progress");
                    if (repeated) {
                        return null;
                    }
                    try {
                        Object result = method.invoke(format, args);
                        if (method.getName().equals("iterationResult")) {
                            iterationDone.run();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
