package mirage.facts.system;

import mirage.facts.Fact.UserAccount;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Accounts of {@code /etc/passwd}, and of {@code /etc/shadow} no more than whether there is a password. Specifications:
 * passwd(5), shadow(5), nologin(8).
 */
public final class AccountCollector implements FactCollector {
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_ACCOUNTS = 20_000;
    private static final int PASSWD_FIELDS = 7;

    private final List<Account> accounts = new ArrayList<>();

    /** Name to the kind of its password. */
    private final Map<String, String> passwords = new HashMap<>();

    private record Account(
            RawName source,
            String name,
            String password,
            String uid,
            String gid,
            String home,
            String shell) {}

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.is("etc/passwd") || path.is("etc/shadow");
    }

    @Override
    public List<String> places() {
        return List.of("etc");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        boolean isShadow = file.path().is("etc/shadow");
        Lines lines = file.lines(MAX_BYTES);
        for (String line = lines.next(); line != null; line = lines.next()) {
            String[] fields = line.split(":", -1);
            if (accounts.size() == MAX_ACCOUNTS || passwords.size() == MAX_ACCOUNTS) {
                facts.warn(file.source(), "more than " + MAX_ACCOUNTS + " accounts");
                return;
            }
            if (isShadow && fields.length > 1) {
                passwords.put(fields[0], kind(fields[1]));
            } else if (fields.length == PASSWD_FIELDS) {
                accounts.add(
                        new Account(
                                file.source(),
                                fields[0],
                                fields[1],
                                fields[2],
                                fields[3],
                                fields[5],
                                fields[6]));
            }
        }
    }

    @Override
    public void finish(FactSink facts) {
        for (Account account : accounts) {
            facts.add(
                    account.source(),
                    new UserAccount(
                            account.name(),
                            account.uid(),
                            account.gid(),
                            account.home(),
                            account.shell(),
                            login(account)));
        }
    }

    private String login(Account account) {
        String shell = account.shell();
        if (shell.endsWith("/nologin") || shell.endsWith("/false") || shell.endsWith("/sync")) {
            return "none";
        }
        return account.password().equals("x")
                ? passwords.getOrDefault(account.name(), "unknown")
                : kind(account.password());
    }

    /** The field is a hash, or what no hash can be: then no password fits. */
    private static String kind(String field) {
        if (field.isEmpty()) {
            return "open";
        }
        return field.startsWith("!") || field.startsWith("*") || field.equals("x")
                ? "locked"
                : "password";
    }
}
