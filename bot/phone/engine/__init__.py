"""One call as a pipeline of pipecat: sound in and turns, the talk, sentences to sound, sound out with marks."""
