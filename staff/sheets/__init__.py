"""Files of rows: opened safely when they come in, harmless to spreadsheets when they go out."""
