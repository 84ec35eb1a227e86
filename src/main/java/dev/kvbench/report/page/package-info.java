/**
 * Pages of what was computed: sentences, tables and the data that a page's script displays, in one file. Draws no plot
 * itself.
 */
package dev.kvbench.report.page;
