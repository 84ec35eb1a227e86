package dev.kvbench.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.Cleanup;
import dev.kvbench.Progress;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.TorchModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;

/**
 * Loading of a checkpoint's weights, one tensor after the other: each is mapped from its file, goes to the device as it
 * is stored, and is converted and transposed there. The host holds no copy of it.
 */
final class WeightLoading {

    /** Below so many bytes, loading is over before a bar could be read. */
    private static final long SHOWN_FROM = 200_000_000;

    /** Reads bits as an element type, and copies between layouts and element types in one pass. */
    private static final String PLACE = """
            def room(self, source: Tensor, type: int, transposed: int, rows: int) -> Tensor:
              typed = source
              if transposed == 1:
                typed = torch.t(typed)
              size = torch.size(typed)
              size[0] = rows
              return torch.new_empty(typed, size, dtype=type)

            def place(self, source: Tensor, stored: int, transposed: int, room: Tensor, first: int) -> NoneType:
              typed = source
              if stored == 15:
                typed = torch.view_copy(source, dtype=stored)
              if transposed == 1:
                typed = torch.t(typed)
              torch.copy_(torch.narrow(room, 0, first, torch.size(typed, 0)), typed)
              return None
            """;

    private WeightLoading() {}

    /**
     * @param shape the shape, from the checkpoint's config.json
     * @param tensors the checkpoint's tensors
     * @param dtype element type to convert to
     * @param device where they go
     * @return the weights; the caller closes them
     * @throws dev.kvbench.UserError if a tensor is missing or not as the shape demands; nothing is allocated then
     */
    static Weights load(Architecture shape, CheckpointTensors tensors, Dtype dtype, Device device) {
        List<CheckpointLayout.Placed> layout = CheckpointLayout.of(shape, tensors);
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        List<NDArray> arrays = new ArrayList<>();
        long bytes = layout.stream().mapToLong(p -> bytes(p)).sum();
        try (ProgressBar progress = Progress.bytes("loading " + shape.name(), bytes, SHOWN_FROM);
                TorchModule placing = new TorchModule(PLACE, Map.of(), device)) {
            for (CheckpointLayout.Placed one : layout) {
                arrays.add(placed(one, dtype, manager, placing));
                progress.stepBy(bytes(one));
            }
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, manager);
            throw e;
        }
        return new Weights(shape, dtype, "checkpoint " + shape.name(), manager, arrays);
    }

    private static long bytes(CheckpointLayout.Placed one) {
        return one.sources().stream().mapToLong(source -> source.tensor().size()).sum();
    }

    private static PtNDArray placed(CheckpointLayout.Placed one, Dtype dtype, NDManager manager, TorchModule placing) {
        PtNDArray room = null;
        long first = 0;
        for (int i = 0; i < one.sources().size(); i++) {
            room = part(one, i, room, first, dtype, manager, placing);
            first += one.weight().parts().get(i).rows();
        }
        return room;
    }

    /** Copies a part to its rows, from the first on; the first part makes room for all. */
    private static PtNDArray part(CheckpointLayout.Placed one, int index, PtNDArray there, long first, Dtype dtype,
            NDManager manager, TorchModule placing) {
        CheckpointTensors.Located located = one.sources().get(index);
        Safetensors.Tensor tensor = located.tensor();
        Shape shape = new Shape(tensor.shape().stream().mapToLong(Long::longValue).toArray());
        // DJL makes no bfloat16 array of bytes: the bits go there as halves, and become what they are on the device
        DataType carrier = tensor.type() == StoredType.F32 ? DataType.FLOAT32 : DataType.FLOAT16;
        try (NDManager host = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                // on the CPU this is the mapped file itself
                NDArray mapped = host.create(located.map(), shape, carrier);
                NDArray moved = mapped.toDevice(manager.getDevice(), false);
                IValue source = IValue.from((PtNDArray) moved);
                IValue stored = IValue.from(Casts.scalarType(tensor.type().weights().orElseThrow()));
                IValue type = IValue.from(Casts.scalarType(dtype.dataType()));
                IValue transposed = IValue.from(one.transposed() ? 1L : 0L);
                IValue rows = IValue.from(one.weight().shape().get(0));
                IValue from = IValue.from(first)) {
            PtNDArray room = there;
            if (room == null) {
                try (IValue made = placing.run("room", source, type, transposed, rows)) {
                    room = made.toTensor((PtNDManager) manager);
                }
            }
            try (IValue into = IValue.from(room)) {
                placing.run("place", source, stored, transposed, into, from).close();
            }
            return room;
        }
    }
}
