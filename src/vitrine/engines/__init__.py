"""Everything that knows a warehouse: the rest of the package sees tables and arrays only."""
