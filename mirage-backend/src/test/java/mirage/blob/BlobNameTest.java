package mirage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlobNameTest {
    @Test
    void takesIdsOf32And64Digits() {
        assertThat(new BlobName(BlobKind.PACK, "0123456789abcdef".repeat(4)))
                .hasToString("packs/" + "0123456789abcdef".repeat(4));
        assertThat(new BlobName(BlobKind.MANIFEST, "0123456789abcdef".repeat(2)))
                .hasToString("manifests/" + "0123456789abcdef".repeat(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef0123456789abcdef0",
                "0123456789ABCDEF0123456789ABCDEF",
                "0123456789abcdef0123456789abcdeg",
                "../../../../../../../../../etc/p",
                "0123456789abcdef0123456789abcde\u0660"
            })
    void refusesOthers(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new BlobName(BlobKind.PACK, id));
    }
}
