"""Cards as PDF documents.

Fontconfig reads its configuration once, when WeasyPrint is imported: a package is
imported before its modules, so this is the place that shows it our fonts and
nothing else. Identical bytes need identical fonts on every machine.
"""

import logging
import os
from pathlib import Path

os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parent / "fonts" / "fonts.conf")
# Its lines on every step of every document, and on its own import, would drown a log.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
