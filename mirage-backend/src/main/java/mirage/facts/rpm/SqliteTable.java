package mirage.facts.rpm;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * The blobs in one column of one table of an SQLite database, read by its b-tree alone: no statement is run, no index
 * looked at. Every page is taken once, so a tree that refers to itself ends. Specification: "Database File Format",
 * sqlite.org/fileformat2.html, sections 1.3 (header), 1.6 (b-tree pages), 2.1 (records), 2.6 (schema).
 */
final class SqliteTable implements RpmCollector.Form {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 100;
    private static final int MAX_PAGES = 1 << 20;
    private static final int MAX_BLOB_BYTES = NdbPackages.MAX_HEADER_BYTES;
    private static final int TYPE_INTERIOR = 5;
    private static final int TYPE_LEAF = 13;
    private static final int SCHEMA_NAME = 1;
    private static final int SCHEMA_ROOT = 3;
    private static final int MAX_COLUMNS = 32;

    private final String table;
    private final int column;

    private SqliteTable(String table, int column) {
        this.table = table;
        this.column = column;
    }

    /** {@code CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)}. */
    static SqliteTable ofRpm() {
        return new SqliteTable("Packages", 1);
    }

    @Override
    public void forEach(ByteSource database, RpmCollector.Headers headers) throws IOException {
        Reading reading = new Reading(database);
        long[] root = new long[1];
        reading.forEachRecord(
                1,
                payload -> {
                    ByteBuffer name = column(payload, SCHEMA_NAME);
                    ByteBuffer type = column(payload, 0);
                    if (is(type, "table") && is(name, table)) {
                        root[0] = number(column(payload, SCHEMA_ROOT));
                    }
                });
        if (root[0] == 0) {
            throw new FormatException("SQLite: no table " + table + " is there");
        }
        reading.forEachRecord(
                root[0],
                payload -> {
                    ByteBuffer blob = column(payload, column);
                    if (blob != null) {
                        headers.take(blob);
                    }
                });
    }

    private static boolean is(@Nullable ByteBuffer text, String expected) {
        return text != null
                && text.equals(ByteBuffer.wrap(expected.getBytes(StandardCharsets.US_ASCII)));
    }

    private static long number(@Nullable ByteBuffer bytes) {
        long value = 0;
        while (bytes != null && bytes.hasRemaining()) {
            value = value << 8 | bytes.get() & 0xff;
        }
        return value;
    }

    /** The bytes of a column, null when the record has none there. */
    private static @Nullable ByteBuffer column(ByteBuffer payload, int wanted)
            throws FormatException {
        ByteBuffer record = payload.duplicate();
        long headerBytes = varint(record);
        if (headerBytes < 1 || headerBytes > record.limit()) {
            throw new FormatException("SQLite: a record with a header of " + headerBytes);
        }
        long at = headerBytes;
        for (int i = 0; i < MAX_COLUMNS && record.position() < headerBytes; i++) {
            long length = length(varint(record));
            if (length < 0 || at > record.limit() - length) {
                throw new FormatException("SQLite: a record whose columns reach behind its end");
            }
            if (i == wanted) {
                return record.slice((int) at, (int) length);
            }
            at += length;
        }
        return null;
    }

    /** Of a serial type. */
    private static long length(long type) throws FormatException {
        if (type < 0 || type == 10 || type == 11) {
            throw new FormatException("SQLite: serial type " + type);
        }
        return switch ((int) Math.min(type, 12)) {
            case 0, 8, 9 -> 0;
            case 5 -> 6;
            case 6, 7 -> 8;
            case 12 -> (type - 12) / 2;
            default -> type;
        };
    }

    private static long varint(ByteBuffer in) throws FormatException {
        long value = 0;
        for (int i = 0; i < 9; i++) {
            if (!in.hasRemaining()) {
                throw new FormatException("SQLite: a number that is cut off");
            }
            int next = in.get();
            if (i == 8) {
                return value << 8 | next & 0xff;
            }
            value = value << 7 | next & 0x7f;
            if (next >= 0) {
                return value;
            }
        }
        return value;
    }

    /** Takes the payload of a record. */
    @FunctionalInterface
    private interface RecordVisitor {
        void visit(ByteBuffer payload) throws IOException;
    }

