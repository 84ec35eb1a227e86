/**
 * The command line: one class per subcommand, which reads options and hands on. May know everything; nothing knows it.
 */
package dev.kvbench.cli;
