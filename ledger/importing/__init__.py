"""Portfolio files in: two documented layouts, bad rows set aside with a reason, the rest recorded."""

from ledger.importing.contacts import ContactMaker, MadeContact
from ledger.importing.portfolio import ImportReport, import_file
from ledger.importing.rows import ImportRefused, Person, RowError

__all__ = ["ContactMaker", "ImportRefused", "ImportReport", "MadeContact", "Person", "RowError", "import_file"]
