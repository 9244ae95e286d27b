"""Portfolio files in any other layout, read by a mapping file that says which column means what."""

from ledger.importing.mapping.definition import FileMapping
from ledger.importing.mapping.reading import MappingError, read_mapping

__all__ = ["FileMapping", "MappingError", "read_mapping"]
