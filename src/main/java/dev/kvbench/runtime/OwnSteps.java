package dev.kvbench.runtime;

/** A runtime with steps of its own. What happens outside of them, and the timing on the device, is that of the operators. */
public abstract class OwnSteps implements StepRuntime {

    /** The operators, on the same cache; the subclass closes them. */
    protected final TorchScriptRuntime operators;

    /** @param operators a runtime on the same cache */
    protected OwnSteps(TorchScriptRuntime operators) {
        this.operators = operators;
    }

    @Override
    public AttentionForm attention() {
        return operators.attention();
    }

    @Override
    public void reset() {
        operators.reset();
    }

    @Override
    public void force() {
        operators.force();
    }

    @Override
    public void prefill(long[] tokens, int chunk, int position) {
        operators.prefill(tokens, chunk, position);
    }

    @Override
    public void draw(int real, int length, int position) {
        operators.draw(real, length, position);
    }

    @Override
    public void timeOnDevice(boolean on) {
        operators.timeOnDevice(on);
    }

    @Override
    public long deviceNanos() {
        return operators.deviceNanos();
    }
}
