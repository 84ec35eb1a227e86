package dev.kvbench.report;
/** PLACEHOLDER: to be overwritten by the report author. */
public final class Renderer {
    public static java.util.List<java.nio.file.Path> render(dev.kvbench.results.ResultFolder folder) throws java.io.IOException { return java.util.List.of(); }
}
