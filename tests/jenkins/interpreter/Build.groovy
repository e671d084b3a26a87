import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Continuation
import com.cloudbees.groovy.cps.Envs
import com.cloudbees.groovy.cps.Outcome
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation
import com.cloudbees.groovy.cps.sandbox.SandboxInvoker

/** One build of a Pipeline: the interpreter of Jenkins suspends at each step, and we do the step. */
class Build {
    static Build current

    final Map scenario
    final List events = []
    final CurrentBuild information = new CurrentBuild()
    final Steps steps
    Map variables
    List stages = []
    int agents = 0

    Build(Map scenario) {
        this.scenario = scenario
        this.variables = [JENKINS_URL: 'https://ci.example.com/', BUILD_NUMBER: '7'] + scenario.env
        this.steps = new Steps(this)
    }

    Map run(Class<Script> type) {
        current = this
        def script = type.newInstance()
        script.binding = new Binding(
            env: new Environment(), scm: 'scm', docker: new Docker(), currentBuild: information)
        def failure = null
        try {
            drive(new Continuable(script, Envs.empty(new SandboxInvoker())))
        } catch (Exception error) {
            failure = "${error.class.name}: ${error.message}".toString()
        }
        return [events: events, failure: failure, description: information.description, agents: agents]
    }

    Object body(Closure closure) {
        try {
            return closure.call()
        } catch (CpsCallableInvocation begun) {
            return drive(new Continuable(begun.invoke(Envs.empty(new SandboxInvoker()), null, Continuation.HALT)))
        }
    }

    void record(Step step, Map arguments) {
        if (scenario.only && !(step.name in scenario.only)) {
            return
        }
        def seen = (scenario.keys ?: []).collectEntries { [it, variables[it]] }
        events << [step: step.name, arguments: arguments, stages: stages, agents: agents, env: seen]
    }

    private Object drive(Continuable program) {
        def answer = new Outcome(null, null)
        while (true) {
            def outcome = program.run0(answer)
            if (outcome.failure || !program.resumable) {
                return outcome.replay()
            }
            if (!scenario.unsaved) {
                // Jenkins saves the program at each step: what cannot be serialized ends the build there.
                new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(program)
            }
            answer = done(outcome.normal as Step)
        }
    }

    private Outcome done(Step step) {
        try {
            return new Outcome(steps.perform(step), null)
        } catch (Exception error) {
            return new Outcome(null, error)
        }
    }
}
