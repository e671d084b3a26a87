package hudson

/** Stands in for the class of Jenkins by which a step tells that it failed. */
class AbortException extends IOException {
    AbortException(String message) {
        super(message)
    }
}
