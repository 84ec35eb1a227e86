package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kvbench.UserError;
import dev.kvbench.runtime.cuda.CudaFailures;
import dev.kvbench.runtime.cuda.Unsupported;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which runtime comes after one that cannot be, and what is given back then. */
@Tag("native")
class RuntimesTest {

    private final List<String> closed = new ArrayList<>();

    @Test
    void autoStepsDownFromWhatIsNotSupportedAndSaysWhy() {
        StepRuntime operators = runtime("operators");
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            StepRuntime made = Runtimes.first(List.of(Runtimes.FUSED, Runtimes.TORCHSCRIPT), which ->
                    which == Runtimes.TORCHSCRIPT ? operators : which.over(runtime("under"), under -> {
                        throw new Unsupported("no room; use of memory is 99 %");
                    }));
            assertSame(operators, made);
        } finally {
            System.setErr(before);
        }
        // advice that names the runtime that is taken anyway would be none
        assertEquals("runtime=fused: no room; use of memory is 99 %; trying the next runtime",
                printed.toString(StandardCharsets.UTF_8).strip());
        assertEquals(List.of("under"), closed);
    }

    @Test
    void aRuntimeAskedForByNameSaysTheWayOut() {
        UserError error = assertThrows(UserError.class, () -> Runtimes.FUSED.over(runtime("under"), under -> {
            throw new Unsupported("no room");
        }));
        assertEquals("runtime=fused: no room; use runtime=auto", error.getMessage());
        assertEquals("runtime=fused: no room", error.reason());
    }

    /** On a device that is of no use any more another runtime would fail for no reason of its own. */
    @Test
    void autoDoesNotStepDownFromAFault() {
        RuntimeException illegal = CudaFailures.illegalAccess();
        List<Runtimes> asked = new ArrayList<>();
        RuntimeException thrown = assertThrows(RuntimeException.class, () ->
                Runtimes.first(List.of(Runtimes.FUSED, Runtimes.CUDAGRAPH, Runtimes.TORCHSCRIPT), which -> {
                    asked.add(which);
                    return which.over(runtime("under"), under -> {
                        throw illegal;
                    });
                }));
        assertSame(illegal, thrown);
        assertEquals(List.of(Runtimes.FUSED), asked);
        assertEquals(List.of("under"), closed);
        assertEquals("cannot be closed either", thrown.getSuppressed()[0].getMessage());
    }

    /** One that only notes that it was closed. */
    private StepRuntime runtime(String name) {
        return (StepRuntime) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {StepRuntime.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closed.add(name);
                        throw new IllegalStateException("cannot be closed either");
                    }
                    return null;
                });
    }
}
