"""The rules of `helmforge lint`. Their ids are stable: waivers and dashboards name them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

POLICY = "policy/"


class Severity(Enum):
    """Both make `helmforge lint` fail: a warning is what Helm calls one, and Helm is asked strictly."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """`title` says in a few words what is wrong, `help` why it matters and how to mend it.
    `configuration` marks what is wrong with helmforge's own files.
    """

    id: str
    title: str
    help: str
    severity: Severity = Severity.ERROR
    configuration: bool = False


_ALL = (
    Rule(
        "config/invalid",
        "helmforge.yaml or service.yaml is not valid",
        "helmforge cannot tell what to build or where to deploy. The reason names the key, what was expected "
        "and the nearest valid key. `helmforge schema` prints every key with its meaning.",
        configuration=True,
    ),
    Rule(
        "waivers/invalid",
        "the file of waivers is not there or not valid",
        "scan.ignoreFile of helmforge.yaml names it, and without it no image passes a scan. `helmforge "
        "schema waivers` prints every key with its meaning.",
        configuration=True,
    ),
    Rule(
        "waivers/expired",
        "a waiver has expired",
        "After its last day the finding that it covers fails the scan. Whoever answers for it mends the "
        "finding, or renews the waiver with a reason that still holds.",
    ),
    Rule(
        "waivers/service",
        "a waiver names a service that does not exist",
        "It covers nothing: the service was renamed or deleted, or the name is misspelt.",
        Severity.WARNING,
    ),
    Rule(
        "file/conflict-marker",
        "a merge conflict is not resolved",
        "Git, or an update of the chart, left both sides in the file. Keep what is right and delete the "
        "lines that begin with <<<<<<<, ======= and >>>>>>>.",
    ),
    Rule(
        "file/yaml",
        "a file is not plain YAML",
        "Helm or helmforge cannot read the file: a syntax error, a key that stands twice, a tag, a second "
        "document, or aliases that grow beyond any use (a YAML bomb).",
    ),
    Rule(
        "chart/name",
        "the chart is not named as its service",
        "The chart is pushed under its own name and looked for under the service's: `name` in Chart.yaml "
        "must be the name of the service.",
    ),
    Rule(
        "values/unknown-key",
        "a values key that the chart does not know",
        "values.schema.json does not list the key, so nothing would read it. Most are misspelt or stand at "
        "the wrong indentation.",
    ),
    Rule(
        "values/schema",
        "a value that values.schema.json does not allow",
        "The value has another type, or is not one of those that the chart can work with. The reason says "
        "what the schema expects.",
    ),
    Rule(
        "values/schema-file",
        "values.schema.json cannot be used",
        "It is not a JSON Schema, refers to something outside of the chart, or refuses the image that every "
        "release pins.",
    ),
    Rule(
        "values/no-environment",
        "a values file whose environment does not exist",
        "Nothing reads the file: its name resembles an environment of helmforge.yaml, and that one has no "
        "values file.",
        Severity.WARNING,
    ),
    Rule(
        "template/render",
        "a template does not render",
        "Helm stops with these values: a template fails on purpose (the message names the key to change), or "
        "is wrong itself.",
    ),
    Rule(
        "template/yaml",
        "a template renders to something that is not YAML",
        "Most often indentation, or a text that needs quotes: `helm template --debug` shows what came out.",
    ),
    Rule("helm/error", "an error that `helm lint` finds", "Helm's own words say what to mend."),
    Rule(
        "helm/warning",
        "a warning of `helm lint`",
        "Helm is asked with --strict, so that a warning is a finding too.",
        Severity.WARNING,
    ),
    Rule(
        "policy/cluster-role",
        "rights in the whole cluster",
        "A service needs rights in its own namespace only: use a Role and a RoleBinding.",
    ),
    Rule(
        "policy/host-namespaces",
        "a pod shares namespaces of its node",
        "hostNetwork, hostPID and hostIPC let a pod see what does not belong to it (Pod Security Standard "
        "`baseline`).",
    ),
    Rule(
        "policy/host-path",
        "a pod mounts the disk of its node",
        "hostPath is a way out of the container (Pod Security Standard `baseline`). Use another volume type.",
    ),
    Rule(
        "policy/privileged",
        "a privileged container",
        "It can do to the node what root can (Pod Security Standard `baseline`).",
    ),
    Rule(
        "policy/privilege-escalation",
        "a container may gain privileges",
        "Set securityContext.allowPrivilegeEscalation: false (Pod Security Standard `restricted`).",
    ),
    Rule(
        "policy/run-as-non-root",
        "a container may run as root",
        "Set runAsNonRoot: true and a numeric runAsUser (Pod Security Standard `restricted`).",
    ),
    Rule(
        "policy/capabilities",
        "a container keeps Linux capabilities",
        "Set securityContext.capabilities.drop: [ALL] (Pod Security Standard `restricted`).",
    ),
    Rule(
        "policy/seccomp",
        "a container without a seccomp profile",
        "Set seccompProfile.type: RuntimeDefault (Pod Security Standard `restricted`).",
    ),
    Rule(
        "policy/floating-image",
        "an image without a fixed tag",
        "What runs changes without a release. Pin a version or, better, a digest.",
    ),
    Rule(
        "policy/image-not-pinned",
        "the chart ignores the image that its values pin",
        "A release pins image.repository, image.tag and image.digest; a container must run exactly that, as "
        "repository:tag@digest.",
    ),
)
RULES = {rule.id: rule for rule in _ALL}
