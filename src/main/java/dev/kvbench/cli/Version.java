package dev.kvbench.cli;

import dev.kvbench.host.BuildProperties;
import dev.kvbench.host.Source;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: this project and what it is built on. Which libtorch a machine has, {@code doctor} says. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        Source source = Source.built();
        String commit = source.commit() == null ? "unknown"
                : source.commit() + (Boolean.TRUE.equals(source.dirty()) ? ", with uncommitted changes" : "");
        return new String[] {
            "kvbench " + BuildProperties.get("version"),
            "commit " + commit,
            "JMH " + BuildProperties.get("jmh") + ", DJL " + BuildProperties.get("djl") + " for libtorch "
                    + BuildProperties.get("libtorch")
        };
    }
}
