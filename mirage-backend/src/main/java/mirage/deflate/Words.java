package mirage.deflate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Several bytes of an array as one little-endian number, at any place. */
final class Words {
    private static final VarHandle U32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static int u32(byte[] bytes, int at) {
        return (int) U32.get(bytes, at);
    }

    static long u64(byte[] bytes, int at) {
        return (long) U64.get(bytes, at);
    }

    static void put64(byte[] bytes, int at, long value) {
        U64.set(bytes, at, value);
    }
}
