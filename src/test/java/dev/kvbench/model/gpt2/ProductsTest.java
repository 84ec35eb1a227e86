package dev.kvbench.model.gpt2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import dev.kvbench.model.Dtype;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forms of products that only some models can take. */
@Tag("unit")
class ProductsTest {

    private static Gpt2Config with(int inner, Activation activation) {
        return new Gpt2Config("m", 2, 4, 64, 211, 128, 1e-5, inner, activation, 0);
    }

    @Test
    void theOperatorWithGeluIsForGelusTanhFormAlone() {
        assertEquals(new Products(false, 1, true, true), Products.of(with(256, Activation.GELU_NEW), Dtype.FP16, Device.gpu(), 1));
        for (Activation other : new Activation[] {Activation.GELU, Activation.RELU, Activation.SILU, Activation.TANH}) {
            assertEquals(new Products(false, 1, false, false), Products.of(with(256, other), Dtype.FP16, Device.gpu(), 1));
        }
    }

    @Test
    void piecesDivideBothInnerDimensions() {
        assertEquals(4, Products.of(with(256, Activation.GELU_NEW), Dtype.FP32, Device.gpu(), 2).innerPieces());
        assertEquals(1, Products.of(with(250, Activation.GELU_NEW), Dtype.FP32, Device.gpu(), 2).innerPieces());
        assertEquals(1, Products.of(with(100, Activation.GELU_NEW), Dtype.FP32, Device.gpu(), 16).innerPieces());
    }
}
