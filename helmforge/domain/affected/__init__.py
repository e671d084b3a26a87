"""Which services a set of changed files concerns, and why."""

from helmforge.domain.affected.graph import Edge, Graph, Input, Link, Node, NodeKind, Reason
from helmforge.domain.affected.growing import ChartDependency, Sources, grow
from helmforge.domain.affected.spreading import affected, everything

__all__ = [
    "ChartDependency",
    "Edge",
    "Graph",
    "Input",
    "Link",
    "Node",
    "NodeKind",
    "Reason",
    "Sources",
    "affected",
    "everything",
    "grow",
]
