package dev.kvbench.bench;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.options.Options;

/** What JMH's own parser does not tell of a command line. */
final class CommandLine {

    private CommandLine() {}

    /**
     * @param arguments the command line
     * @return names that {@code -p NAME=…} gave, known to a benchmark or not
     */
    static List<String> parameterNames(List<String> arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).equals("-p") && arguments.get(i + 1).contains("=")) {
                names.add(arguments.get(i + 1).split("=", 2)[0]);
            }
        }
        return names;
    }

    /**
     * JMH adds the patterns of a parent to those of its child, so a child that runs one benchmark of several needs
     * a parent that names none.
     *
     * @param options JMH's options
     * @return the same, with no benchmark named
     */
    static Options withoutIncludes(Options options) {
        return (Options) Proxy.newProxyInstance(
                CommandLine.class.getClassLoader(), new Class<?>[] {Options.class},
                new NoIncludes(options));
    }

    /** JMH sends options to its forks. */
    private record NoIncludes(Options options) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws ReflectiveOperationException {
            return method.getName().equals("getIncludes") ? List.of() : method.invoke(options, arguments);
        }
    }
}
