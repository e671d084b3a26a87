package org.jenkinsci.plugins.workflow.steps

/** Stands in for the class of Jenkins by which aborted and timed out steps end. */
class FlowInterruptedException extends InterruptedException {
    FlowInterruptedException(String cause) {
        super(cause)
    }
}