    private static final class Reading {
        private final ByteSource database;
        private final int pageBytes;
        private final int usableBytes;
        private final int pages;
        private final BitSet taken = new BitSet();

        /** Records that share their bytes would be more than the file. */
        private long payloadLeft;

        Reading(ByteSource database) throws IOException {
            this.database = database;
            StructReader header =
                    StructReader.read("SQLite", database, 0, HEADER_BYTES, ByteOrder.BIG_ENDIAN);
            byte[] magic = header.bytes(0, MAGIC.length);
            header.require(Arrays.equals(magic, MAGIC), "magic", 0, "SQLite format 3", "another");
            int size = header.u16(16);
            this.pageBytes = size == 1 ? 65_536 : size;
            header.require(
                    pageBytes >= 512 && Integer.bitCount(pageBytes) == 1,
                    "page size",
                    16,
                    "a power of 2 from 512",
                    pageBytes);
            this.usableBytes = pageBytes - header.u8(20);
            header.require(usableBytes >= 480, "usable bytes", 20, "at least 480", usableBytes);
            this.pages = (int) Math.min(MAX_PAGES, database.length() / pageBytes);
            this.payloadLeft = database.length();
        }

        /** Shows the records of a table's tree, in the order of their pages in it. */
        void forEachRecord(long root, RecordVisitor visitor) throws IOException {
            Deque<Long> left = new ArrayDeque<>();
            left.push(root);
            while (!left.isEmpty()) {
                long number = left.pop();
                StructReader page = take(number);
                int head = number == 1 ? HEADER_BYTES : 0;
                int type = page.u8(head);
                int cells = page.u16(head + 3);
                switch (type) {
                    case TYPE_LEAF -> {
                        for (int i = 0; i < cells; i++) {
                            visitor.visit(payload(page, page.u16(head + 8 + 2 * i)));
                        }
                    }
                    case TYPE_INTERIOR -> {
                        page.require(
                                left.size() + cells < pages,
                                "cells",
                                head + 3,
                                "no more than pages",
                                cells);
                        left.push(page.u32(head + 8));
                        for (int i = cells - 1; i >= 0; i--) {
                            left.push(page.u32(page.u16(head + 12 + 2 * i)));
                        }
                    }
                    default ->
                            throw page.refuse("page type", head, "5 or 13", Integer.toString(type));
                }
            }
        }

        /** A page that nobody else has. */
        private StructReader take(long number) throws IOException {
            if (number < 1 || number > pages || taken.get((int) number)) {
                throw new FormatException(
                        "SQLite: a page that is nobody else's expected, found page " + number);
            }
            taken.set((int) number);
            return StructReader.read(
                    "SQLite page " + number,
                    database,
                    (number - 1) * pageBytes,
                    pageBytes,
                    ByteOrder.BIG_ENDIAN);
        }

        /** What a cell of a leaf holds: on its page, and what does not fit in a chain of overflow pages. */
        private ByteBuffer payload(StructReader page, int cell) throws IOException {
            byte[] numbers = page.bytes(cell, Math.min(18, Math.max(0, pageBytes - cell)));
            ByteBuffer in = ByteBuffer.wrap(numbers);
            long length = varint(in);
            varint(in); // the row's number
            if (length < 0 || length > Math.min(MAX_BLOB_BYTES, payloadLeft)) {
                throw page.refuse(
                        "payload",
                        cell,
                        "at most " + Math.min(MAX_BLOB_BYTES, payloadLeft),
                        Long.toString(length));
            }
            payloadLeft -= length;
            int at = cell + in.position();
            int here = onPage((int) length);
            ByteBuffer payload = ByteBuffer.allocate((int) length);
            payload.put(page.bytes(at, here));
            if (payload.hasRemaining()) {
                long next = page.u32(at + here);
                while (payload.hasRemaining()) {
                    StructReader overflow = take(next);
                    int count = Math.min(payload.remaining(), usableBytes - 4);
                    payload.put(overflow.bytes(4, count));
                    next = overflow.u32(0);
                }
            }
            return payload.flip();
        }

        private int onPage(int length) {
            int most = usableBytes - 35;
            if (length <= most) {
                return length;
            }
            int least = (usableBytes - 12) * 32 / 255 - 23;
            int rest = least + (length - least) % (usableBytes - 4);
            return rest <= most ? rest : least;
        }
    }
}
