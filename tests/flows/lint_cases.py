"""Charts that are broken in one way, and the one finding that lint has to make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.charted import ABOUT, CHART, DEPLOYMENT, SCHEMA, VALUES

BOTH, PROD = ("qa", "prod"), ("prod",)


@dataclass(frozen=True)
class Case:
    """One broken file of the chart, and the one finding."""

    file: str
    text: str
    place: str
    rule: str
    reason: str
    key: str = ""
    environments: tuple[str, ...] = BOTH
    remedy: str = ""
    also: dict[str, str] = field(default_factory=dict)


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  hostNetwork: true
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: x
      image: "r.invalid/x:1"
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
)
FOREIGN = SCHEMA.replace('"type": "boolean"', '"$ref": "https://schemas.invalid/bool.json"')

CASES = {
    "a misspelt key": Case(
        "values-prod.yaml",
        "replicas: 3\nimage:\n  tga: '1'\n",
        "values-prod.yaml:3:3",
        "values/unknown-key",
        "image.tga: the chart does not know the key 'tga'; did you mean 'tag'?",
        "image.tga",
        PROD,
    ),
    "a wrong type": Case(
        "values-prod.yaml",
        "# c\nreplicas: many\n",
        "values-prod.yaml:2:1",
        "values/schema",
        'replicas: expected integer, got "many"',
        "replicas",
        PROD,
        "correct the value (Number of pods)",
    ),
    "a number for a text": Case(
        "values.yaml",
        VALUES.replace('"0"', "1.10"),
        "values.yaml:4:3",
        "values/schema",
        "image.tag: expected string, got 1.1; quote it",
        "image.tag",
    ),
    "not one of the choices": Case(
        "values.yaml",
        VALUES.replace("fast", "fats"),
        "values.yaml:6:1",
        "values/schema",
        'mode: expected one of "fast", "slow", "never" (did you mean \'fast\'?), got "fats"',
        "mode",
    ),
    "what the other Helm dialect hides": Case(
        "values-prod.yaml",
        "verbose: on\nreplicas: -1\n",  # Helm reads YAML 1.1: `on` is a boolean
        "values-prod.yaml:2:1",
        "values/schema",
        "replicas: expected minimum 0, got -1",
        "replicas",
        PROD,
    ),
    "a template that fails on purpose": Case(
        "values-prod.yaml",
        "mode: never\n",
        "templates/deployment.yaml:1:37",
        "template/render",
        "mode: never is not supported",
        "mode",
        PROD,
        f"change mode, which {CHART}/values-prod.yaml:1:1 sets, or mend the template",
    ),
    "a value that is not there": Case(
        "templates/x.yaml",
        "# c\na: {{ .Values.no.such.value }}\n",
        "templates/x.yaml:2:14",
        "template/render",
        "no.such.value: nil pointer evaluating interface {}.such",
        "no.such.value",
    ),
    "a mistake in an included template": Case(
        "templates/_x.tpl",
        '{{ define "x" }}\n{{ .Values.no.such }}{{ end }}\n',
        "templates/_x.tpl:2:11",
        "template/render",
        "no.such: nil pointer evaluating interface {}.such",
        "no.such",
        also={"templates/x.yaml": '{{ include "x" . }}\n'},
    ),
    "an action that is not closed": Case(
        "templates/x.yaml", "\n{{ if }}\n", "templates/x.yaml:2", "template/render", "missing value for if"
    ),
    "rendered, and not YAML": Case(
        "templates/x.yaml",
        "kind: X\na: [\n",
        "templates/x.yaml:1",
        "template/yaml",
        "what it renders to is not YAML: ",
    ),
    "a deprecated API": Case(
        "templates/x.yaml",
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n",
        "templates/x.yaml:1",
        "helm/warning",
        "policy/v1beta1 PodDisruptionBudget is deprecated",
    ),
    "no version": Case(
        "Chart.yaml",
        ABOUT.replace("1.0.0", "one"),
        "Chart.yaml:3:1",
        "helm/error",
        "version 'one' is not a valid SemVer",
    ),
    "another name": Case(
        "Chart.yaml",
        ABOUT.replace("shop", "shpo"),
        "Chart.yaml:2:1",
        "chart/name",
        "the chart of shop is named 'shpo'",
        "name",
        (),
    ),
    "the network of the node": Case(
        "templates/x.yaml",
        POD,
        "templates/x.yaml:5",
        "policy/host-namespaces",
        "Pod/x: hostNetwork is set",
    ),
    "no fixed image": Case(
        "templates/x.yaml",
        POD.replace("  hostNetwork: true\n", "").replace("x:1", "x:latest"),
        "templates/x.yaml:8",
        "policy/floating-image",
        "Pod/x: container x runs an image without a fixed tag",
    ),
    "a right that is missing": Case(
        "templates/x.yaml",
        "---\n" + POD.replace("  hostNetwork: true\n", "").replace("drop: [ALL]", ""),
        "templates/x.yaml:3",
        "policy/capabilities",
        "Pod/x: container x keeps Linux capabilities",
    ),
    "an image of its own": Case(
        "templates/deployment.yaml",
        DEPLOYMENT.replace("{{- with .Values.image.digest }}@{{ . }}{{ end }}", ""),
        "values.yaml:1",
        "policy/image-not-pinned",
        "no container runs the image that the values pin",
    ),
    "a schema that refuses the image": Case(
        "values.schema.json",
        SCHEMA.replace('"digest"', '"hash"'),
        "values.schema.json:1:1",
        "values/schema-file",
        "image.digest: ",
        "image.digest",
        also={"values.yaml": VALUES.replace('  digest: ""\n', "")},
    ),
    "a conflict": Case(
        "values-prod.yaml",
        "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n",
        "values-prod.yaml:2:1",
        "file/conflict-marker",
        "an unresolved merge conflict: <<<<<<< ours",
        "",
        (),
    ),
    "a conflict in a template": Case(
        "templates/deployment.yaml",
        f"{DEPLOYMENT}>>>>>>> theirs\n",
        "templates/deployment.yaml:19:1",
        "file/conflict-marker",
        "an unresolved merge conflict",
        "",
        (),
    ),
    "not YAML": Case(
        "values-prod.yaml", "b: 1\na: b: c\n", "values-prod.yaml:2", "file/yaml", "mapping values", "", ()
    ),
    "a key twice": Case(
        "values.yaml",
        f"{VALUES}mode: slow\n",
        "values.yaml:7",
        "file/yaml",
        "the key 'mode' stands here twice",
        "",
        (),
    ),
    "a YAML bomb": Case(
        "values-prod.yaml", BOMB, "values-prod.yaml:6", "file/yaml", "too many values", "", ()
    ),
    "not JSON": Case(
        "values.schema.json",
        '{\n  "type": \n',
        "values.schema.json:3:1",
        "values/schema-file",
        "not JSON",
        "",
        (),
    ),
    "a schema that is fetched": Case(
        "values.schema.json",
        FOREIGN,
        "values.schema.json:1:1",
        "values/schema-file",
        "it refers to 'https://schemas.invalid/bool.json'",
        "",
        (),
    ),
    "a misspelt environment": Case(
        "values-prd.yaml",
        "replicas: 2\n",
        "values-prd.yaml:1:1",
        "values/no-environment",
        "there is no environment 'prd': nothing reads this file",
        "",
        (),
        "did you mean values-prod.yaml?",
        {"values-prod.yaml": ""},
    ),
}
