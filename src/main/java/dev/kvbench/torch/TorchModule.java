package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.engine.PtModel;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** TorchScript methods, loaded from source. Not thread-safe; the calling thread may change between calls. */
public final class TorchModule implements AutoCloseable {

    private final PtModel model;
    private final PtSymbolBlock block;
    private final Set<String> called = new HashSet<>();
    private Thread bound;

    /**
     * @param methods the methods' source, not indented; the first parameter of each is {@code self}
     * @param attributes what {@code self} has: Integer or Double values
     * @param device the device that the module's arguments are on
     */
    public TorchModule(String methods, Map<String, Number> attributes, Device device) {
        model = (PtModel) Model.newInstance("methods", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(TorchScriptArchive.pack(methods, attributes)), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException("the TorchScript does not load", e);
        }
        block = (PtSymbolBlock) model.getBlock();
    }

    /**
     * @param method a method's name
     * @param arguments its arguments without self
     * @return its result; the caller closes it
     */
    public IValue run(String method, IValue... arguments) {
        // The profiling executor respecialises on every new cache length; its switch is per thread. Only a method's first call
        // has it on: then the methods that it calls are inlined, which the host would pay for at every step otherwise.
        boolean first = called.add(method);
        if (first || bound != Thread.currentThread()) {
            bound = Thread.currentThread();
            JniUtils.setGraphExecutorOptimize(first);
        }
        try {
            return IValueUtils.runMethod(block, method, arguments);
        } finally {
            if (first) {
                JniUtils.setGraphExecutorOptimize(false);
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
