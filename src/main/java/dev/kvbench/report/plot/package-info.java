/**
 * Plots of what was computed, as PNG and SVG. Knows no page.
 */
package dev.kvbench.report.plot;
