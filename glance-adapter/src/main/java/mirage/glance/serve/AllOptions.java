package mirage.glance.serve;

import mirage.glance.api.ApiOptions;
import mirage.glance.config.ConfigSchema;
import mirage.glance.config.OptionGroup;
import mirage.glance.config.SectionTemplate;
import mirage.glance.database.DatabaseOptions;
import mirage.glance.http.HttpOptions;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.oidc.OidcOptions;
import mirage.glance.log.LogOptions;
import mirage.glance.metrics.MetricsOptions;
import mirage.glance.policy.PolicyOptions;
import mirage.glance.store.StoreOptions;
import mirage.glance.transfer.FormatOptions;
import mirage.glance.transfer.ImportOptions;
import mirage.glance.transfer.TaskOptions;
import mirage.glance.web.WebOptions;

import java.util.List;

/** Every option of {@code mirage.conf}, in the order of its reference. A component with options is added here. */
final class AllOptions {
    private static final List<List<OptionGroup>> GROUPS =
            List.of(
                    ServeOptions.GROUPS,
                    HttpOptions.GROUPS,
                    LogOptions.GROUPS,
                    MetricsOptions.GROUPS,
                    ApiOptions.GROUPS,
                    FormatOptions.GROUPS,
                    StoreOptions.GROUPS,
                    ImportOptions.GROUPS,
                    TaskOptions.GROUPS,
                    WebOptions.GROUPS,
                    DatabaseOptions.GROUPS,
                    PolicyOptions.GROUPS,
                    Identities.GROUPS,
                    KeystoneOptions.GROUPS,
                    OidcOptions.GROUPS);

    private static final List<SectionTemplate> TEMPLATES = StoreOptions.TEMPLATES;

    static final ConfigSchema SCHEMA =
            ConfigSchema.of(GROUPS.stream().flatMap(List::stream).toList(), TEMPLATES);

    private AllOptions() {}
}
