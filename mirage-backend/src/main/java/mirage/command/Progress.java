package mirage.command;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.io.Console;

/** A bar with rate and time left on standard error; nothing when nobody looks. */
final class Progress implements AutoCloseable {
    private final ProgressBar bar;

    private Progress(ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * @param bytes how many there will be
     */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again where there is no terminal.
    static Progress of(String task, long bytes) {
        Console console = System.console();
        boolean watched = console != null && console.isTerminal();
        ProgressBarBuilder builder =
                new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(bytes)
                        .setUnit(" MB", 1_000_000)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(watched ? 200 : Integer.MAX_VALUE)
                        .showSpeed();
        if (!watched) {
            builder.setConsumer(new Nobody());
        }
        return new Progress(builder.build());
    }

    void add(long bytes) {
        bar.stepBy(bytes);
    }

    @Override
    public void close() {
        bar.close();
    }

    private static final class Nobody implements me.tongfei.progressbar.ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return 80;
        }

        @Override
        public void accept(String rendered) {}

        @Override
        public void close() {}
    }
}
