/**
 * What a result says: curves, medians, where a strategy pays off, who fits into memory. Knows results, traces, how
 * results are compared, and strategies' parameters; draws and writes nothing.
 */
package dev.kvbench.report.analysis;
