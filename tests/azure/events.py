"""What Azure Pipelines tells a run of its event. Source: "Predefined variables"."""

from __future__ import annotations


def push(branch: str, commit: str, *, title: str = "") -> dict[str, str]:
    return {
        "Build.Reason": "IndividualCI",
        "Build.SourceBranch": f"refs/heads/{branch}",
        "Build.SourceBranchName": branch.rpartition("/")[2],
        "Build.SourceVersion": commit,
        "Build.SourceVersionMessage": title,
        "Agent.OS": "Linux",
    }


def pull_request(source: str, target: str, commit: str) -> dict[str, str]:
    return {
        "Build.Reason": "PullRequest",
        "Build.SourceBranch": "refs/pull/7/merge",
        "Build.SourceBranchName": "merge",
        "Build.SourceVersion": commit,
        "System.PullRequest.SourceBranch": f"refs/heads/{source}",
        "System.PullRequest.TargetBranch": f"refs/heads/{target}",
        "System.PullRequest.SourceCommitId": commit,
        "Agent.OS": "Linux",
    }
