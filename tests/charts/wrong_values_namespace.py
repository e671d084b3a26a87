"""Wrong values of the type `namespace`: the words that Helm's complaint must hold, and the values."""

from __future__ import annotations

from typing import Any

Row = tuple[str, dict[str, Any]]

MISSPELT: list[Row] = [
    ("nameSpace", {"nameSpace": "shop-qa"}),
    ("user", {"deployer": {"user": ["ada@example.com"]}}),
    ("verb", {"deployer": {"extraRules": [{"apiGroups": [""], "resources": ["pods"], "verb": ["get"]}]}}),
    ("hards", {"quota": {"hards": {}}}),
    ("defaults", {"limitRange": {"container": {"defaults": {"cpu": "1"}}}}),
    ("denyegress", {"networkPolicy": {"denyegress": True}}),
    ("enforced", {"podSecurity": {"enforced": {"level": "restricted", "version": "latest"}}}),
    ("image", {"image": {"tag": "1.0.0"}}),
    ("repository", {"imagePolicy": {"repository": "r.example"}}),
]
WRONG: list[Row] = [
    ("namespace", {"namespace": "Shop"}),
    ("namespace", {"namespace": "shop_qa"}),
    ("namespace", {"namespace": "n" * 64}),
    ("groups", {"deployer": {"groups": "shop-release-managers"}}),
    ("users", {"deployer": {"users": [""]}}),
    ("create", {"deployer": {"serviceAccount": {"create": "yes"}}}),
    ("name", {"deployer": {"serviceAccounts": [{"namespace": "build"}]}}),
    ("verbs", {"deployer": {"extraRules": [{"apiGroups": [""], "resources": ["pods"]}]}}),
    ("roles", {"deployer": {"roles": [{"name": "notification"}]}}),
    ("deployer", {"deployer": None}),
    ("pods", {"quota": {"hard": {"pods": "many"}}}),
    ("pods", {"quota": {"hard": {"pods": -1}}}),
    ("cpu", {"limitRange": {"container": {"default": {"cpu": "half"}}}}),
    ("level", {"podSecurity": {"enforce": {"level": "strict"}}}),
    ("version", {"podSecurity": {"warn": {"version": "1.30"}}}),
    ("version", {"podSecurity": {"warn": {"version": 1.30}}}),
    ("dns", {"networkPolicy": {"dns": {"namespaceSelector": {}}}}),
    ("repositories", {"imagePolicy": {"repositories": ["myrepo.cr.io/prod:1"]}}),
    ("repositories", {"imagePolicy": {"repositories": ["library"]}}),
    ("repositories", {"imagePolicy": {"repositories": ["r.example/prod|.*"]}}),
    ("repositories", {"imagePolicy": {"repositories": ["r.example/it's"]}}),
    ("labels", {"labels": {"cost-centre": 4711}}),
]


def _rule(**changes: list[str]) -> dict[str, Any]:
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]} | changes
    return {"namespace": "shop-qa", "deployer": {"extraRules": [rule]}}


DANGEROUS: list[Row] = [
    ("namespace: is not set", {}),
    ("namespace: kube-system belongs to Kubernetes", {"namespace": "kube-system"}),
    ("namespace: default belongs to Kubernetes", {"namespace": "default"}),
    # The release itself: the tests keep it in the namespace `shop`.
    ("namespace: the release must be kept in another one", {"namespace": "shop"}),
    (
        "labels: pod-security.kubernetes.io/enforce",
        {"namespace": "shop-qa", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}},
    ),
    ("imagePolicy.repositories: name where", {"namespace": "shop-qa", "imagePolicy": {"enabled": True}}),
    (
        "annotations: helm.sh/resource-policy",
        {"namespace": "shop-qa", "annotations": {"helm.sh/resource-policy": "delete"}},
    ),
    ("limitRange.container.default: needs cpu", {"namespace": "shop-qa", "limitRange": {"enabled": False}}),
    (
        "limitRange.container.default: needs memory",
        {"namespace": "shop-qa", "limitRange": {"container": {"default": {"memory": None}}}},
    ),
    (
        "limitRange.container.defaultRequest: needs cpu",
        {
            "namespace": "shop-qa",
            "quota": {"hard": {"limits.cpu": None}},
            "limitRange": {"container": {"default": {"cpu": None}, "defaultRequest": {"cpu": None}}},
        },
    ),
    (
        "deployer.groups: system:authenticated",
        {"namespace": "shop-qa", "deployer": {"groups": ["system:authenticated"]}},
    ),
    (
        "deployer.groups: system:serviceaccounts:shop-qa",
        {"namespace": "shop-qa", "deployer": {"groups": ["system:serviceaccounts:shop-qa"]}},
    ),
    (
        "deployer.users: system:anonymous",
        {"namespace": "shop-qa", "deployer": {"users": ["system:anonymous"]}},
    ),
    ("deployer.roles: deployer", {"namespace": "shop-qa", "deployer": {"roles": ["deployer"]}}),
    ("deployer.extraRules: name groups", _rule(verbs=["*"])),
    ("deployer.extraRules: name groups", _rule(resources=["*"])),
    ("deployer.extraRules: name groups", _rule(apiGroups=["*"])),
    ("deployer.extraRules: with escalate", _rule(verbs=["escalate"])),
    ("deployer.extraRules: with bind", _rule(verbs=["bind"])),
    ("deployer.extraRules: with impersonate", _rule(verbs=["impersonate"])),
    ("deployer.extraRules: roles", _rule(resources=["roles"], verbs=["get", "update"])),
    ("deployer.extraRules: resourcequotas", _rule(resources=["resourcequotas"], verbs=["delete"])),
    ("deployer.extraRules: limitranges", _rule(resources=["limitranges"], verbs=["patch"])),
]
