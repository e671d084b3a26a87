import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.SerializableScript
import groovy.transform.TupleConstructor

/** What a Pipeline script extends, in the place of CpsScript: a method that it does not have is a step. */
abstract class PipelineScript extends SerializableScript {
    @Override
    Object invokeMethod(String name, Object arguments) {
        return Continuable.suspend(new Step(name, arguments as List))
    }
}

/** The call of a step: the program is suspended with it, and goes on with what the step answers. */
@TupleConstructor
class Step implements Serializable {
    String name
    List arguments

    Map getNamed() {
        return arguments.find { it instanceof Map } ?: [:]
    }

    Object getPositional() {
        return arguments.find { !(it instanceof Map || it instanceof Closure) }
    }

    Closure getBody() {
        return arguments.find { it instanceof Closure }
    }

    /** Named arguments, or the only one under the name that it has when it is left out. */
    Map arguments(String only) {
        return named ?: (positional == null ? [:] : [(only): positional])
    }
}

/** What a step that only describes something answers, such as an item of `properties`. */
@TupleConstructor
class Described implements Serializable {
    String name
    Map arguments
}

/** `env`: what the place where the program stands says of a variable. */
class Environment implements Serializable {
    @Override
    Object getProperty(String name) {
        return Build.current.variables[name]
    }
}

/** `docker`, of the Docker Pipeline plugin. */
class Docker implements Serializable {
    Image image(String name) {
        return new Image(name: name)
    }
}

class Image implements Serializable {
    String name

    Object inside(Closure body) {
        return Continuable.suspend(new Step('docker.inside', [name, body]))
    }
}

/** `currentBuild`. */
class CurrentBuild implements Serializable {
    String description
}
