package mirage.glance.serve;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. Java has handlers for them in {@code sun.misc.Signal} only, a class of the module
 * jdk.unsupported that every JDK has and whose every mention the compiler warns of; so it is asked for by name.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs a reaction, on a thread of its own, each time a signal comes, instead of what Java does by itself.
     *
     * @param name such as {@code TERM}
     * @throws IllegalStateException when this Java cannot
     */
    static void on(String name, Runnable reaction) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object running =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    reaction.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), running);
        } catch (InvocationTargetException refused) {
            throw new IllegalStateException("SIG" + name + " cannot be caught", refused.getCause());
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("this Java cannot catch signals", missing);
        }
    }
}
