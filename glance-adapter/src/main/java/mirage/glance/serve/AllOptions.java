package mirage.glance.serve;

import mirage.config.ConfigSchema;
import mirage.config.OptionGroup;
import mirage.config.SectionTemplate;
import mirage.glance.api.ApiOptions;
import mirage.glance.cache.CacheOptions;
import mirage.glance.cors.CorsOptions;
import mirage.glance.database.DatabaseOptions;
import mirage.glance.deploy.DeployOptions;
import mirage.glance.http.HttpOptions;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.oidc.OidcOptions;
import mirage.glance.metrics.MetricsOptions;
import mirage.glance.notification.NotificationOptions;
import mirage.glance.policy.PolicyOptions;
import mirage.glance.quota.QuotaOptions;
import mirage.glance.signature.SignatureOptions;
import mirage.glance.store.StoreOptions;
import mirage.glance.transfer.FormatOptions;
import mirage.glance.transfer.ImportOptions;
import mirage.glance.transfer.TaskOptions;
import mirage.glance.web.WebOptions;
import mirage.log.LogOptions;

import java.util.List;

/** Every option of {@code mirage.conf}, in the order of its reference. A component with options is added here. */
final class AllOptions {
    private static final List<List<OptionGroup>> GROUPS =
            List.of(
                    ServeOptions.GROUPS,
                    HttpOptions.GROUPS,
                    CorsOptions.GROUPS,
                    LogOptions.GROUPS,
                    MetricsOptions.GROUPS,
                    ApiOptions.GROUPS,
                    QuotaOptions.GROUPS,
                    StoreOptions.GROUPS,
                    CacheOptions.GROUPS,
                    DeployOptions.GROUPS,
                    FormatOptions.GROUPS,
                    ImportOptions.GROUPS,
                    TaskOptions.GROUPS,
                    SignatureOptions.GROUPS,
                    NotificationOptions.GROUPS,
                    WebOptions.GROUPS,
                    DatabaseOptions.GROUPS,
                    PolicyOptions.GROUPS,
                    Identities.GROUPS,
                    KeystoneOptions.GROUPS,
                    OidcOptions.GROUPS);

    private static final List<SectionTemplate> TEMPLATES = StoreOptions.TEMPLATES;

    static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    GROUPS.stream().flatMap(List::stream).toList(),
                    TEMPLATES,
                    List.of(CorsOptions.MORE));

    private AllOptions() {}
}
