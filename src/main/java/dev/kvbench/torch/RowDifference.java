package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/**
 * By how much rows of two matrices differ, such as the logits of many sequences. They are compared where the second one is, in
 * double precision and some rows at a time, so that next to no memory is taken there.
 */
public final class RowDifference {

    /** Elements that are compared at once. */
    private static final int ELEMENTS = 1 << 20;

    /** PyTorch's number of double precision: c10/core/ScalarType.h. */
    private static final String DOUBLE = "7";

    private static TorchModule module;

    private RowDifference() {}

    /**
     * @param expected a matrix of any floating element type, on any device
     * @param actual one of the same shape, on any device
     * @return the largest ‖actual − expected‖ / ‖expected‖ of a row; 0 where nothing differs, NaN or infinite if there is no telling
     */
    public static double largest(PtNDArray expected, PtNDArray actual) {
        long rows = Math.max(1, ELEMENTS / Math.max(1, actual.getShape().get(1)));
        try (IValue e = IValue.from(expected);
                IValue a = IValue.from(actual);
                IValue some = IValue.from(rows);
                IValue result = module().run("largest", e, a, some);
                PtNDArray answer = result.toTensor((PtNDManager) actual.getManager())) {
            return OnHost.read(answer, PtNDArray::getDouble);
        }
    }

    private static synchronized TorchModule module() {
        if (module == null) {
            module = new TorchModule("""
                    def largest(self, expected: Tensor, actual: Tensor, rows: int) -> Tensor:
                      worst = torch.zeros([], dtype=DOUBLE, device=actual.device)
                      for begin in range(0, actual.size(0), rows):
                        a = torch.to(torch.slice(actual, 0, begin, begin + rows), DOUBLE)
                        e = torch.to(torch.to(torch.slice(expected, 0, begin, begin + rows), actual.device, actual.dtype), DOUBLE)
                        difference = torch.norm(a - e, 2, [1])
                        share = torch.where(torch.eq(difference, 0), difference, difference / torch.norm(e, 2, [1]))
                        worst = torch.maximum(worst, torch.amax(share, [0]))
                      return worst
                    """.replace("DOUBLE", DOUBLE), Map.of(), Device.cpu());
        }
        return module;
    }
}
