package dev.kvbench.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.openjdk.jmh.runner.format.OutputFormat;

/** JMH's console output without its header and closing table, which a run of many configurations repeats. */
final class QuietBetween {

    private QuietBetween() {}

    static OutputFormat configurations(OutputFormat format) {
        return (OutputFormat) Proxy.newProxyInstance(
                QuietBetween.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> {
                    boolean repeated = method.getName().equals("startRun") || method.getName().equals("endRun")
                            || args != null && args.length == 1 && String.valueOf(args[0]).startsWith("# Run progress");
                    if (repeated) {
                        return null;
                    }
                    try {
                        return method.invoke(format, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
