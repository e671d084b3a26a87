// Runs builds of Jenkinsfiles: `main.groovy SCENARIOS RESULTS`, two JSON files.
import com.cloudbees.groovy.cps.SandboxCpsTransformer
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilerConfiguration

def compiled(String text) {
    def configuration = new CompilerConfiguration(scriptBaseClass: PipelineScript.name)
    configuration.addCompilationCustomizers(new SandboxCpsTransformer())
    return new GroovyClassLoader(PipelineScript.classLoader, configuration).parseClass(text, 'Jenkinsfile.groovy')
}

def calls = new Calls()
calls.register()
def request = new JsonSlurper().parse(new File(args[0]), 'UTF-8')
def types = [:]
def results = request.scenarios.collect { scenario ->
    def text = request.files[scenario.file]
    try {
        def type = types.computeIfAbsent(scenario.file) { compiled(text) }
        return new Build(scenario).run(type)
    } catch (CompilationFailedException error) {
        return [failure: error.message]
    }
}
new File(args[1]).setText(JsonOutput.toJson([results: results, calls: calls.seen.sort()]), 'UTF-8')
