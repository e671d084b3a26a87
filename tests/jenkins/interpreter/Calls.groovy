import org.kohsuke.groovy.sandbox.GroovyInterceptor

/** What a script asks of classes that are not its own: in Jenkins, the sandbox would have to allow it. */
class Calls extends GroovyInterceptor {
    final Set<String> seen = [] as Set

    @Override
    Object onMethodCall(GroovyInterceptor.Invoker invoker, Object receiver, String method, Object... arguments) {
        note('', receiver.getClass(), method)
        return super.onMethodCall(invoker, receiver, method, arguments)
    }

    @Override
    Object onStaticCall(GroovyInterceptor.Invoker invoker, Class receiver, String method, Object... arguments) {
        note('static ', receiver, method)
        return super.onStaticCall(invoker, receiver, method, arguments)
    }

    @Override
    Object onNewInstance(GroovyInterceptor.Invoker invoker, Class receiver, Object... arguments) {
        note('new ', receiver, '')
        return super.onNewInstance(invoker, receiver, arguments)
    }

    private void note(String kind, Class receiver, String method) {
        // What has no package is the script, or stands in for what plugins bring to it.
        if (receiver.name.contains('.') && !Closure.isAssignableFrom(receiver)) {
            seen << "$kind$receiver.name $method".toString().trim()
        }
    }
}
