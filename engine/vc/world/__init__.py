"""The embedded voice converter, where Seed-VC is not: it moves a voice towards another one, it does not clone.

vocoder    the WORLD vocoder: a recording to pitch, spectral envelope and aperiodicity, and back
portrait   what is typical of a voice: where its pitch lies, what its sounds look like
melody     the pitch into the range of the target
tract      the length of the vocal tract, as a stretch of the frequency axis
cepstra    envelopes as few numbers, and a change of those as a filter
transport  the sounds of one voice laid over those of another
joins      pieces to one clip without a seam
converter  all of it, in pieces of bounded memory
runner     the seam to the worker

No chance is in it: the same request gives the same clip, whatever the seed. numpy and pyworld are all that it imports.
"""

MODEL, LICENCE = "world", "MIT"
REVISION = "1"
"""Raised when the same request no longer gives the same clip."""
