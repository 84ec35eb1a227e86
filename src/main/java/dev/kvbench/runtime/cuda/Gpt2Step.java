package dev.kvbench.runtime.cuda;

import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/** {@code struct Step} of cuda/step.cuh in host memory, field by field: see there. Addresses are the device's. */
@FieldOrder({"layers", "tokens", "positions", "gain", "shift", "token", "position", "logits", "cache", "scores",
    "origins", "steps", "hostToken", "x", "qkv", "partial", "raw", "hidden", "best", "chosen", "moves", "counters", "tag", "n",
    "advance", "capacity", "splits", "scoring", "removal", "dropped", "first", "recent"})
public final class Gpt2Step extends Structure {

    public long layers;
    public long tokens;
    public long positions;
    public long gain;
    public long shift;
    public long token;
    public long position;
    public long logits;
    public long cache;
    public long scores;
    public long origins;
    public long steps;
    public long hostToken;
    public long x;
    public long qkv;
    public long partial;
    public long raw;
    public long hidden;
    public long best;
    public long chosen;
    public long moves;
    public long counters;
    public int tag;
    public int n;
    public int advance;
    public int capacity;
    public int splits;
    public int scoring;
    public int removal;
    public int dropped;
    public int first;
    public int recent;

    private final int tagAt = fieldOffset("tag");
    private final int nAt = fieldOffset("n");
    private final int advanceAt = fieldOffset("advance");
    private final int splitsAt = fieldOffset("splits");
    private final int droppedAt = fieldOffset("dropped");

    /** Writes what changes from step to step: straight to memory, since writing all fields takes microseconds. */
    void set(int tag, int n, int advance, int splits, int dropped) {
        getPointer().setInt(tagAt, tag);
        getPointer().setInt(nAt, n);
        getPointer().setInt(advanceAt, advance);
        getPointer().setInt(splitsAt, splits);
        getPointer().setInt(droppedAt, dropped);
    }
}
