"""A brief in which everything that comes from outside means harm to terminals, Markdown or HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from helmforge.domain.brief import Brief, Running, Subject, Unknown
from helmforge.domain.brief.before import Stay
from helmforge.domain.brief.changes import Changes
from helmforge.domain.brief.decision import Outcome, SignOffs
from helmforge.domain.brief.findings import FindingsChange
from helmforge.domain.brief.image import ImageChange
from helmforge.domain.brief.objects import Action, Difference, ObjectDifference
from helmforge.domain.brief.values import LoneKey
from helmforge.domain.cluster import PodRestarts
from helmforge.domain.git import Commit, Person
from helmforge.domain.scanning import Finding, Judged, Standing

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVIL = "\x1b[31m<script>alert(1)</script> | **b** `c` ``` @ada #1 ::error::x www.evil.example\r\n## h \u202e"
ADA = Person("Ada", "ada@example.com")


def commit(number: int, author: Person = ADA, subject: str = "Say hello") -> Commit:
    return Commit(f"{number:040x}", author, author, NOW - timedelta(days=number), subject)


def finding(name: str, message: str = EVIL) -> Finding:
    return Finding(name, "HIGH", package=EVIL, version="1", fixed=None, message=message)


SUBJECT = Subject(
    "shop",
    "1.2.0",
    "prod",
    "a" * 40,
    f"r.example/shop@sha256:{'1' * 64}",
    f"r.example/charts/shop@{'2' * 64}",
)
FULL = Brief(
    subject=SUBJECT,
    made=NOW,
    running=Running("1.1.0", "b" * 40, NOW - timedelta(days=5)),
    changes=Changes(
        "1.1.0",
        (commit(1), commit(2, Person(EVIL, "eve@example.com"), EVIL), commit(3)),
        (commit(4, subject="Fix at night"),),
    ),
    difference=Difference(
        "1.1.0",
        (
            ObjectDifference(
                f"Deployment/{EVIL}",
                Action.CHANGED,
                "restarts pods",
                ("spec.template.spec",),
                ("@@ -1 +1 @@", f"-a: {EVIL}", "+a: </pre></details>```"),
            ),
            ObjectDifference(
                "Service/shop", Action.ADDED, "changes objects", (), ("@@ -0,0 +1 @@", "+kind: Service")
            ),
        ),
        unchanged=4,
    ),
    lone_keys=(LoneKey("qa", EVIL), LoneKey("prod", "ingress.tls")),
    image=ImageChange("linux/amd64", 3_500_000, 3_000_000, 700_000, 200_000, 2, 1),
    findings=FindingsChange(
        EVIL, (Judged(finding("CVE-1"), Standing.BLOCKS),), (finding("CVE-2"),), kept=3, compared=True
    ),
    before=Stay(
        "qa",
        "1.2.0",
        same=True,
        since=NOW - timedelta(hours=30),
        pods=(
            PodRestarts("shop-1", ready=True, restarts=0),
            PodRestarts("shop-2", ready=False, restarts=3, reason=EVIL),
        ),
    ),
    approvals=SignOffs(
        2,
        ("approvals/prod/shop/1.2.0/ada@example.com",),
        ((f"approvals/prod/shop/1.2.0/{EVIL}", f"it was made by {EVIL}"),),
        "from ada@example.com, bob@example.com",
    ),
    outcome=Outcome(
        ("copy it", "deploy it"),
        (),
        "helmforge release approve shop 1.2.0 --env prod",
        "helmforge release promote shop 1.2.0 --env prod",
        "helmforge release rollback shop 1.1.0 --env prod",
    ),
)

_WHY = Unknown(f"no answer from {EVIL}")
UNKNOWN = Brief(SUBJECT, NOW, _WHY, _WHY, _WHY, _WHY, _WHY, _WHY, _WHY, _WHY, _WHY)
FIRST = replace(
    FULL,
    running=Running("", "", None),
    changes=Changes("", (commit(1),)),
    difference=Difference("", (), 0),
    lone_keys=(),
    image=ImageChange("", 512, None, 512, 0, 1, 0),
    findings=FindingsChange("trivy", (), (), 0, compared=False),
    before=None,
    approvals=SignOffs(0, (), (), "from anybody", note="ada may not be asked"),
    outcome=Outcome((), ("prereleases stay outside",), "approve", "promote", ""),
)
