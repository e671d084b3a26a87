"""The charts' folders in the work tree, changed as a whole or not at all."""

from helmforge.adapters.chart_folders.folders import ChartFolders
from helmforge.adapters.chart_folders.staging import STAGING

__all__ = ["STAGING", "ChartFolders"]
