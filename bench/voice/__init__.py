"""How fast a call is answered, how many a machine carries: our engine beside a plain pipecat pipeline."""
