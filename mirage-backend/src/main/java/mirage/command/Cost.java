package mirage.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Wall and processor seconds of one thing done. */
record Cost(double wall, double cpu) {
    /** Something to measure. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    static Cost of(Work work) throws IOException {
        long cpu = cpuNanos();
        long wall = System.nanoTime();
        work.run();
        return new Cost((System.nanoTime() - wall) / 1e9, (cpuNanos() - cpu) / 1e9);
    }

    /** Processor time of this whole process: of compilers and collectors too. */
    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
