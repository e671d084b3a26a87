import hudson.AbortException

/** What happens on an agent: folders, variables, and shell steps, which run for real or answer as told. */
class Agents {
    private final Build build
    private File folder

    Agents(Build build) {
        this.build = build
    }

    Object held(Closure work) {
        def workspace = new File((build.scenario.agent ?: '/nowhere') as String, 'workspace')
        def temporary = new File("${workspace}@tmp")
        build.agents++
        folder = workspace
        try {
            return withVariables(
                ["WORKSPACE=${workspace}", "WORKSPACE_TMP=${temporary}", 'NODE_NAME=agent'], work)
        } finally {
            build.agents--
        }
    }

    Object withVariables(List overrides, Closure work) {
        def before = build.variables
        build.variables = overrides.inject(new LinkedHashMap(before)) { Map all, pair ->
            def (name, value) = (pair as String).split('=', 2)
            override(all, name, value)
        }
        try {
            return work()
        } finally {
            build.variables = before
        }
    }

    /** As hudson.EnvVars: `PATH+X` is put before PATH, and an empty value takes the variable away. */
    private static Map override(Map all, String name, String value) {
        if (name.contains('+')) {
            name = name.substring(0, name.indexOf('+'))
            value = all[name] ? "${value}:${all[name]}" : value
        }
        if (value.isEmpty()) {
            all.remove(name)
        } else {
            all[name] = value
        }
        return all
    }

    Object within(String path, Closure work) {
        def before = folder
        folder = new File(path).absolute ? new File(path) : new File(before, path)
        try {
            return work()
        } finally {
            folder = before
        }
    }

    Map checkout() {
        if (build.scenario.checkout) {
            folder.mkdirs()
            new File(build.variables.WORKSPACE_TMP as String).mkdirs()
            def done = execute(build.scenario.checkout as List)
            if (done.code) {
                throw new AbortException("cannot check out: ${done.err}")
            }
        }
        return new LinkedHashMap(build.scenario.git as Map)
    }

    Object deleteFolder() {
        folder.deleteDir()
        return null
    }

    Object junit(Map arguments) {
        build.events.last().found = folder.list().findAll { it.endsWith('.xml') }.sort()
        if (!build.events.last().found && !arguments.allowEmptyResults) {
            throw new AbortException('No test report files were found.')
        }
        return null
    }

    /** Where nothing is run for real, there is nothing to find either. */
    Object archive(Map arguments) {
        def found = new File(folder, arguments.artifacts as String)
        if (build.scenario.checkout && !found.exists()) {
            throw new AbortException("No artifacts found that match ${arguments.artifacts}")
        }
        if (found.exists()) {
            build.events.last().archived = found.text
        }
        return null
    }

    Object shell(Map arguments) {
        def told = build.scenario.answers?.find { (arguments.script as String).startsWith(it.script) }
        def done = told ?: execute(['/bin/sh', '-xe', '-c', arguments.script])
        if (!build.scenario.unsaved) {
            build.events.last().putAll(code: done.code ?: 0, out: done.out, err: done.err)
        }
        if (done.code) {
            throw new AbortException("script returned exit code ${done.code}")
        }
        return arguments.returnStdout ? done.out : null
    }

    /** On the agent, and where people work while a build waits. */
    Map execute(List command) {
        def builder = new ProcessBuilder(command*.toString()).directory(folder)
        builder.environment().clear()
        builder.environment().putAll(build.variables as Map<String, String>)
        def process = builder.start()
        process.outputStream.close()
        def out = new StringBuilder(), err = new StringBuilder()
        process.waitForProcessOutput(out, err)
        return [code: process.exitValue(), out: out.toString(), err: err.toString()]
    }
}
