"""Foley: sound effects that are computed, not learnt, for an installation without the weights of the full model.

prompt     words to a scene: at most four layers, each a family with its traits   (no numpy: called at submit)
families/  one function per sound: rain, thunder, ...
parts/     what the families share: noise, resonators, grains, tones, rooms, levels
scene      layers rendered and mixed
runner     the seam to the worker

Filters are curves over frequency, applied to the spectrum of a whole clip: no recursive filter is needed, and so
numpy is all that is imported.
"""

MODEL, LICENCE = "foley", "MIT"
REVISION = "1"
"""Raised when the same request and seed no longer give the same clip."""
