package mirage.manifest;

import mirage.chunk.ChunkId;

/** Names a manifest: the SHA-256 of its bytes. */
public record ManifestId(ChunkId digest) implements Comparable<ManifestId> {
    public static ManifestId parse(String hex) {
        return new ManifestId(ChunkId.parse(hex));
    }

    @Override
    public int compareTo(ManifestId other) {
        return digest.compareTo(other.digest);
    }

    /** 64 hexadecimal digits. */
    @Override
    public String toString() {
        return digest.toString();
    }
}
