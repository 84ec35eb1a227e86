package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which file is the run-time compiler: pip's and the toolkit's names, and those of the libtorch for C++. */
@Tag("unit")
class NvrtcTest {

    @ParameterizedTest
    @CsvSource({"libnvrtc.so.12, true", "libnvrtc.so, true", "libnvrtc-b51b459d.so.12, true", "libnvrtc.so.12.8.61, true",
            "libnvrtc-builtins.so.12.8, false", "libnvrtc.alt.so.13, false", "libnvrtc-builtins.so, false"})
    void isToldByItsName(String name, boolean compiler) {
        assertEquals(compiler, Nvrtc.NAME.matcher(name).matches(), name);
    }
}
