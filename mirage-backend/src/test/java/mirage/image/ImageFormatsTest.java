package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.image.DiskImage.Recognition;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

final class ImageFormatsTest {
    private final Warnings warnings = new Warnings();

    @Test
    void bytesWithoutAKnownMagicAreRaw() throws IOException {
        DiskImage image = ImageFormats.open(ByteSources.of(new byte[] {1, 2, 3}), warnings);
        assertThat(image.recognition()).isEqualTo(Recognition.RAW);
        assertThat(image.format()).isEqualTo("raw");
        assertThat(image.virtualSize()).isEqualTo(3);
        assertThat(image.plainMap()).isEqualTo(ExtentMap.identity(3));
        assertThat(image.encodedClusters()).isEmpty();
        assertThat(image.standsAlone()).isTrue();
        assertThat(warnings.messages()).isEmpty();
        ByteBuffer read = ByteBuffer.allocate(3);
        image.disk().readFully(0, read);
        assertThat(read.array()).containsExactly(1, 2, 3);
    }

    @Test
    void anEmptyContainerIsRaw() throws IOException {
        DiskImage image = ImageFormats.open(ByteSources.of(new byte[0]), warnings);
        assertThat(image.recognition()).isEqualTo(Recognition.RAW);
        assertThat(image.virtualSize()).isZero();
        assertThat(image.plainMap()).isEqualTo(ExtentMap.EMPTY);
    }

    @Test
    void aMagicWithoutAFormatBehindItIsOpaqueNotRaw() throws IOException {
        byte[] bytes = {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 9};
        DiskImage image = ImageFormats.open(ByteSources.of(bytes), warnings);
        assertThat(image.recognition()).isEqualTo(Recognition.OPAQUE);
        assertThat(image.format()).isEqualTo("qcow2");
        assertThat(image.plainMap()).isEqualTo(ExtentMap.identity(8));
        assertThat(warnings.messages())
                .containsExactly(
                        "has the magic of qcow2 and cannot be read as such: "
                                + "qcow2 header: version at 4: expected from 2 to 3, found 9");
    }

    @Test
    void holesOfARawContainerStayKnown() throws IOException {
        DiskImage image = ImageFormats.open(ByteSources.zeros(1 << 20), warnings);
        assertThat(image.disk().runAt(4096)).isEqualTo(new ByteSource.Run((1 << 20) - 4096, true));
    }

    @Test
    void aContainerThatCannotBeReadIsNoMatterOfFormat() {
        ByteSource failing =
                new ByteSource() {
                    @Override
                    public long length() {
                        return 1 << 20;
                    }

                    @Override
                    public int readAt(long position, ByteBuffer target) throws IOException {
                        throw new IOException("disk fault");
                    }
                };
        assertThatThrownBy(() -> ImageFormats.open(failing, warnings))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("disk fault");
    }
}
