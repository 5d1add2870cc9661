"""Log lines that say what went wrong and where, and never with whose data: the words of an error may quote what was typed."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class SparseFormatter(logging.Formatter):
    """An error by its type and the lines it passed through, without its words; a product's own error also by its code."""

    def formatException(  # noqa: N802  the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The chain of errors, each as type, code where it has one, and frames."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            code = getattr(error, "code", "")
            lines.append(f"{type(error).__name__}{f' {code}' if isinstance(code, str) and code.startswith('FAN-') else ''}")
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
