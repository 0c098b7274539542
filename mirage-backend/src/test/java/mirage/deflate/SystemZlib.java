package mirage.deflate;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * zlib as this machine has it, or the library that {@code -Dmirage.zlib=FILE} names, called as its manual says ({@code
 * zlib.h}, on a 64-bit machine): each content is given at once, with room enough for what becomes of it.
 */
final class SystemZlib {
    private static final String LIBRARY = System.getProperty("mirage.zlib", "libz.so.1");
    private static final int Z_FINISH = 4;
    private static final int Z_STREAM_END = 1;
    private static final int Z_DEFLATED = 8;
    private static final int Z_DEFAULT_STRATEGY = 0;
    private static final long STREAM_BYTES = 112;
    private static final long NEXT_IN = 0;
    private static final long AVAIL_IN = 8;
    private static final long NEXT_OUT = 24;
    private static final long AVAIL_OUT = 32;
    private static final long TOTAL_OUT = 40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    private static final MethodHandle INIT =
            find(
                    "deflateInit2_",
                    ADDRESS,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    ADDRESS,
                    JAVA_INT);
    private static final MethodHandle DEFLATE = find("deflate", ADDRESS, JAVA_INT);
    private static final MethodHandle END = find("deflateEnd", ADDRESS);

    private SystemZlib() {}

    static String version() {
        try {
            AddressLayout text =
                    ADDRESS.withTargetLayout(
                            MemoryLayout.sequenceLayout(
                                    16, java.lang.foreign.ValueLayout.JAVA_BYTE));
            MethodHandle version =
                    LINKER.downcallHandle(
                            SYMBOLS.find("zlibVersion").orElseThrow(), FunctionDescriptor.of(text));
            return ((MemorySegment) version.invokeExact()).getString(0);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    static byte[] encode(DeflateParameters parameters, byte[] content) {
        return encode(parameters, content, content.length + content.length / 4 + 1024);
    }

    /**
     * @param room how many bytes zlib may write
     * @return nothing when that is too little
     */
    static byte[] encode(DeflateParameters parameters, byte[] content, int room) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(STREAM_BYTES, 8);
            int sign = parameters.wrapper() == Wrapper.RAW ? -1 : 1;
            require(
                    0,
                    (int)
                            INIT.invokeExact(
                                    stream,
                                    parameters.level(),
                                    Z_DEFLATED,
                                    sign * parameters.windowBits(),
                                    parameters.memLevel(),
                                    Z_DEFAULT_STRATEGY,
                                    arena.allocateFrom("1.2.11"),
                                    (int) STREAM_BYTES));
            MemorySegment in = arena.allocate(content.length + 1L);
            in.asSlice(0, content.length).copyFrom(MemorySegment.ofArray(content));
            MemorySegment out = arena.allocate(room);
            stream.set(ADDRESS, NEXT_IN, in);
            stream.set(JAVA_INT, AVAIL_IN, content.length);
            stream.set(ADDRESS, NEXT_OUT, out);
            stream.set(JAVA_INT, AVAIL_OUT, room);
            int result = (int) DEFLATE.invokeExact(stream, Z_FINISH);
            long length = stream.get(JAVA_LONG, TOTAL_OUT);
            int unused = (int) END.invokeExact(stream);
            return result == Z_STREAM_END
                    ? out.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)
                    : new byte[0];
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static MethodHandle find(String name, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                SYMBOLS.find(name).orElseThrow(), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private static void require(int expected, int found) {
        if (expected != found) {
            throw new IllegalStateException("zlib answers " + found);
        }
    }
}
