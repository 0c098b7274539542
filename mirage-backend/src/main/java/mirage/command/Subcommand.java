package mirage.command;

import java.util.concurrent.Callable;

/**
 * A command below {@code mirage}, annotated with picocli's {@code @Command}. Other modules bring theirs (such as
 * {@code serve}) through {@link java.util.ServiceLoader}; the result of the call is the exit code.
 */
public interface Subcommand extends Callable<Integer> {}
