/**
 * Two builds whose processes run in turn, so that drift of the machine favours none: builds, rounds of processes, and one result of
 * each build made of what its processes left.
 */
package dev.kvbench.ab;
