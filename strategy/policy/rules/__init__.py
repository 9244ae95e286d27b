"""The rules of the gate: small functions, each asked about one pack at a time, each returning its reasons."""
