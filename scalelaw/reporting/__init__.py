"""A forecast as a document: PDF, self-contained HTML, or Markdown, all with the same content."""

from __future__ import annotations

from scalelaw.reporting.contents import content
from scalelaw.reporting.documents import report
from scalelaw.reporting.figures import panels_of

__all__ = ["content", "panels_of", "report"]
