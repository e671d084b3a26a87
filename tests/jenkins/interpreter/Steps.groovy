import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** The steps that a generated Jenkinsfile may call, with the arguments that Jenkins knows. */
class Steps {
    // Step -> the argument whose name may be left out, and all others.
    static final Map KNOWN = [
        archiveArtifacts: ['artifacts', 'allowEmptyArchive'],
        buildDiscarder: ['strategy'],
        catchError: ['', 'buildResult', 'stageResult', 'catchInterruptions', 'message'],
        checkout: ['scm'],
        deleteDir: [''],
        dir: ['path'],
        disableConcurrentBuilds: ['', 'abortPrevious'],
        'docker.inside': ['image'],
        echo: ['message'],
        file: ['', 'credentialsId', 'variable'],
        input: ['message', 'id', 'ok', 'parameters', 'submitter', 'submitterParameter'],
        junit: ['testResults', 'allowEmptyResults'],
        logRotator: ['', 'numToKeepStr'],
        milestone: ['ordinal', 'label'],
        node: ['label'],
        properties: ['properties'],
        sh: ['script', 'label', 'returnStdout'],
        stage: ['name'],
        timeout: ['', 'time', 'unit'],
        withCredentials: ['bindings'],
        withEnv: ['overrides'],
    ]

    private final Build build
    private final Agents agents
    private final List inputs

    Steps(Build build) {
        this.build = build
        this.agents = new Agents(build)
        this.inputs = new ArrayList(build.scenario.inputs ?: [])
    }

    Object perform(Step step) {
        if (step.name == 'parallel') {
            return parallel(step)
        }
        def known = KNOWN[step.name]
        if (known == null) {
            throw new AbortException("no such step: ${step.name}")
        }
        def arguments = step.arguments(known[0])
        def unknown = arguments.keySet() - known
        if (unknown) {
            throw new AbortException("${step.name} has no argument ${unknown}")
        }
        build.record(step, arguments)
        return answer(step, arguments)
    }

    private Object answer(Step step, Map arguments) {
        switch (step.name) {
            case 'node':
                return agents.held { build.body(step.body) }
            case 'checkout':
                return agents.checkout()
            case 'sh':
                return agents.shell(arguments)
            case 'archiveArtifacts':
                return agents.archive(arguments)
            case 'catchError':
                return catchError(arguments, step.body)
            case 'junit':
                return agents.junit(arguments)
            case 'deleteDir':
                return agents.deleteFolder()
            case 'dir':
                return agents.within(arguments.path) { build.body(step.body) }
            case 'stage':
                return stage(arguments.name, step.body)
            case 'withEnv':
                return agents.withVariables(arguments.overrides) { build.body(step.body) }
            case 'input':
                return input()
            case { step.body != null }:
                return build.body(step.body)
            default:
                return new Described(step.name, arguments)
        }
    }

    /** One branch after the other; a failing one does not keep the others from running. */
    private Object parallel(Step step) {
        build.record(step, [branches: step.named.findAll { it.value instanceof Closure }.keySet() as List,
                            failFast: step.named.failFast])
        def failures = []
        step.named.findAll { it.value instanceof Closure }.each { name, branch ->
            try {
                build.body(branch)
            } catch (Exception error) {
                failures << error
            }
        }
        if (failures) {
            throw failures.first()
        }
        return null
    }

    /** As CatchErrorStep: what interrupts a build is its result whatever was asked for. */
    private Object catchError(Map arguments, Closure body) {
        def event = build.scenario.only ? [:] : build.events.last()
        try {
            build.body(body)
        } catch (Exception error) {
            if (error instanceof FlowInterruptedException || arguments.buildResult != 'SUCCESS') {
                throw error
            }
            event.caught = error.message
        }
        return null
    }

    private Object stage(String name, Closure body) {
        def before = build.stages
        build.stages = before + name
        try {
            return build.body(body)
        } finally {
            build.stages = before
        }
    }

    private Object input() {
        if (build.scenario.waiting) {
            agents.execute(build.scenario.waiting as List)
        }
        def answer = inputs ? inputs.remove(0) : null
        if (answer == null) {
            throw new FlowInterruptedException('aborted')
        }
        return answer
    }
}
