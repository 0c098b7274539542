package mirage.glance.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import mirage.glance.transfer.TaskRunner;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

final class PublishedSchemasTest {
    /** glanceclient shows no list at all that has a task of a type which the schema does not name. */
    @Test
    void everyTypeOfTaskIsPublished() throws ReflectiveOperationException {
        List<String> types = new ArrayList<>();
        for (JavaClass found :
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("mirage.glance")) {
            if (found.isAssignableTo(TaskRunner.Job.class) && !found.isInterface()) {
                types.add((String) found.reflect().getField("TYPE").get(null));
            }
        }
        assertThat(types)
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(PublishedSchemas.taskTypes());
    }
}
