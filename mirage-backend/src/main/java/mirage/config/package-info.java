/**
 * Settings: typed options that components declare, and the files and flags that set them.
 *
 * <p>A component declares each option once, as a constant, and lists its constants in an {@link
 * mirage.config.OptionGroup}; the program joins all groups to a {@link mirage.config.ConfigSchema}, reads
 * files against it into a {@link mirage.config.Configuration}, and hands that to the components:
 *
 * <pre>
 *   static final ConfigOption&lt;Duration&gt; CACHE_TIME =
 *           ConfigOption.of("keystone_authtoken", "token_cache_time",
 *                   OptionType.duration(Duration.ZERO, Duration.ofDays(1)), "5m",
 *                   "How long a token that Keystone found good is believed without asking again.");
 *   static final ConfigOption&lt;Optional&lt;URI&gt;&gt; AUTH_URL =
 *           ConfigOption.optional("keystone_authtoken", "auth_url", OptionType.httpUri(), "Where Keystone is.");
 *   public static final OptionGroup OPTIONS =
 *           OptionGroup.of("Tokens from Keystone", CACHE_TIME, AUTH_URL);
 *
 *   Duration time = configuration.get(CACHE_TIME);
 *   URI keystone = configuration.require(AUTH_URL);
 * </pre>
 *
 * The files follow oslo.config, which operators of OpenStack know: {@link mirage.config.IniFile} has the rules.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.config;

import org.jspecify.annotations.NullMarked;
